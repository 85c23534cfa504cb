#include "apps/cli/force/force_targets.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/memory.hpp"
#include "io/mat/session_file.hpp"
#include "io/mat/targets_file.hpp"
#include "rate/learning/rls/rls.hpp"

namespace rheobase::cli {

namespace {

constexpr double kBytesPerGibibyte = 1073741824.0;

ChosenTargets generated_targets_of(const TargetChoice& choice) {
  rate::GeneratedTargetOptions options = choice.generated;
  options.epochs = choice.epochs;
  return {rate::generated_targets(options),
          fmt::format("generated from the structured model, {}, seed {}",
                      counted(options.units, "unit"), options.seed)};
}

ChosenTargets session_targets_of(const TargetChoice& choice) {
  const std::string where = choice.file.string();
  if (choice.epochs_given) {
    throw InputError("--sample-step, --delay-step, --cue-step, --trial-steps", "", "a session",
                     "must be left out: the session has its own epochs");
  }
  const rate::Session session = io::read_session(choice.file);
  try {
    const rate::SessionRates rates = rate::session_rates(session, choice.session);
    return {rate::session_targets(rates, choice.first_bin, choice.after_cue),
            fmt::format("session {}, {}, {} right and {} left trials", where,
                        counted(session.units.size(), "unit"), rates.trials[0].size(),
                        rates.trials[1].size())};
  } catch (const InputError& error) {
    throw InputError(where, error.field(), error.found(), error.required());
  }
}

ChosenTargets plain_targets_of(const TargetChoice& choice) {
  const std::string where = choice.file.string();
  const io::PlainTargets plain = io::read_plain_targets(choice.file);
  const Eigen::Index steps = plain.rate[0].cols();
  if (choice.session_given) {
    throw InputError("--trial-range, --smoothing, --selectivity-level, --first-bin, --after-cue",
                     "", "rates of units in " + where, "must be left out: they are of sessions");
  }
  ChosenTargets chosen;
  chosen.set.epochs = plain.epochs.value_or(choice.epochs);
  if (plain.epochs ? choice.epochs_given : !choice.epochs_complete) {
    throw InputError(where, "epochs",
                     plain.epochs          ? "in the file and on the command line"
                     : choice.epochs_given ? "some of them"
                                           : "nothing",
                     "must be sample_step, delay_step and cue_step in the file, or the options "
                     "--sample-step, --delay-step and --cue-step");
  }
  if (choice.steps_given && choice.epochs.steps != steps) {
    throw InputError(
        where, "field 'target'", counted(steps, "step"),
        fmt::format("must be as long as the trial, {} (--trial-steps)", choice.epochs.steps));
  }
  chosen.set.epochs.steps = steps;
  try {
    validate(chosen.set.epochs);
    chosen.set.target = rate::normalised_jointly(plain.rate, plain.names);
    const Eigen::Index before = std::min<Eigen::Index>(600, chosen.set.epochs.cue);
    chosen.set.selectivity =
        rate::selectivity_before_cue(chosen.set.target, chosen.set.epochs.cue, before);
  } catch (const InputError& error) {
    throw InputError(where, error.field(), error.found(), error.required());
  }
  chosen.description = fmt::format("rates of {}, {}", where, counted(plain.rate[0].rows(), "unit"));
  return chosen;
}

}  // namespace

ChosenTargets choose_targets(const TargetChoice& choice) {
  ChosenTargets chosen = choice.file.empty()              ? generated_targets_of(choice)
                         : io::holds_session(choice.file) ? session_targets_of(choice)
                                                          : plain_targets_of(choice);
  if (choice.suppressed) {
    chosen.set.target =
        rate::suppressed_targets(std::move(chosen.set.target), chosen.set.selectivity);
    chosen.description += ", the other side suppressed";
  }
  return chosen;
}

std::size_t force_memory_bytes(Eigen::Index units, Eigen::Index steps) {
  const auto n = static_cast<std::size_t>(units);
  const std::array inputs{n};
  // J with its start, and inputs, targets, their logit and the test's rates of two sides.
  return rate::rls_memory_bytes<double>(inputs) +
         sizeof(double) * (4 * n * n + 8 * n * static_cast<std::size_t>(steps));
}

void require_memory(std::size_t bytes, Eigen::Index units) {
  const double machine = usable_memory_bytes();
  if (static_cast<double>(bytes) > machine) {
    throw InputError(
        "units", "",
        fmt::format("{}, which need {:.1f} GiB (P, J, inputs and targets)", counted(units, "unit"),
                    static_cast<double>(bytes) / kBytesPerGibibyte),
        fmt::format("must fit into the machine's {:.1f} GiB", machine / kBytesPerGibibyte));
  }
}

}  // namespace rheobase::cli
