#include "python/src/intervention.hpp"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"
#include "python/src/arrays.hpp"
#include "python/src/choice.hpp"
#include "rate/dynamics/lesion.hpp"
#include "rate/dynamics/unit_type.hpp"
#include "rate/tasks/driven_task.hpp"

namespace rheobase::python {

namespace {

using Units = std::vector<Eigen::Index>;

constexpr double kEndless = std::numeric_limits<double>::infinity();

/// "inh@0.25" as "inh" and 0.25, "inh" as "inh" and 1.
std::pair<std::string, double> word_and_fraction(const std::string& text,
                                                 const std::string& argument) {
  const std::size_t at = text.find('@');
  if (at == std::string::npos) {
    return {text, 1.0};
  }
  const py::object number = py::module_::import("builtins").attr("float");
  double fraction = -1.0;
  try {
    fraction = py::cast<double>(number(text.substr(at + 1)));
  } catch (const py::error_already_set&) {
    fraction = -1.0;
  }
  if (!(fraction >= 0.0 && fraction <= 1.0)) {
    throw InputError(argument, "", "'" + text + "'", "must have a fraction of 0 to 1 behind the @");
  }
  return {text.substr(0, at), fraction};
}

/// Units by number (from 0), or of a type: "exc", "inh@0.25".
Units units_from(const py::object& given, const std::string& argument,
                 const rate::RateNetwork& network, Seed seed) {
  if (!PyUnicode_Check(given.ptr())) {
    return unit_numbers(given, argument, network.units());
  }
  const auto text = py::cast<std::string>(given);
  const auto [word, fraction] = word_and_fraction(text, argument);
  const std::optional<Units> units = rate::units_of_type(word, network);
  if (!units) {
    throw InputError(argument, "", "'" + text + "'",
                     "must be exc, inh, som, all, or a fraction of these such as inh@0.25, or "
                     "units by number from 0");
  }
  if (units->empty()) {
    throw InputError(argument, "", "'" + text + "'", "must be units that the network has");
  }
  return rate::random_part(*units, fraction, seed);
}

/// FROM-TO@FRACTION.
void remove_connections(const py::object& given, rate::RateNetwork& network, Seed seed) {
  constexpr const char* kArgument = "lesion_connections";
  const std::string text = PyUnicode_Check(given.ptr()) ? py::cast<std::string>(given)
                                                        : py::cast<std::string>(py::repr(given));
  const auto [ends, fraction] = word_and_fraction(text, kArgument);
  const std::size_t dash = ends.find('-');
  const std::optional<Units> from = rate::units_of_type(ends.substr(0, dash), network);
  const std::optional<Units> to = dash == std::string::npos
                                      ? std::nullopt
                                      : rate::units_of_type(ends.substr(dash + 1), network);
  if (!from || !to) {
    throw InputError(kArgument, "", "'" + text + "'",
                     "must be FROM-TO@FRACTION of exc, inh, som, all, such as exc-inh@0.5");
  }
  if (rate::remove_connections(network, *from, *to, fraction, seed) == 0 && fraction > 0.0) {
    throw InputError(kArgument, "", "'" + text + "'", "must name connections that the network has");
  }
}

std::pair<double, double> window_from(const py::object& given) {
  if (given.is_none()) {
    return {0.0, kEndless};
  }
  const Eigen::VectorXd ends =
      vector_from(given, "drive_window", {.rows = 2, .text = "(2,), start and end in ms"});
  if (!(ends[0] >= 0.0 && ends[1] > ends[0])) {
    throw InputError("drive_window", "", fmt::format("{} to {}", ends[0], ends[1]),
                     "must be a start of 0 or more and a later end, in ms");
  }
  return {ends[0], ends[1]};
}

}  // namespace

Intervention::Intervention(Keywords& keywords, const io::ModelFile& file) : given_(file) {
  const py::object lesion = keywords.take("lesion");
  const py::object connections = keywords.take("lesion_connections");
  const py::object drive = keywords.take("drive");
  const py::object window = keywords.take("drive_window");
  const std::optional<double> strength =
      keywords.take_number("drive_strength", rate::kDriveStrength);
  const auto seed =
      static_cast<Seed>(keywords.take_integer("lesion_seed", {1.0, 2147483647.0}).value_or(1));
  const auto [start_ms, stop_ms] = window_from(window);
  if (drive.is_none() && (strength || !window.is_none())) {
    throw InputError(strength ? "drive_strength" : "drive_window", "", "no drive",
                     "must come with drive");
  }
  if (lesion.is_none() && connections.is_none() && drive.is_none()) {
    return;
  }
  changed_ = file;
  rate::RateNetwork& network = changed_->network;
  // Types and units are those of the whole network.
  network.unit_type = rate::unit_types(network);
  const Units removed = lesion.is_none() ? Units() : units_from(lesion, "lesion", network, seed);
  const Units driven = drive.is_none() ? Units() : units_from(drive, "drive", network, seed);
  if (!connections.is_none()) {
    remove_connections(connections, network, seed);
  }
  rate::remove_units(network, removed);
  if (!drive.is_none()) {
    rate::add_drive_input(network, driven);
    drive_ = Drive{strength.value_or(1.0), start_ms, stop_ms};
  }
  changed_->dale.reset();  // its parameters are those of the network without lesions
}

void Intervention::require_driven_step(Eigen::Index columns, double step_ms) const {
  rate::require_driven_step(columns, step_ms, drive_->start_ms, drive_->stop_ms, "drive_window",
                            fmt::format("{:g} to {:g} ms", drive_->start_ms, drive_->stop_ms));
}

rate::Task Intervention::task(const rate::Task& intact) const {
  if (!drive_) {
    return intact;
  }
  require_driven_step(intact.steps(), intact.step_ms());
  return rate::driven_task(intact, drive_->start_ms, drive_->stop_ms, drive_->strength);
}

Eigen::MatrixXd Intervention::input(Eigen::MatrixXd intact) const {
  if (!drive_) {
    return intact;
  }
  require_driven_step(intact.cols(), given_.network.step_ms);
  intact.conservativeResize(intact.rows() + 1, Eigen::NoChange);
  intact.bottomRows(1) = rate::drive_signal(intact.cols(), given_.network.step_ms, drive_->start_ms,
                                            drive_->stop_ms, drive_->strength);
  return intact;
}

}  // namespace rheobase::python
