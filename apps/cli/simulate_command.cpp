#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "apps/cli/intervention.hpp"
#include "apps/cli/json_output.hpp"
#include "apps/cli/model_input.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/overflow.hpp"
#include "apps/cli/simulate_request.hpp"
#include "apps/cli/spiking_options.hpp"
#include "apps/cli/subcommands.hpp"
#include "apps/cli/task_options.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "apps/cli/value_syntax.hpp"
#include "core/error.hpp"
#include "io/mat/run_file.hpp"
#include "mapping/conversion/evaluate_spiking.hpp"
#include "rate/dynamics/unit_type.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* kSimulateExamples =
    "Examples:\n"
    "  rheobase simulate model.lif.mat --condition go -o run.mat\n"
    "  rheobase simulate model.lif.mat --trials 50 -o runs.mat\n"
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
      resolve_task(request.task, file, request.model.string(), TrialsUse::simulation, console);
  const std::uint32_t number = request.spiking.simulation.trial;
  const rate::Trial trial = trial_of(request, task, number);
  return {rate::spiking_input(trial), task, trial};
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
    return mapping::is_correct(*outcome.drive.task, *outcome.drive.trial, result);
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
  io::ModelFile file = read_noted_model(request.model, console);
  finish_spiking_options(request.spiking, file);
  note_spiking_network(request.spiking, file.network.units(), console);
  note_drive_window(request.intervention, console);
  check_output(console, "--output", request.output,
               {request.model, file_of(request.input), file_of(request.initial_voltage),
                request.task.trials_file, request.task.test_file});
  if (request.trials > 1) {
    simulate_many(request, file, console);
    return;
  }
  Outcome outcome;
  outcome.drive = drive_of(request, file, console);
  outcome.drive.input =
      with_drive(request.intervention, std::move(outcome.drive.input), file.network.step_ms);
  outcome.changed = intervene(request.intervention, file).text;
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

  io::RunDescription description = description_of(request, file, outcome.scaling, options, console);
  if (outcome.drive.task) {
    describe_trial(*outcome.drive.task, *outcome.drive.trial, outcome.result, description);
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
      "Run the spiking network on a trial or many and save spikes, readout and voltages\n"
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
  add_integer(command, "--trials", request->trials, {1.0, 100000.0, false},
              "Trials, from number --trial on, into one file: the spikes of all of them, readouts, "
              "conditions and answers (`export` makes NWB and CSV of them)");
  add_threads(command, request->threads);
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
  command.short_help({"--input", "--condition", "--trial", "--trials", "--seed", "--json", "--task",
                      "--trials-file", "--record", "--voltage-units", "--lesion", "--drive",
                      "--drive-strength", "--engine", "--noise"});
  command.action([request, &console] { run_simulate(*request, console); });
}

}  // namespace rheobase::cli
