#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "apps/cli/intervention.hpp"
#include "apps/cli/json_output.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/overflow.hpp"
#include "apps/cli/spiking_options.hpp"
#include "apps/cli/subcommands.hpp"
#include "apps/cli/task_options.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "apps/cli/value_syntax.hpp"
#include "core/error.hpp"
#include "io/mat/run_file.hpp"
#include "rate/dynamics/unit_type.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;

struct SimulateRequest {
  fs::path model;
  fs::path output;
  std::string input;      ///< FILE.mat:field
  std::string condition;  ///< empty: drawn
  TaskChoice task;
  SpikingChoice spiking;
  InterventionChoice intervention;
  double scaling = 0.0;
  std::string initial_voltage = "uniform";
  std::string record = "spikes,output";
  std::string voltage_units;
  std::optional<FieldValue> stimulate;
  std::string stimulate_units;
  std::string stimulate_window;
  Seed seed = 1;
  bool json = false;
};

constexpr const char* kSimulateExamples =
    "Examples:\n"
    "  rheobase simulate model.lif.mat --condition go -o run.mat\n"
    "  rheobase simulate model.mat --scaling 50 --input trial.mat:u -o run.mat\n"
    "  rheobase simulate model.lif.mat --record spikes,voltage\n"
    "      --voltage-units 1,5,10:20 --initial-voltage start.mat:v0 -o run.mat\n"
    "  rheobase simulate model.lif.mat --stimulate inh --stimulate-units 1:40\n"
    "      --stimulate-window 500:700 -o run.mat";

/// What drives the network, and what is known about it.
struct Drive {
  Eigen::MatrixXd input;
  std::optional<rate::Task> task;
  std::optional<rate::Trial> trial;
};

/// A matrix that the user names on the command line; engines would refuse it in their own words.
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

Drive drive_of(const SimulateRequest& request, const io::ModelFile& file, const Console& console) {
  if (!request.input.empty()) {
    if (!request.task.name.empty() || !request.condition.empty()) {
      throw InputError("--input", "", "--task or --condition beside it",
                       "must be given alone: the input is either a file's or a task's");
    }
    Eigen::MatrixXd input = read_finite("--input", request.input);
    if (input.rows() != file.network.inputs() || input.cols() < 2) {
      throw InputError("--input", request.input, fmt::format("{} x {}", input.rows(), input.cols()),
                       fmt::format("must have {} row(s), the inputs of the network, and a column "
                                   "every 5 ms, at least 2",
                                   file.network.inputs()));
    }
    return {std::move(input), {}, {}};
  }
  const rate::Task task =
      resolve_task(request.task, file, request.model.string(), TrialsUse::evaluation, console);
  const std::uint32_t number = request.spiking.simulation.trial;
  const rate::Trial trial = request.condition.empty()
                                ? task.random_trial(request.seed, number, Purpose::evaluation_task)
                                : task.trial_of(task.condition_index(request.condition),
                                                request.seed, number, Purpose::evaluation_task);
  return {rate::spiking_input(trial), task, trial};
}

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

spiking::SimulationOptions options_of(const SimulateRequest& request, Eigen::Index units) {
  spiking::SimulationOptions options = request.spiking.simulation;
  options.seed = request.seed;
  options.initial_voltage = initial_voltage_of(request, units);
  options.record = recording_of(request, units);
  options.stimulation = stimulation_of(request, units);
  return options;
}

/// A stimulation after the end would do nothing, without a word.
void check_window(const std::optional<spiking::Stimulation>& stimulation, Eigen::Index columns,
                  double step_ms) {
  const double duration_ms = step_ms * static_cast<double>(columns - 1);
  if (stimulation && stimulation->start_ms >= duration_ms) {
    throw InputError("--stimulate-window", "",
                     fmt::format("a start at {:g} ms", stimulation->start_ms),
                     fmt::format("must start within the trial, which lasts {:g} ms", duration_ms));
  }
}

struct Outcome {
  spiking::SimulationResult result;
  Drive drive;
  std::string changed;  ///< lesions and drive
  double scaling = 0.0;
  double seconds = 0.0;
};

void print_outcome(const SimulateRequest& request, const Outcome& outcome,
                   const spiking::SimulationOptions& options, const Console& console) {
  const spiking::SimulationResult& result = outcome.result;
  const spiking::EngineChoice engine{result.engine, result.engine_reason};
  const double mean_rate = result.mean_rate_hz().mean();
  const auto condition = [&] {
    return outcome.drive.task
        ->conditions()[static_cast<std::size_t>(outcome.drive.trial->condition)];
  };
  const auto correct = [&] {
    return outcome.drive.task->spiking_correct(*outcome.drive.trial, result.output);
  };
  if (request.json) {
    Json json = {{"command", console.command_line},
                 {"model", request.model.string()},
                 {"output", request.output.string()},
                 {"seed", request.seed},
                 {"trial", options.trial},
                 {"scaling_factor", outcome.scaling},
                 {"simulation", to_json(options, engine)},
                 {"spiking_network", to_json(request.spiking.transfer)},
                 {"duration_ms", result.duration_ms},
                 {"spikes", result.spike_count.sum()},
                 {"mean_rate_hz", mean_rate},
                 {"seconds", outcome.seconds}};
    if (!outcome.changed.empty()) {
      json["intervention"] = outcome.changed;
    }
    if (outcome.drive.task) {
      json["task"] = to_json(*outcome.drive.task);
      json["condition"] = condition();
      if (outcome.drive.trial->index >= 0) {
        json["trial_of_file"] = outcome.drive.trial->index + 1;
      }
      json["correct"] = correct();
    }
    print_json(console, json);
    return;
  }
  Summary summary;
  summary.add("model",
              fmt::format("{}, scaling factor {:g}", request.model.string(), outcome.scaling));
  add_network(summary, request.spiking.transfer);
  if (outcome.drive.task) {
    const int index = outcome.drive.trial->index;
    summary.add("trial",
                fmt::format("task {}, condition {}, number {}{}, answer {}",
                            outcome.drive.task->name(), condition(), options.trial,
                            index < 0 ? "" : fmt::format(" (trial {} of the file)", index + 1),
                            correct() ? "correct" : "wrong"));
  } else {
    summary.add("input", request.input);
  }
  if (!outcome.changed.empty()) {
    summary.add("changed", outcome.changed);
  }
  summary.add("engine", simulation_text(options, engine));
  add_engine_reason(summary, request.spiking, engine);
  summary.add("seed", std::to_string(request.seed));
  summary.add("spikes", fmt::format("{} in {:g} ms, {:.2f} Hz a unit", result.spike_count.sum(),
                                    result.duration_ms, mean_rate));
  summary.add("time", seconds_text(outcome.seconds));
  summary.add("saved", request.output.string());
  console.out << summary.text();
}

void run_simulate(SimulateRequest request, const Console& console) {
  io::ModelFile file = io::read_model(request.model);
  finish_spiking_options(request.spiking, file);
  check_output("--output", request.output,
               {request.model, file_of(request.input), file_of(request.initial_voltage),
                request.task.trials_file, request.task.test_file});
  Outcome outcome;
  outcome.drive = drive_of(request, file, console);
  outcome.drive.input =
      with_drive(request.intervention, std::move(outcome.drive.input), file.network.step_ms);
  outcome.changed = intervene(request.intervention, file);
  const spiking::SpikingModel spiking =
      spiking_model_of(file, request.model.string(), request.scaling, request.spiking);
  outcome.scaling = spiking.scaling_factor;
  const spiking::SimulationOptions options = options_of(request, spiking.units());
  check_window(options.stimulation, outcome.drive.input.cols(), file.network.step_ms);

  const auto start = std::chrono::steady_clock::now();
  outcome.result = naming_overflow(request.model.string(), [&] {
    return spiking::simulate(spiking, outcome.drive.input, options);
  });
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  io::RunDescription description;
  description.scaling_factor = outcome.scaling;
  description.command = with_seed(console.command_line, request.seed);
  description.transfer = request.spiking.transfer;
  for (const rate::UnitType type : rate::unit_types(file.network)) {
    description.unit_type.push_back(static_cast<int>(type));
  }
  description.simulation = options;
  if (outcome.drive.task) {
    description.correct =
        outcome.drive.task->spiking_correct(*outcome.drive.trial, outcome.result.output);
    description.task = outcome.drive.task->name();
    description.condition =
        outcome.drive.task->conditions()[static_cast<std::size_t>(outcome.drive.trial->condition)];
  }
  save_result(request.output,
              [&](const fs::path& path) { io::write_run(path, outcome.result, description); });
  print_outcome(request, outcome, options, console);
}

void add_recording_options(Command command, SimulateRequest& request) {
  constexpr const char* kGroup = "Recording";
  add_text(command, "--record", request.record, "LIST",
           "What the run file holds beside spike counts: spikes, output, voltage (mV), rate "
           "(filtered spike trains, Hz), input (total input current, mV)")
      .group(kGroup);
  add_text(command, "--voltage-units", request.voltage_units, "UNITS",
           "Units whose voltage is recorded, counted from 1, such as 1,5,10:20 (default: all)")
      .group(kGroup);
  add_field(command, spiking::simulation_fields(), "output_period_ms", request.spiking.simulation)
      .group(kGroup);
}

void add_stimulation_options(Command command, SimulateRequest& request) {
  constexpr const char* kGroup = "Artificial stimulation";
  const auto& mode = find_field(spiking::stimulation_fields(), "mode");
  add_field(command, mode, "", [&request](const FieldValue& given) {
    request.stimulate = given;
  }).group(kGroup);
  add_text(command, "--stimulate-units", request.stimulate_units, "UNITS",
           "Which units, counted from 1, such as 1,5,10:20")
      .group(kGroup);
  add_text(command, "--stimulate-window", request.stimulate_window, "START:END",
           "When, in ms from the start of the trial, such as 500:700")
      .group(kGroup);
}

}  // namespace

void add_simulate_command(Command program, const Console& console) {
  const auto request = std::make_shared<SimulateRequest>();
  const Command command = program.add_command(
      "simulate",
      "Run the spiking network once and save spikes, readout and voltages\n"
      "The input is a trial of a task or a matrix of a .mat file (inputs x columns, a column every "
      "5 ms; the run lasts columns - 1 of them). Trial K of a task without --condition is trial K "
      "of `eval` with the same seed.");
  command.examples(kSimulateExamples);
  command.add_file("MODEL", request->model, "Model file (.mat)").required();
  command.add_file("-o,--output", request->output, "Where to write the run (.mat)").required();
  add_text(command, "--input", request->input, "FILE.mat:FIELD",
           "Input of the network, such as trial.mat:u (default: a trial of the task)");
  add_text(command, "--condition", request->condition, "NAME",
           "Condition of the task's trial; see `rheobase task NAME` (default: drawn)");
  add_field(command, spiking::simulation_fields(), "trial", request->spiking.simulation);
  add_number(command, "--scaling", request->scaling, kNonNegative, "",
             "Scaling factor s = 1/lambda; 0: the one in the file");
  add_text(command, "--initial-voltage", request->initial_voltage, "FILE.mat:FIELD|uniform",
           "Initial voltages (mV): one a unit, such as start.mat:v0, or drawn uniformly from reset "
           "to 30 mV");
  add_seed(command, request->seed);
  add_json(command, request->json);
  add_task_options(command, request->task, "Task of the trial (default: the one the file names)");
  add_recording_options(command, *request);
  add_stimulation_options(command, *request);
  add_intervention_options(command, request->intervention);
  add_spiking_options(command, request->spiking);
  command.action([request, &console] { run_simulate(*request, console); });
}

}  // namespace rheobase::cli
