// Names of options are those of the published program's constructor where it has one.
#include <array>

#include "core/field_table.hpp"
#include "rate/models/force/force_network.hpp"
#include "rate/models/force/force_simulation.hpp"

namespace rheobase::rate {

namespace {

constexpr const char* kRajan = "Rajan, Harvey & Tank, Neuron 90:128 (2016)";
constexpr Range kStep{.low = 0.0, .high = 1e8};
constexpr Range kAmplitude{.low = 0.0, .high = 1e6};

}  // namespace

const FieldTable<ForceNetworkOptions>& force_network_fields() {
  using N = ForceNetworkOptions;
  static const FieldTable<N> table{
      field("gain", &N::gain, {0.0, 100.0},
            {.option = "--g",
             .label = "gain",
             .help = "Gain g of the initial weights, J ~ N(0, g^2 / N)",
             .citation = kRajan}),
      field("tau_ms", &N::tau_ms, {.low = 0.0, .high = 1e6, .above_low = true},
            {.option = "--tau",
             .unit = "ms",
             .label = "time constant",
             .help = "Time constant of the units",
             .citation = kRajan}),
      field("step_ms", &N::step_ms, {.low = 0.0, .high = 100.0, .above_low = true},
            {.option = "--step", .unit = "ms", .label = "step", .help = "Euler step"}),
      field("threshold", &N::threshold, {-1e4, 1e4},
            {.option = "--threshold", .label = "threshold", .help = "Threshold of the sigmoid"})};
  return table;
}

const FieldTable<ForceInputOptions>& force_input_fields() {
  using I = ForceInputOptions;
  static const FieldTable<I> table{
      field("amplitude", &I::amplitude, kAmplitude,
            {.option = "--input-amplitude,--h0",
             .label = "amplitude of the frozen input",
             .help = "Amplitude of the frozen input; the published program takes one number for "
                     "this and for P(0)"}),
      field("side_amplitude", &I::side_amplitude, kAmplitude,
            {.option = "--side-amplitude",
             .label = "amplitude of a side's own input",
             .help = "Amplitude of a side's own input in the sample and after the cue, relative to "
                     "the common one"}),
      field("correlation_steps", &I::correlation_steps, {1.0, 1e8},
            {.option = "--input-tau",
             .unit = "steps",
             .label = "correlation time of the frozen input",
             .help = "Correlation time of the frozen input"}),
      field("initial", &I::initial, {-1e6, 1e6},
            {.option = "--input-start",
             .label = "start of the frozen input",
             .help = "Start of the frozen input"})};
  return table;
}

const FieldTable<TrialEpochs>& trial_epoch_fields() {
  using E = TrialEpochs;
  const auto step = [](std::string name, Eigen::Index E::*member, std::string option,
                       std::string help) {
    return field(
        std::move(name), member, kStep,
        {.option = std::move(option), .unit = "steps", .label = help, .help = std::move(help)});
  };
  static const FieldTable<E> table{
      step("sample_step", &E::sample, "--sample-step", "Start of the sample epoch"),
      step("delay_step", &E::delay, "--delay-step", "Start of the delay epoch"),
      step("cue_step", &E::cue, "--cue-step", "Go cue"),
      step("trial_steps", &E::steps, "--trial-steps", "Length of a trial")};
  return table;
}

const FieldTable<ForceTrialOptions>& force_trial_fields() {
  using T = ForceTrialOptions;
  static const FieldTable<T> table{
      field("trials", &T::trials, {2.0, 1e6},
            {.option = "--trials", .label = "trials", .help = "Trials of each side and condition"}),
      field("noise_from", &T::noise_from, kStep,
            {.option = "--noise-from",
             .unit = "steps",
             .label = "start of the noise",
             .help = "First step with noise"}),
      field("noise_to", &T::noise_to, {.low = 0.0, .high = 1e8, .special = -1.0},
            {.option = "--noise-to",
             .unit = "steps",
             .label = "end of the noise",
             .help = "End of the noise; -1: that of the trial"}),
      field("mean_steps", &T::mean_steps, {1.0, 1e8},
            {.option = "--mean-steps",
             .unit = "steps",
             .label = "steps of mean rates",
             .help = "Steps before the go cue over which a trial's mean rates are taken"}),
      seed_field(&T::seed),
      threads_field(&T::threads)};
  return table;
}

const FieldTable<ForceClamp>& force_clamp_fields() {
  using C = ForceClamp;
  static const FieldTable<C> table{
      field("remaining", &C::remaining, kProbability,
            {.option = "--remaining",
             .label = "remaining rate",
             .help = "Photoinhibition: what is left of the rates of the units that are clamped"})};
  return table;
}

}  // namespace rheobase::rate
