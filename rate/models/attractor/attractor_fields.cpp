#include <array>

#include "core/field_table.hpp"
#include "rate/models/attractor/attractor_trials.hpp"

namespace rheobase::rate {

namespace {

constexpr const char* kInagaki = "Inagaki, Fontolan, Romani & Svoboda, Nature 566:212 (2019)";
constexpr Range kCoupling{.low = -1e4, .high = 1e4};
constexpr Range kRate{.low = -1e4, .high = 1e4};
constexpr Range kSpread{.low = 0.0, .high = 1e4};
constexpr Range kSeconds{.low = 0.0, .high = 100.0};
constexpr Range kTrialTime{.low = 0.0, .high = 1e7};

constexpr std::array<Word<PhotoinhibitedSide>, 3> kHemispheres{
    {{PhotoinhibitedSide::both, "both"},
     {PhotoinhibitedSide::first, "first"},
     {PhotoinhibitedSide::second, "second"}}};

FieldText model_text(std::string option, std::string unit, std::string label, std::string help) {
  return {.option = std::move(option),
          .unit = std::move(unit),
          .label = std::move(label),
          .help = std::move(help),
          .citation = kInagaki};
}

/// Couplings and drives.
FieldTable<AttractorModel> coupling_fields() {
  using M = AttractorModel;
  return {
      field("hemispheres", &M::hemispheres, {1.0, 2.0},
            model_text("--hemispheres", "", "hemispheres", "Number of hemispheres")),
      field("same", &M::same, kCoupling,
            model_text("--same", "", "j_CC", "Excitation within a population, j_CC")),
      field("other", &M::other, kCoupling,
            model_text("--other", "", "j_CN",
                       "Excitation between the populations of a "
                       "hemisphere, j_CN")),
      field("from_inhibition", &M::from_inhibition, kCoupling,
            model_text("--from-inhibition", "", "j_CI",
                       "Inhibition of an excitatory population, j_CI")),
      field("to_inhibition", &M::to_inhibition, kCoupling,
            model_text("--to-inhibition", "", "j_IC",
                       "Excitation of the inhibitory population, "
                       "j_IC")),
      field("inhibition", &M::inhibition, {0.0, 1e4},
            model_text("--inhibition", "", "j_II", "Inhibition among inhibitory units, j_II")),
      field("across", &M::across, kCoupling,
            model_text("--across", "", "J_H",
                       "Excitation from the same population of the other hemisphere, J_H")),
      field("drive", &M::drive, kRate,
            model_text("--drive", "Hz", "i_C", "Drive of the excitatory populations, i_C")),
      field(
          "drive_inhibition", &M::drive_inhibition, kRate,
          model_text("--drive-inhibition", "Hz", "i_I", "Drive of the inhibitory population, i_I")),
  };
}

/// Units, time and inputs of a trial.
FieldTable<AttractorModel> dynamics_fields() {
  using M = AttractorModel;
  const Range step{.low = 0.0, .high = 100.0, .above_low = true};
  const Range tau{.low = 0.0, .high = 1e6, .above_low = true};
  return {
      field("depression_s", &M::depression_s, kSeconds,
            model_text("--depression", "s", "tau_D",
                       "Time constant of synaptic depression, "
                       "tau_D")),
      field("facilitation_s", &M::facilitation_s, kSeconds,
            model_text("--facilitation", "s", "tau_f",
                       "Time constant of synaptic facilitation, "
                       "tau_f")),
      field("release", &M::release, {.low = 0.0, .high = 1.0, .above_low = true},
            model_text("--release", "", "U", "Release probability, U")),
      field("softness", &M::softness, {.low = 0.0, .high = 1e3, .above_low = true},
            model_text("--softness", "Hz", "alpha", "Softness of the threshold, alpha")),
      field("tau_ms", &M::tau_ms, tau, model_text("--tau", "ms", "tau", "Time constant, tau")),
      field("step_ms", &M::step_ms, step, model_text("--step", "ms", "dt", "Euler step, dt")),
      field("noise", &M::noise, kSpread,
            model_text("--noise", "Hz", "sigma",
                       "Noise of a population in a step, sigma; its effect depends on the step")),
      field("ramp", &M::ramp, kRate,
            model_text("--ramp", "Hz", "ramp",
                       "Nonselective input from the sample on; it stays on to the trial's end")),
      field("ramp_duration_ms", &M::ramp_duration_ms, {.low = 0.0, .high = 1e6, .above_low = true},
            model_text("--ramp-duration", "ms", "duration of the ramp", "Time the ramp takes")),
      field("ramp_to_cued_only", &M::ramp_to_cued_only,
            model_text("--ramp-to-cued-only", "", "ramp to the cued population only",
                       "Whether in hemisphere 1 the population that is not cued gets no ramp")),
      field("cue", &M::cue, kRate, model_text("--cue", "Hz", "cue", "Amplitude of the cue")),
      field("cue_sd", &M::cue_sd, kSpread,
            model_text("--cue-sd", "Hz", "spread of the cue",
                       "Standard deviation of the cue's amplitude over trials")),
  };
}

}  // namespace

const FieldTable<AttractorModel>& attractor_fields() {
  static const FieldTable<AttractorModel> table = [] {
    FieldTable<AttractorModel> fields = coupling_fields();
    for (Field<AttractorModel>& field : dynamics_fields()) {
      fields.push_back(std::move(field));
    }
    return fields;
  }();
  return table;
}

const FieldTable<AttractorProtocol>& attractor_protocol_fields() {
  using P = AttractorProtocol;
  const auto time = [](std::string name, double P::*member, std::string option, std::string label,
                       std::string help) {
    return field(std::move(name), member, kTrialTime,
                 {.option = std::move(option),
                  .unit = "ms",
                  .label = std::move(label),
                  .help = std::move(help)});
  };
  static const FieldTable<P> table{
      time("duration_ms", &P::duration_ms, "--duration", "duration", "Length of a trial"),
      time("sample_ms", &P::sample_ms, "--sample", "start of the sample",
           "Start of the sample epoch and of the ramp"),
      time("delay_ms", &P::delay_ms, "--delay", "start of the delay", "Start of the delay epoch"),
      time("go_ms", &P::go_ms, "--go", "end of the delay",
           "End of the delay: choice and endpoint are taken there"),
      time("cue_on_ms", &P::cue_on_ms, "--cue-on", "start of the cue", "Start of the cue"),
      time("cue_off_ms", &P::cue_off_ms, "--cue-off", "end of the cue", "End of the cue"),
      time("photoinhibition_on_ms", &P::photoinhibition_on_ms, "--photoinhibition-on",
           "start of photoinhibition", "Start of photoinhibition"),
      time("photoinhibition_off_ms", &P::photoinhibition_off_ms, "--photoinhibition-off",
           "end of photoinhibition", "End of photoinhibition"),
      time("smoothing_ms", &P::smoothing_ms, "--smoothing", "smoothing of edges",
           "Time constant of the edges of cue and photoinhibition; 0: rectangular, as published "
           "(the program asks for 20 ms but applies none)"),
      field("initial_state", &P::initial_state, kRate,
            {.option = "--initial",
             .unit = "Hz",
             .label = "initial state",
             .help = "h of every population at the start"})};
  return table;
}

const FieldTable<AttractorTrialOptions>& attractor_trial_fields() {
  using T = AttractorTrialOptions;
  static const FieldTable<T> table{
      field("trials", &T::trials, {2.0, 1e6},
            {.option = "--trials",
             .label = "trials",
             .help = "Trials at each level; the first half is cued to the right, the other to the "
                     "left",
             .citation = kInagaki}),
      field(
          "hemispheres_inhibited", &T::hemispheres, kHemispheres,
          {.option = "--inhibit",
           .label = "photoinhibited hemispheres",
           .help = "Hemispheres that are photoinhibited: both (bilateral), or the first or second "
                   "alone (unilateral; needs a type with two)"}),
      field("record_every_ms", &T::record_every_ms, {.low = 0.0, .high = 1e4, .above_low = true},
            {.option = "--record-every",
             .unit = "ms",
             .label = "distance of samples",
             .help = "Distance of the kept samples of the rates"}),
      seed_field(&T::seed), threads_field(&T::threads)};
  return table;
}

}  // namespace rheobase::rate
