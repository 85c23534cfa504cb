#include <array>

#include "core/field_table.hpp"
#include "rate/learning/innate/innate_experiment.hpp"

namespace rheobase::rate {

namespace {

constexpr Range kDuration{.low = 0.0, .high = 1e7};
constexpr Range kPulseAmplitude{.low = -1e6, .high = 1e6};
constexpr Range kTrials{.low = 0.0, .high = 1e6};
constexpr const char* kReplication = "Vitay, ReScience 2(1), 2016";

constexpr std::array<Word<Precision>, 2> kPrecisions{
    {{Precision::single_precision, "single"}, {Precision::double_precision, "double"}}};
constexpr std::array<Word<StartState>, 3> kStartStates{
    {{StartState::random, "random"}, {StartState::zero, "zero"}, {StartState::carry, "carry"}}};

FieldTable<InnateExperiment> trial_count_fields() {
  using E = InnateExperiment;
  return {
      field("recurrent_trials", &E::recurrent_trials, kTrials,
            {.option = "--recurrent-trials",
             .label = "recurrent training trials",
             .help = "Training trials of the recurrent weights, of each trajectory",
             .citation = kReplication}),
      field("readout_trials", &E::readout_trials, kTrials,
            {.option = "--readout-trials",
             .label = "readout training trials",
             .help = "Training trials of the readout, of each trajectory",
             .citation = kReplication}),
      field("noisy_tests_before", &E::noisy_tests_before, kTrials,
            {.option = "--tests-before",
             .label = "tests before training",
             .help = "Test trials before training, of each trajectory"}),
      field("perturbed_tests_before", &E::perturbed_tests_before, kTrials,
            {.option = "--perturbed-before",
             .label = "perturbed tests before training",
             .help = "Perturbed test trials before training, of each trajectory"}),
      field("noisy_tests_after", &E::noisy_tests_after, kTrials,
            {.option = "--tests",
             .label = "tests after training",
             .help = "Test trials after training, of each trajectory"}),
      field("perturbed_tests_after", &E::perturbed_tests_after, kTrials,
            {.option = "--perturbed",
             .label = "perturbed tests after training",
             .help = "Perturbed test trials after training, of each trajectory"}),
  };
}

/// Fields of the rule, as fields of the experiment that it is a part of.
FieldTable<InnateExperiment> innate_rule_fields() {
  FieldTable<InnateExperiment> table;
  for (const Field<RlsOptions>& one : rls_fields()) {
    table.push_back(part(&InnateExperiment::rule, part(&InnateRule::rls, one)));
  }
  for (const Field<UpdateSchedule>& one : update_schedule_fields()) {
    table.push_back(part(&InnateExperiment::rule, part(&InnateRule::schedule, one)));
  }
  table.push_back(part(&InnateExperiment::rule, threads_field(&InnateRule::threads)));
  return table;
}

FieldTable<InnateExperiment> innate_run_fields() {
  using E = InnateExperiment;
  return {
      field("noise", &E::noise, {0.0, 1e6},
            {.option = "--noise",
             .label = "noise",
             .help = "Standard deviation of the noise inside the bracket, per step; the innate "
                     "trial has none",
             .citation = kReplication}),
      field("spike_noise", &E::spike_noise, {0.0, 1e9},
            {.option = "--spike-noise",
             .unit = "Hz",
             .label = "spike-like noise",
             .help = "Training and tests under noise as of spikes, for networks that `map` is to "
                     "convert: so many a second from a unit at its highest rate, fewer are more "
                     "noise; 0: none"}),
      field("precision", &E::precision, kPrecisions,
            {.option = "--precision",
             .label = "precision",
             .help = "Precision of states, weights and P"}),
      field("start_state", &E::start_state, kStartStates,
            {.option = "--start-state",
             .label = "start of a trial",
             .help = "Where a trial starts: uniform in [-1, 1) anew for every trial, at 0, or "
                     "where the trial before ended",
             .citation = kReplication}),
      field("recorded_units", &E::recorded_units, {0.0, 65536.0},
            {.option = "--record",
             .label = "recorded units",
             .help = "The first so many units' rates are kept in innate and test trials"}),
      field("memory_gb", &E::memory_gb, {0.0, 1e6},
            {.option = "--memory",
             .unit = "GB",
             .label = "memory for P",
             .help = "P and innate trajectories must fit into it; 0: what the machine has"}),
      seed_field(&E::seed),
  };
}

}  // namespace

const FieldTable<TrialClock>& trial_clock_fields() {
  using C = TrialClock;
  static const FieldTable<C> table{
      field("cue_start_ms", &C::cue_start_ms, kDuration,
            {.option = "--cue-start", .unit = "ms", .label = "cue onset", .help = "Cue onset"}),
      field("cue_ms", &C::cue_ms, kDuration,
            {.option = "--cue", .unit = "ms", .label = "cue", .help = "Duration of the cue"}),
      field("cue_amplitude", &C::cue_amplitude, kPulseAmplitude,
            {.option = "--cue-amplitude",
             .label = "cue amplitude",
             .help = "Amplitude of the cue",
             .citation = kReplication}),
      field("window_ms", &C::window_ms, kDuration,
            {.option = "--window",
             .unit = "ms",
             .label = "training window",
             .help = "Window of training and scoring, from the end of the cue; 0: as the target "
                     "has it"}),
      field("relaxation_ms", &C::relaxation_ms, kDuration,
            {.option = "--relaxation",
             .unit = "ms",
             .label = "relaxation",
             .help = "Time between the window and the end of the trial"}),
      field("perturbation_offset_ms", &C::perturbation_offset_ms, kDuration,
            {.option = "--perturbation-offset",
             .unit = "ms",
             .label = "perturbation onset",
             .help = "Onset of the perturbation, from the onset of the cue",
             .citation = kReplication}),
      field("perturbation_ms", &C::perturbation_ms, kDuration,
            {.option = "--perturbation-duration",
             .unit = "ms",
             .label = "perturbation",
             .help = "Duration of the perturbation"}),
      field("perturbation_amplitude", &C::perturbation_amplitude, kPulseAmplitude,
            {.option = "--perturbation",
             .label = "perturbation amplitude",
             .help = "Amplitude of the perturbation, a pulse into an input of its own",
             .citation = kReplication}),
  };
  return table;
}

const FieldTable<TimingTarget>& timing_target_fields() {
  using T = TimingTarget;
  static const FieldTable<T> table{
      field("delay_ms", &T::delay_ms, kDuration,
            {.option = "--delay",
             .unit = "ms",
             .label = "delay",
             .help = "From the end of the cue to the peak of the target"}),
      field("width_ms", &T::width_ms, {.low = 0.0, .high = 1e7, .above_low = true},
            {.option = "--width",
             .unit = "ms",
             .label = "width of the peak",
             .help = "Width w of the peak: baseline + (peak - baseline) exp(-(t / w)^2)"}),
      field("baseline", &T::baseline, kPulseAmplitude,
            {.option = "--baseline", .label = "baseline", .help = "Target far from the peak"}),
      field("peak", &T::peak, kPulseAmplitude,
            {.option = "--peak", .label = "peak", .help = "Target at the peak"}),
  };
  return table;
}

const FieldTable<InnateExperiment>& innate_fields() {
  static const FieldTable<InnateExperiment> table = [] {
    FieldTable<InnateExperiment> fields;
    for (auto* make : {&trial_count_fields, &innate_rule_fields, &innate_run_fields}) {
      for (Field<InnateExperiment>& one : make()) {
        fields.push_back(std::move(one));
      }
    }
    return fields;
  }();
  return table;
}

}  // namespace rheobase::rate
