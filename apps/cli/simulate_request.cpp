#include "apps/cli/simulate_request.hpp"

#include <cmath>
#include <tuple>

#include <fmt/format.h>

#include "apps/cli/option.hpp"
#include "apps/cli/value_syntax.hpp"
#include "core/error.hpp"
#include "mapping/conversion/evaluate_spiking.hpp"
#include "rate/dynamics/unit_type.hpp"

namespace rheobase::cli {

Eigen::MatrixXd read_finite(const std::string& option, const std::string& file_and_field) {
  Eigen::MatrixXd values = io::read_matrix(file_and_field);
  for (Eigen::Index i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values(i))) {
      throw InputError(option, file_and_field,
                       fmt::format("{} at row {}, column {}", values(i), i % values.rows() + 1,
                                   i / values.rows() + 1),
                       "must be finite");
    }
  }
  return values;
}

rate::Trial trial_of(const SimulateRequest& request, const rate::Task& task, std::uint32_t number) {
  return request.condition.empty()
             ? task.random_trial(request.seed, number, Purpose::evaluation_task)
             : task.trial_of(task.condition_index(request.condition), request.seed, number,
                             Purpose::evaluation_task);
}

namespace {

spiking::Recording recording_of(const SimulateRequest& request, Eigen::Index units) {
  spiking::Recording record;
  for (const std::string& word : split(request.record, ',')) {
    if (word == "spikes") {
      record.spikes = true;
    } else if (word == "voltage") {
      record.voltage = true;
    } else if (word == "rate") {
      record.rate = true;
    } else if (word == "input") {
      record.input = true;
    } else if (word != "output") {
      throw InputError("--record", "", "'" + word + "'",
                       "must be made of spikes, output, voltage, rate, input, such as "
                       "spikes,voltage");
    }
  }
  if (!request.voltage_units.empty()) {
    if (!record.voltage) {
      throw InputError("--voltage-units", "", "no voltage in --record", "must come with it");
    }
    record.voltage_units = parse_units("--voltage-units", request.voltage_units, units);
  }
  return record;
}

std::optional<spiking::Stimulation> stimulation_of(const SimulateRequest& request,
                                                   Eigen::Index units) {
  const bool any = !request.stimulate_units.empty() || !request.stimulate_window.empty();
  if (!request.stimulate) {
    if (any) {
      throw InputError("--stimulate", "", "nothing",
                       "must be exc or inh when units or times of a stimulation are given");
    }
    return std::nullopt;
  }
  if (request.stimulate_units.empty() || request.stimulate_window.empty()) {
    throw InputError("--stimulate", "", value_text(*request.stimulate) + " alone",
                     "must come with --stimulate-units and --stimulate-window");
  }
  spiking::Stimulation stimulation;
  find_field(spiking::stimulation_fields(), "mode").set(stimulation, *request.stimulate);
  stimulation.units = parse_units("--stimulate-units", request.stimulate_units, units);
  std::tie(stimulation.start_ms, stimulation.stop_ms) =
      parse_window("--stimulate-window", request.stimulate_window);
  return stimulation;
}

std::optional<Eigen::VectorXd> initial_voltage_of(const SimulateRequest& request,
                                                  Eigen::Index units) {
  if (request.initial_voltage == "uniform") {
    return std::nullopt;
  }
  const Eigen::MatrixXd values = read_finite("--initial-voltage", request.initial_voltage);
  if (values.size() != units || std::min(values.rows(), values.cols()) != 1) {
    throw InputError("--initial-voltage", request.initial_voltage,
                     fmt::format("{} x {}", values.rows(), values.cols()),
                     fmt::format("must be one voltage for each of the {} units", units));
  }
  return Eigen::Map<const Eigen::VectorXd>(values.data(), values.size());
}

}  // namespace

spiking::SimulationOptions options_of(const SimulateRequest& request, Eigen::Index units) {
  spiking::SimulationOptions options = request.spiking.simulation;
  options.seed = request.seed;
  options.initial_voltage = initial_voltage_of(request, units);
  options.record = recording_of(request, units);
  options.stimulation = stimulation_of(request, units);
  return options;
}

void check_window(const std::optional<spiking::Stimulation>& stimulation, Eigen::Index columns,
                  double step_ms) {
  const double duration_ms = step_ms * static_cast<double>(columns - 1);
  if (stimulation && stimulation->start_ms >= duration_ms) {
    throw InputError("--stimulate-window", "",
                     fmt::format("a start at {:g} ms", stimulation->start_ms),
                     fmt::format("must start within the trial, which lasts {:g} ms", duration_ms));
  }
}

io::RunDescription description_of(const SimulateRequest& request, const io::ModelFile& file,
                                  double scaling, const spiking::SimulationOptions& options,
                                  const Console& console) {
  io::RunDescription description;
  description.scaling_factor = scaling;
  description.command = with_seed(console.command_line, request.seed);
  description.transfer = request.spiking.transfer;
  for (const rate::UnitType type : rate::unit_types(file.network)) {
    description.unit_type.push_back(static_cast<int>(type));
  }
  description.simulation = options;
  return description;
}

void describe_trial(const rate::Task& task, const rate::Trial& trial,
                    const spiking::SimulationResult& result, io::RunDescription& description) {
  description.correct = mapping::is_correct(task, trial, result);
  description.task = task.name();
  description.condition = task.conditions()[static_cast<std::size_t>(trial.condition)];
  description.trial_index = trial.index;
}

}  // namespace rheobase::cli
