#include "apps/cli/intervention.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "apps/cli/option.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/value_syntax.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "rate/dynamics/lesion.hpp"
#include "rate/tasks/driven_task.hpp"

namespace rheobase::cli {

namespace {

using Units = std::vector<Eigen::Index>;

/// "inh@0.25" as "inh" and 0.25.
std::pair<std::string, double> word_and_fraction(const std::string& option,
                                                 const std::string& text) {
  const std::size_t at = text.find('@');
  if (at == std::string::npos) {
    return {text, 1.0};
  }
  return {text.substr(0, at), number_from(option, text.substr(at + 1), kProbability)};
}

std::pair<double, double> window_of(const InterventionChoice& choice) {
  return choice.window.empty() ? std::pair{0.0, std::numeric_limits<double>::infinity()}
                               : parse_window("--drive-window", choice.window);
}

/// FROM-TO@FRACTION. @returns how many were taken out
Eigen::Index lesion_connections(const InterventionChoice& choice, rate::RateNetwork& network) {
  constexpr const char* kOption = "--lesion-connections";
  const auto [ends, fraction] = word_and_fraction(kOption, choice.connections);
  const std::vector<std::string> parts = split(ends, '-');
  const auto from = parts.size() == 2 ? rate::units_of_type(parts[0], network) : std::nullopt;
  const auto to = parts.size() == 2 ? rate::units_of_type(parts[1], network) : std::nullopt;
  if (!from || !to) {
    throw InputError(kOption, "", "'" + choice.connections + "'",
                     "must be FROM-TO@FRACTION of exc, inh, som, all, such as exc-inh@0.5");
  }
  rate::RateNetwork without = network;
  if (rate::remove_connections(without, *from, *to, 1.0, 0) == 0) {
    throw InputError(kOption, "", "'" + choice.connections + "'",
                     "must name connections that the network has");
  }
  return rate::remove_connections(network, *from, *to, fraction, static_cast<Seed>(choice.seed));
}

/// What changes nothing was meant to.
void refuse_idle_options(const InterventionChoice& choice) {
  const auto given = [](const std::optional<Option>& option) { return option && option->given(); };
  if (choice.drive.empty() && !choice.window.empty()) {
    throw InputError("--drive-window", "", choice.window, "must come with --drive");
  }
  if (choice.drive.empty() && given(choice.strength_option)) {
    throw InputError("--drive-strength", "", fmt::format("{:g}", choice.strength),
                     "must come with --drive");
  }
  const std::string all = choice.lesion + choice.connections + choice.drive;
  if (given(choice.seed_option) && all.find('@') == std::string::npos) {
    throw InputError("--lesion-seed", "", std::to_string(choice.seed),
                     "must come with a fraction to draw, such as --lesion inh@0.25");
  }
}

}  // namespace

void add_intervention_options(Command command, InterventionChoice& choice) {
  constexpr const char* kGroup = "Lesions and drive (both networks)";
  add_text(command, "--lesion", choice.lesion, "UNITS",
           "Units without input and effect: numbers such as 1,5,10:20, or exc, inh, som, all, or a "
           "random fraction of these such as inh@0.25")
      .group(kGroup);
  add_text(command, "--lesion-connections", choice.connections, "FROM-TO@FRACTION",
           "Connections taken out: a random fraction of those from one type to another, such as "
           "exc-inh@0.5 or all-all@0.1")
      .group(kGroup);
  add_text(command, "--drive", choice.drive, "UNITS",
           "Units that get a constant input in every trial, named as in --lesion: one more input "
           "of weight 1, which the spiking network has as it has any other")
      .group(kGroup);
  choice.strength_option =
      add_number(command, "--drive-strength", choice.strength, rate::kDriveStrength, "",
                 "Strength of that input; below 0 it silences")
          .group(kGroup);
  add_text(command, "--drive-window", choice.window, "START:END",
           "When, in ms from the start of the trial (default: all the time)")
      .group(kGroup);
  choice.seed_option =
      add_integer(command, "--lesion-seed", choice.seed, kCount,
                  "Seed of what a fraction chooses; a larger fraction has what a smaller one has")
          .group(kGroup);
}

Units chosen_units(const std::string& option, const std::string& text,
                   const rate::RateNetwork& network, Seed seed) {
  const auto [word, fraction] = word_and_fraction(option, text);
  if (const std::optional<Units> units = rate::units_of_type(word, network)) {
    if (units->empty()) {
      throw InputError(option, "", "'" + text + "'", "must be units that the network has");
    }
    return rate::random_part(*units, fraction, seed);
  }
  try {
    return rate::random_part(parse_units(option, word, network.units()), fraction, seed);
  } catch (const InputError& error) {
    throw InputError(option, "", error.found(), error.required() + ", or exc, inh, som, all");
  }
}

void note_drive_window(const InterventionChoice& choice, const Console& console) {
  constexpr double kShort = 10.0;  // s; a window that holds no step is refused with the same hint
  const auto [start, stop] = window_of(choice);
  if (start == 0.0 && stop <= kShort) {
    note(console, fmt::format("--drive-window {} ends {:g} ms after the start of the trial: are "
                              "these seconds?",
                              choice.window, stop));
  }
}

Intervened intervene(const InterventionChoice& choice, io::ModelFile& file) {
  const auto seed = static_cast<Seed>(choice.seed);
  refuse_idle_options(choice);
  if (!choice.any()) {
    return {};
  }
  rate::RateNetwork& network = file.network;
  Intervened result;
  std::vector<std::string> parts;
  // Types and units are those of the whole network.
  network.unit_type = rate::unit_types(network);
  const Units removed =
      choice.lesion.empty() ? Units() : chosen_units("--lesion", choice.lesion, network, seed);
  const Units driven =
      choice.drive.empty() ? Units() : chosen_units("--drive", choice.drive, network, seed);
  if (!choice.connections.empty()) {
    result.connections = lesion_connections(choice, network);
    parts.push_back(fmt::format("lesion of {} ({})", counted(result.connections, "connection"),
                                choice.connections));
  }
  if (!choice.lesion.empty()) {
    rate::remove_units(network, removed);
    result.units = static_cast<Eigen::Index>(removed.size());
    parts.push_back(fmt::format("lesion of {} ({})", counted(result.units, "unit"), choice.lesion));
  }
  if (!choice.drive.empty()) {
    rate::add_drive_input(network, driven);
    const auto [start, stop] = window_of(choice);
    parts.push_back(fmt::format("drive of {:g} to {} ({}), {}", choice.strength,
                                counted(driven.size(), "unit"), choice.drive,
                                choice.window.empty()
                                    ? std::string("all the time")
                                    : fmt::format("{:g} to {:g} ms", start, stop)));
  }
  file.dale.reset();  // its parameters are those of the network without lesions
  result.text = joined(parts, "; ");
  return result;
}

rate::Task with_drive(const InterventionChoice& choice, const rate::Task& task) {
  if (choice.drive.empty()) {
    return task;
  }
  const auto [start, stop] = window_of(choice);
  rate::require_driven_step(task.steps(), task.step_ms(), start, stop, "--drive-window",
                            choice.window);
  return rate::driven_task(task, start, stop, choice.strength);
}

Eigen::MatrixXd with_drive(const InterventionChoice& choice, Eigen::MatrixXd input,
                           double step_ms) {
  if (choice.drive.empty()) {
    return input;
  }
  const auto [start, stop] = window_of(choice);
  rate::require_driven_step(input.cols(), step_ms, start, stop, "--drive-window", choice.window);
  input.conservativeResize(input.rows() + 1, Eigen::NoChange);
  input.bottomRows(1) = rate::drive_signal(input.cols(), step_ms, start, stop, choice.strength);
  return input;
}

}  // namespace rheobase::cli
