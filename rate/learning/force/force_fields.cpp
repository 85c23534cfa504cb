#include <array>

#include "core/field_table.hpp"
#include "rate/learning/force/force_training.hpp"
#include "rate/learning/force/session.hpp"

namespace rheobase::rate {

namespace {

constexpr const char* kProgram = "Rajan, Harvey & Tank, Neuron 90:128 (2016)";

constexpr std::array<Word<RlsGain>, 2> kGains{
    {{RlsGain::updated_p, "published"}, {RlsGain::rls, "rls"}}};
constexpr std::array<Word<PassState>, 2> kStates{
    {{PassState::carry, "carry"}, {PassState::reset, "reset"}}};
constexpr std::array<Word<ForceError>, 2> kErrors{
    {{ForceError::current, "current"}, {ForceError::rate, "rate"}}};
constexpr std::array<Word<PvarNorm>, 2> kNorms{{{PvarNorm::l1, "l1"}, {PvarNorm::l2, "l2"}}};
constexpr std::array<Word<TrialRange>, 2> kRanges{
    {{TrialRange::published, "published"}, {TrialRange::exact, "exact"}}};

/// The rule.
FieldTable<ForceTrainingOptions> rule_fields() {
  using T = ForceTrainingOptions;
  return {
      field("gain", &T::gain, kGains,
            {.option = "--gain",
             .label = "gain of the rule",
             .help = "Gain of the weights' change: published is P r / (1 + 2q), as the published "
                     "program has it; rls is P r / (1 + q), recursive least squares"}),
      field("initial_p", &T::initial_p, {.low = 0.0, .high = 1e12, .above_low = true},
            {.option = "--initial-p",
             .label = "P(0)",
             .help = "P before training, times the identity",
             .citation = kProgram}),
      field("forgetting", &T::forgetting, {.low = 0.0, .high = 1.0, .above_low = true},
            {.option = "--forgetting",
             .label = "forgetting",
             .help = "Weight of the past, a factor per update"}),
      field("clip", &T::clip, {.low = 0.0, .high = 0.5, .above_low = true, .below_high = true},
            {.option = "--clip",
             .label = "clip",
             .help = "Target rates are kept this far from 0 and 1 before their logit"}),
      field("fraction", &T::fraction, {.low = 0.0, .high = 1.0, .above_low = true},
            {.option = "--fraction",
             .label = "trained fraction",
             .help = "Fraction p of the units whose outgoing weights are trained, with P over "
                     "these units alone; the published form, with P over all, diverges",
             .citation = kProgram}),
      field("state", &T::state, kStates,
            {.option = "--state",
             .label = "state between passes",
             .help = "State at the start of a pass: carried over from the side's pass before, as "
                     "published, or reset to 0"}),
      field("error", &T::error, kErrors,
            {.option = "--error",
             .label = "error",
             .help = "Error: of the currents, J r - logit(R), as published, or of the rates, r - "
                     "R"}),
  };
}

/// When it updates and when it ends.
FieldTable<ForceTrainingOptions> schedule_fields() {
  using T = ForceTrainingOptions;
  using S = UpdateSchedule;
  return {
      part(&T::schedule, field("every", &S::every, {1.0, 1e6},
                               {.option = "--every",
                                .unit = "steps",
                                .label = "steps between updates",
                                .help = "Steps from update to update"})),
      part(&T::schedule, field("random_intervals", &S::random,
                               {.option = "--random-intervals",
                                .label = "random intervals",
                                .help = "Random intervals of that mean instead of --every steps",
                                .flag = true})),
      field("pvar", &T::pvar, kNorms,
            {.option = "--pvar",
             .label = "pVar",
             .help = "Explained variation: l1 as the published program computes it, l2 of squares "
                     "about each unit's mean",
             .citation = kProgram}),
      field("pvar_threshold", &T::threshold, {-1e3, 1.0},
            {.option = "--stop-pvar",
             .label = "stop above a pVar of",
             .help = "Training ends when pVar of every side is above this ..."}),
      field("iterations", &T::iterations, {1.0, 1e6},
            {.option = "--iterations",
             .label = "largest number of iterations",
             .help = "... or after so many iterations, a training and a test pass of each side"}),
      seed_field(&T::seed),
  };
}

}  // namespace

const FieldTable<ForceTrainingOptions>& force_training_fields() {
  static const FieldTable<ForceTrainingOptions> table = [] {
    FieldTable<ForceTrainingOptions> fields = rule_fields();
    for (Field<ForceTrainingOptions>& field : schedule_fields()) {
      fields.push_back(std::move(field));
    }
    return fields;
  }();
  return table;
}

const FieldTable<GeneratedTargetOptions>& generated_target_fields() {
  using G = GeneratedTargetOptions;
  static const FieldTable<G> table{
      field("units", &G::units, {2.0, 20000.0},
            {.option = "--N,--units", .label = "units", .help = "Units of generated targets"}),
      field("selective", &G::selective, kProbability,
            {.option = "--selective",
             .label = "selective fraction",
             .help = "Generated targets: fraction of the units that prefer a side"}),
      field("ramping", &G::ramping, kProbability,
            {.option = "--ramping",
             .label = "rising fraction of the others",
             .help = "Generated targets: of the other units, the fraction that rises"}),
      field("diversity", &G::diversity, {0.0, 10.0},
            {.option = "--diversity",
             .label = "diversity",
             .help = "Generated targets: amplitude of each unit's own slow course, relative to "
                     "its profile"}),
      field("target_seed", &G::seed, {},
            {.option = "--target-seed",
             .label = "seed of the targets",
             .help = "Seed of generated targets, apart from that of the network"})};
  return table;
}

const FieldTable<SessionOptions>& session_fields() {
  using S = SessionOptions;
  static const FieldTable<S> table{
      field("trial_range", &S::range, kRanges,
            {.option = "--trial-range",
             .label = "range of trials",
             .help = "Recorded session: the trials a ... b of a unit; published also takes trial "
                     "b + 1, an error of the published program"}),
      field("smoothing_bins", &S::smoothing_bins, {1.0, 1e5},
            {.option = "--smoothing",
             .unit = "bins",
             .label = "smoothing",
             .help = "Recorded session: length of the centred moving average of the rates"}),
      field("selectivity_level", &S::selectivity_level, kProbability,
            {.option = "--selectivity-level",
             .label = "level of the rank-sum test",
             .help = "Recorded session: p below which the rank-sum test over the delay calls a "
                     "unit selective"})};
  return table;
}

}  // namespace rheobase::rate
