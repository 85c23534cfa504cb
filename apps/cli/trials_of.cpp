#include "apps/cli/trials_of.hpp"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "apps/cli/output_file.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "io/mat/trials_file.hpp"
#include "rate/tasks/trial_oddities.hpp"
#include "rate/tasks/trials_hash.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShownDigits = 12;

/// A file under its name or, where it is not there, beside the one that names it.
std::optional<fs::path> place_of(const fs::path& name, const fs::path& recorded_in) {
  for (const fs::path& place : {name, recorded_in.parent_path() / name.filename()}) {
    std::error_code ignored;
    if (fs::is_regular_file(place, ignored)) {
      return place;
    }
  }
  return std::nullopt;
}

/// What the network learnt from, where the files of it can still be read.
std::optional<rate::RecordedTrials> learnt_trials(const KnownTrials& known) {
  const std::optional<fs::path> place = place_of(known.split->file, known.recorded_in);
  if (!place) {
    return std::nullopt;
  }
  try {
    rate::RecordedTrials trials = io::read_trials(*place);
    if (trials.split->hash != known.split->hash) {
      return std::nullopt;
    }
    rate::hold_out(trials, known.split->test_fraction);
    return trials;
  } catch (const InputError&) {
    return std::nullopt;
  }
}

/// How many of the trials the network learnt from; none where that is not known.
std::optional<int> count_learnt(const rate::RecordedTrials& trials, const KnownTrials& known) {
  const std::optional<rate::RecordedTrials> learnt = learnt_trials(known);
  return learnt ? std::optional(rate::repeated_trials(*learnt, trials.trials)) : std::nullopt;
}

/// Of trials that are not those of the file that the network was made with.
void note_other_trials(const rate::RecordedTrials& trials, const KnownTrials& known,
                       const Console& console) {
  const std::optional<int> count = count_learnt(trials, known);
  const std::string among = !count ? "trials that it learnt from may be among these"
                                   : fmt::format("it learnt from {} of these {}",
                                                 *count == 0 ? "none" : std::to_string(*count),
                                                 counted(trials.trials.size(), "trial"));
  const char* before =
      known.went_on ? " in its last training, what it learnt from before is not known" : "";
  note(console, fmt::format("{} is not the file that {} was made with: {}{}", trials.split->file,
                            known.recorded_in.string(), among, count ? before : ""));
}

/// Of a test beside other trials than those that the network was made with.
void note_learnt_test(const rate::RecordedTrials& test, const KnownTrials& known,
                      const Console& console) {
  const int count = count_learnt(test, known).value_or(0);
  if (count > 0) {
    note(console, fmt::format("{} learnt from {} of the {} in {}: they test nothing",
                              known.recorded_in.string(), count,
                              counted(test.trials.size(), "trial"), test.split->file));
  }
}

/// The file that was recorded, as it was then.
rate::RecordedTrials known_file(const char* option, const std::string& name,
                                const std::string& hash, const fs::path& recorded_in,
                                const Console& console) {
  const std::optional<fs::path> place = place_of(name, recorded_in);
  const std::string was = fmt::format("{} names {} (SHA-256 {}...)", recorded_in.string(), name,
                                      hash.substr(0, kShownDigits));
  if (!place) {
    throw InputError(
        option, "", "nothing",
        fmt::format("must name the file with the trials: {}, which is not there", was));
  }
  check_found_input(console, *place);
  rate::RecordedTrials trials = io::read_trials(*place);
  if (trials.split->hash != hash) {
    throw InputError(option, "", "nothing",
                     fmt::format("must name the file with the trials: {}, and {} is another by now",
                                 was, place->string()));
  }
  return trials;
}

void refuse_other_split(const TaskChoice& choice, const KnownTrials& known) {
  const rate::TrialSplit& split = *known.split;
  const std::string reason =
      fmt::format("must be left out: {} was made with other held-out trials of the same file",
                  known.recorded_in.string());
  if (choice.test_fraction &&
      (!split.test_file.empty() || *choice.test_fraction != split.test_fraction)) {
    throw InputError("--test-fraction", "", fmt::format("{:g}", *choice.test_fraction), reason);
  }
  if (!choice.test_file.empty() &&
      (split.test_file.empty() ||
       io::read_trials(choice.test_file).split->hash != split.test_hash)) {
    throw InputError("--test-file", "", choice.test_file.string(), reason);
  }
}

/// What is allowed and hardly meant.
void note_oddities(const rate::RecordedTrials& trials, bool splits, const Console& console) {
  for (const std::string& oddity : rate::oddities_of(trials, splits)) {
    note(console, trials.split->file + ": " + oddity);
  }
}

void hold_out_file(rate::RecordedTrials& trials, rate::RecordedTrials test,
                   const Console& console) {
  const std::string name = test.split->file;
  if (test.split->hash == trials.split->hash) {
    throw InputError("--test-file", name, "the trials to learn from",
                     "must hold others: these are no held-out trials");
  }
  note_oddities(test, false, console);
  for (const std::string& repeated : rate::repeated_in_test(trials, test)) {
    note(console, fmt::format("{}: {}", name, repeated));
  }
  trials.split->test_file = name;
  trials.split->test_hash = test.split->hash;
  try {
    rate::add_held_out(trials, std::move(test));
  } catch (const InputError& error) {
    throw InputError(name, fmt::format("field '{}'", error.field()), error.found(),
                     error.required());
  }
  for (const std::string& doubt : rate::unlearnt_conditions(trials)) {
    note(console, fmt::format("{}: {} in {}", name, doubt, trials.split->file));
  }
}

/// @param asked  whether the fraction was asked for: else there may be nothing to hold out
void hold_out_fraction(rate::RecordedTrials& trials, double fraction, bool asked,
                       const Console& console) {
  const int held_out = rate::hold_out(trials, fraction);
  trials.split->test_fraction = held_out > 0 ? fraction : 0.0;
  for (const std::string& repeated : rate::repeated_in_held_out(trials)) {
    note(console, fmt::format("{}: {}", trials.split->file, repeated));
  }
  if (held_out > 0 || fraction == 0.0) {
    return;
  }
  constexpr const char* kReason = "every condition has one trial";
  if (asked) {
    throw InputError(
        "--test-fraction", "", fmt::format("{:g}", fraction),
        fmt::format("must be 0: {} in {}, none can be held out", kReason, trials.split->file));
  }
  note(console, fmt::format("{} in {}: none is held out, results are those of training trials",
                            kReason, trials.split->file));
}

/// Where the network learnt from the file, what was held out then.
rate::RecordedTrials with_known_split(rate::RecordedTrials trials, const TaskChoice& choice,
                                      const KnownTrials& known, const Console& console) {
  refuse_other_split(choice, known);
  const rate::TrialSplit& split = *known.split;
  trials.split->evaluated = rate::EvaluatedTrials::training;
  if (!split.test_file.empty()) {
    hold_out_file(trials,
                  choice.test_file.empty() ? known_file("--test-file", split.test_file,
                                                        split.test_hash, known.recorded_in, console)
                                           : io::read_trials(choice.test_file),
                  console);
  } else if (split.test_fraction > 0.0) {
    hold_out_fraction(trials, split.test_fraction, true, console);
  }
  return trials;
}

}  // namespace

rate::RecordedTrials trials_of(const TaskChoice& choice, TrialsUse use, const KnownTrials& known,
                               const Console& console) {
  if (choice.test_fraction && !choice.test_file.empty()) {
    throw InputError("--test-fraction", "", "--test-file beside it", "must be given alone");
  }
  if (choice.trials_file.empty()) {
    if (!known.split) {
      throw InputError("--trials-file", "", "nothing", "must name the file with the trials");
    }
    rate::RecordedTrials trials = known_file("--trials-file", known.split->file, known.split->hash,
                                             known.recorded_in, console);
    note(console, fmt::format("the trials are those of {}, which {} names", trials.split->file,
                              known.recorded_in.string()));
    return with_known_split(std::move(trials), choice, known, console);
  }
  rate::RecordedTrials trials = io::read_trials(choice.trials_file);
  const bool same = known.split && known.split->hash == trials.split->hash;
  const bool asked = use == TrialsUse::learning || choice.test_fraction;
  const double fraction =
      same ? known.split->test_fraction : choice.test_fraction.value_or(rate::kTestFraction);
  note_oddities(trials, asked && choice.test_file.empty() && fraction > 0.0, console);
  if (same) {
    return with_known_split(std::move(trials), choice, known, console);
  }
  if (known.split) {
    note_other_trials(trials, known, console);
  }
  if (!choice.test_file.empty()) {
    rate::RecordedTrials test = io::read_trials(choice.test_file);
    if (known.split) {
      note_learnt_test(test, known, console);
    }
    hold_out_file(trials, std::move(test), console);
  } else if (asked) {
    trials.split->evaluated = rate::EvaluatedTrials::training;
    hold_out_fraction(trials, fraction, choice.test_fraction.has_value(), console);
  }
  return trials;
}

}  // namespace rheobase::cli
