#include <algorithm>
#include <array>
#include <cctype>
#include <memory>

#include <fmt/format.h>

#include "apps/cli/interrupt.hpp"
#include "apps/cli/intervention.hpp"
#include "apps/cli/json_output.hpp"
#include "apps/cli/model_input.hpp"
#include "apps/cli/number_list.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/overflow.hpp"
#include "apps/cli/perturb.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/cli/spiking_options.hpp"
#include "apps/cli/subcommands.hpp"
#include "apps/cli/task_options.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "apps/report/chart.hpp"
#include "core/error.hpp"
#include "core/field_table.hpp"
#include "core/nearest_name.hpp"
#include "mapping/conversion/evaluate_spiking.hpp"
#include "mapping/conversion/transfer_fields.hpp"
#include "rate/learning/evaluate.hpp"
#include "rate/tasks/driven_task.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* kPerturbExamples =
    "Examples:\n"
    "  rheobase perturb model.lif.mat --lesion inh --fractions 0,0.1,0.2,0.5\n"
    "      --repeats 5\n"
    "  rheobase perturb model.lif.mat --lesion-connections exc-exc\n"
    "      --fractions 0,0.1,0.2,0.4\n"
    "  rheobase perturb model.lif.mat --drive exc@0.1 --strengths -4,-2,0,2,4\n"
    "      --drive-window 500:700 --plot drive.png\n"
    "  rheobase perturb model.lif.mat --drive all --drive-strength -3\n"
    "      --times 0,200,400,600 --duration 100 --json\n"
    "  rheobase perturb model.lif.mat --vary threshold-sd --values 0,1,2,4\n"
    "      --repeats 5 --plot thresholds.png";

/// The number of the spiking network that --vary names.
const Field<mapping::TransferOptions>& varied_field(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& field : mapping::transfer_fields()) {
    if (field.kind != FieldKind::number || field.option.empty()) {
      continue;
    }
    if (field.option == "--" + name || field.option == name) {
      return field;
    }
    names.push_back(field.option.substr(2));
  }
  throw InputError("--vary", "", "'" + name + "'", must_be_one_of(name, names));
}

Sweep field_sweep(const PerturbRequest& request) {
  if (request.vary.empty()) {
    throw InputError("--values", "", "no --vary", "must come with --vary");
  }
  const auto& field = varied_field(request.vary);
  if (request.spiking.given.contains(field.name)) {
    throw InputError(field.option, "", "--vary " + request.vary + " beside it",
                     "must be left out: --values has its values");
  }
  Sweep sweep{"--values", field.label + (field.unit.empty() ? "" : " (" + field.unit + ")"),
              number_list("--values", request.values, {}), field.name};
  sweep.label.front() =
      static_cast<char>(std::toupper(static_cast<unsigned char>(sweep.label.front())));
  for (const double value : sweep.values) {
    require(field, value, "--values", "");
  }
  return sweep;
}

Sweep sweep_of(const PerturbRequest& request) {
  const InterventionChoice& choice = request.intervention;
  const bool lesion = !choice.lesion.empty() || !choice.connections.empty();
  const std::string* lists[] = {&request.fractions, &request.strengths, &request.times,
                                &request.values};
  const auto given =
      std::ranges::count_if(lists, [](const std::string* list) { return !list->empty(); });
  if (given != 1) {
    throw InputError("--fractions, --strengths, --times, --values", "",
                     fmt::format("{} of them", given), "must be one: what is varied");
  }
  if (request.duration_given && request.times.empty()) {
    throw InputError("--duration", "", fmt::format("{:g}", request.duration_ms),
                     "must come with --times");
  }
  if (!request.values.empty()) {
    return field_sweep(request);
  }
  if (!request.vary.empty()) {
    throw InputError("--vary", "", "no --values", "must come with --values");
  }
  if (!request.fractions.empty()) {
    const bool one = choice.lesion.empty() != choice.connections.empty();
    const std::string& text = choice.lesion.empty() ? choice.connections : choice.lesion;
    if (!one || text.find('@') != std::string::npos) {
      throw InputError("--fractions", "", one ? "'" + text + "'" : "no lesion or two",
                       "must come with one of --lesion and --lesion-connections, without @");
    }
    return {"--fractions",
            choice.lesion.empty() ? "Fraction of connections removed" : "Fraction of units removed",
            number_list("--fractions", request.fractions, kProbability)};
  }
  const std::string option = request.strengths.empty() ? "--times" : "--strengths";
  if (choice.drive.empty()) {
    throw InputError(option, "", lesion ? "a lesion alone" : "nothing to vary",
                     "must come with --drive");
  }
  if (!request.strengths.empty()) {
    if (choice.strength_option && choice.strength_option->given()) {
      throw InputError("--drive-strength", "", fmt::format("{:g}", choice.strength),
                       "must be left out beside --strengths");
    }
    return {option, "Strength of the drive",
            number_list(option, request.strengths, rate::kDriveStrength)};
  }
  if (!choice.window.empty()) {
    throw InputError("--drive-window", "", choice.window, "must be left out beside --times");
  }
  return {option, "Start of the drive (ms)", number_list(option, request.times, kNonNegative)};
}

InterventionChoice intervention_at(const PerturbRequest& request, const Sweep& sweep, double value,
                                   int repeat) {
  InterventionChoice choice = request.intervention;
  choice.seed += repeat;
  if (sweep.option == "--fractions") {
    (choice.lesion.empty() ? choice.connections : choice.lesion) += fmt::format("@{}", value);
  } else if (sweep.option == "--strengths") {
    choice.strength = value;
  } else if (sweep.option == "--times") {
    choice.window = fmt::format("{}:{}", value, value + request.duration_ms);
  }
  return choice;
}

/// The spiking network of a value, complete: a repeat draws the units that differ anew.
SpikingChoice spiking_at(const PerturbRequest& request, const Sweep& sweep, double value,
                         int repeat, const io::ModelFile& file) {
  SpikingChoice choice = request.spiking;
  if (!sweep.field.empty()) {
    choice.given[sweep.field] = value;
  }
  try {
    finish_spiking_options(choice, file);
  } catch (const InputError& error) {
    if (sweep.field.empty() || error.where() != "--" + request.vary) {
      throw;
    }
    throw InputError(sweep.option, "", error.found(), error.required());
  }
  choice.transfer.unit_seed += static_cast<Seed>(repeat);
  choice.simulation.seed = request.seed;
  return choice;
}

Perturbed evaluate_at(const PerturbRequest& request, const InterventionChoice& choice,
                      const SpikingChoice& of_spiking, io::ModelFile file, const rate::Task& intact,
                      const RunControl& control) {
  const rate::Task task = with_drive(choice, intact);
  Perturbed result;
  result.intervened = intervene(choice, file);
  const RunControl stop{{}, control.cancelled};
  result.rate =
      rate::evaluate_rate(
          file.network, task,
          {.trials = request.trials, .seed = request.seed, .threads = request.threads}, stop)
          .accuracy;
  if (request.scaling > 0.0 || file.scaling_factor) {
    const spiking::SpikingModel spiking =
        spiking_model_of(file, request.model.string(), request.scaling, of_spiking);
    const mapping::SpikingEvaluation evaluation = mapping::evaluate_spiking(
        spiking, task, request.trials, of_spiking.simulation, request.threads, nullptr, stop);
    result.spiking = evaluation.accuracy;
    result.engine = simulation_text(of_spiking.simulation, evaluation.engine);
  }
  return result;
}

/// Does a trial at every value: one that cannot be is refused before the work.
void try_values(const PerturbRequest& request, const Sweep& sweep, const io::ModelFile& file,
                const rate::Task& task, const RunControl& control) {
  PerturbRequest once = request;
  once.trials = 1;
  for (const double value : sweep.values) {
    if (sweep.option == "--times") {
      rate::require_driven_step(task.steps(), task.step_ms(), value, value + request.duration_ms,
                                "--times", fmt::format("{:g}", value));
    }
    evaluate_at(once, intervention_at(once, sweep, value, 0),
                spiking_at(once, sweep, value, 0, file), file, task, control);
  }
}

/// What --unit-seed draws anew.
constexpr std::array kSpreads{"threshold_sd_mv", "bias_sd_mv", "tau_membrane_sd_ms",
                              "refractory_sd_ms", "delay_spread_ms"};

/// Repeats of what is not drawn are one and the same.
void require_something_drawn(const PerturbRequest& request, const Sweep& sweep,
                             const io::ModelFile& file) {
  if (request.repeats == 1) {
    return;
  }
  const InterventionChoice& choice = request.intervention;
  const mapping::TransferOptions transfer =
      spiking_at(request, sweep, sweep.values.front(), 0, file).transfer;
  const bool spiking = request.scaling > 0.0 || file.scaling_factor;
  const auto spreads = [&](const char* name) {
    const auto& field = find_field(mapping::transfer_fields(), name);
    return sweep.field == name || (spiking && number_of(field.get(transfer)) > 0.0);
  };
  const bool drawn =
      sweep.option == "--fractions" ||
      (choice.lesion + choice.connections + choice.drive).find('@') != std::string::npos ||
      std::ranges::any_of(kSpreads, spreads);
  if (!drawn) {
    throw InputError("--repeats", "", std::to_string(request.repeats),
                     "must be 1: nothing is drawn at random");
  }
}

std::vector<PerturbedPoint> sweep_model(const PerturbRequest& request, const Sweep& sweep,
                                        const io::ModelFile& file, const rate::Task& task,
                                        const RunControl& control) {
  std::vector<PerturbedPoint> points;
  const auto all = static_cast<double>(sweep.values.size()) * request.repeats;
  for (const double value : sweep.values) {
    points.push_back({value, {}});
    for (int repeat = 0; repeat < request.repeats; ++repeat) {
      if (control.stop_requested()) {
        throw Cancelled("stopped before all values were tried");
      }
      const auto done = static_cast<double>(points.size() - 1) * request.repeats + repeat;
      control.progress(done / all, fmt::format("{} {:g}", sweep.label, value));
      points.back().repeats.push_back(
          evaluate_at(request, intervention_at(request, sweep, value, repeat),
                      spiking_at(request, sweep, value, repeat, file), file, task, control));
    }
  }
  control.progress(1.0);
  return points;
}

/// The networks, as far as they are the same at all values.
void add_networks(Summary& summary, const PerturbRequest& request, const Sweep& sweep,
                  const io::ModelFile& file, const std::vector<PerturbedPoint>& points) {
  const Perturbed& last = points.back().repeats.front();
  if (!last.intervened.text.empty()) {
    summary.add("changed", sweep.field.empty() ? fmt::format("at {:g}: {}", points.back().value,
                                                             last.intervened.text)
                                               : last.intervened.text);
  }
  if (last.spiking) {
    SpikingChoice plain = request.spiking;
    finish_spiking_options(plain, file);
    if (!sweep.field.empty()) {
      const mapping::TransferOptions varied =
          spiking_at(request, sweep, sweep.values.front(), 0, file).transfer;
      plain.transfer.unit_threshold_mv = varied.unit_threshold_mv;
      plain.transfer.unit_reset_mv = varied.unit_reset_mv;
      plain.transfer.unit_tau_membrane_ms = varied.unit_tau_membrane_ms;
      plain.transfer.unit_refractory_ms = varied.unit_refractory_ms;
      plain.transfer.unit_bias_mv = varied.unit_bias_mv;
      plain.transfer.connection_delay_ms = varied.connection_delay_ms;
    }
    summary.add(
        "spiking",
        fmt::format("scaling factor {:g}, {}",
                    request.scaling > 0.0 ? request.scaling : *file.scaling_factor, last.engine));
    add_network(summary, plain.transfer);
  }
}

/// A number for all units in the place of a value each of the file.
void note_replaced_values(const PerturbRequest& request, const Sweep& sweep,
                          const io::ModelFile& file, const Console& console) {
  if (sweep.field.empty() || !file.transfer) {
    return;
  }
  const mapping::TransferOptions varied =
      spiking_at(request, sweep, sweep.values.front(), 0, file).transfer;
  const auto note_if = [&](const std::vector<double>& own, const std::vector<double>& now,
                           const char* what) {
    if (!own.empty() && now.empty()) {
      note(console, fmt::format("--vary {} is in the place of the {} in {}", request.vary, what,
                                request.model.string()));
    }
  };
  note_if(file.transfer->unit_threshold_mv, varied.unit_threshold_mv, "thresholds of the units");
  note_if(file.transfer->unit_reset_mv, varied.unit_reset_mv, "resets of the units");
  note_if(file.transfer->unit_tau_membrane_ms, varied.unit_tau_membrane_ms,
          "membrane time constants of the units");
  note_if(file.transfer->unit_refractory_ms, varied.unit_refractory_ms,
          "refractory periods of the units");
  note_if(file.transfer->unit_bias_mv, varied.unit_bias_mv, "biases of the units");
  note_if(file.transfer->connection_delay_ms, varied.connection_delay_ms,
          "delays of the connections");
}

void print_points(const PerturbRequest& request, const Sweep& sweep, const io::ModelFile& file,
                  const rate::Task& task, const std::vector<PerturbedPoint>& points,
                  const Console& console) {
  const int used = points.front().repeats.front().rate.trials;
  if (request.json) {
    print_json(console, {{"command", console.command_line},
                         {"model", request.model.string()},
                         {"task", to_json(task)},
                         {"seed", request.seed},
                         {"trials", used},
                         {"varied", sweep.label},
                         {"points", points_json(points)}});
    return;
  }
  Summary summary;
  summary.add("model", fmt::format("{}, task {}", request.model.string(), task.name()));
  summary.add("trials", trials_text(task, used, request.seed));
  add_networks(summary, request, sweep, file, points);
  if (request.repeats > 1) {
    summary.add("choices", fmt::format("{}, the same trials in each", request.repeats));
  }
  console.out << summary.text() << '\n' << perturb_table(sweep, points);
}

void run_perturb(PerturbRequest request, const Console& console) {
  const Sweep sweep = sweep_of(request);
  if (!request.plot.empty()) {
    report::require_chart_name(request.plot);
    std::vector<fs::path> inputs = request.task.files();
    inputs.push_back(request.model);
    check_output(console, "--plot", request.plot, inputs);
  }
  const io::ModelFile file = read_noted_model(request.model, console);
  require_something_drawn(request, sweep, file);
  const rate::Task task =
      resolve_task(request.task, file, request.model.string(), TrialsUse::evaluation, console);
  if (request.scaling == 0.0 && !file.scaling_factor) {
    if (!sweep.field.empty()) {
      throw InputError("--vary", "",
                       "a rate network: no scaling factor in " + request.model.string(),
                       "must come with a spiking network: `rheobase map` makes one");
    }
    note(console, request.model.string() +
                      " has no scaling factor, so only the rate network is "
                      "evaluated; `rheobase map` finds one");
  }
  note_replaced_values(request, sweep, file, console);
  note_spiking_network(spiking_at(request, sweep, sweep.values.front(), 0, file),
                       file.network.units(), console);
  for (std::size_t i = 1; sweep.field == "threshold_sd_mv" && i < sweep.values.size(); ++i) {
    note_thresholds(spiking_at(request, sweep, sweep.values[i], 0, file).transfer,
                    file.network.units(), console);
  }
  const InterruptGuard guard;
  const std::vector<PerturbedPoint> points = naming_overflow(request.model.string(), [&] {
    ProgressBar bar(console, "perturbing");
    const RunControl control = bar.control(guard);
    try_values(request, sweep, file, task, control);
    return sweep_model(request, sweep, file, task, control);
  });
  print_points(request, sweep, file, task, points, console);
  if (request.plot.empty()) {
    return;
  }
  report::draw_chart(perturb_chart(sweep, points), request.plot);
  if (!request.json) {
    console.out << '\n' << saved_text(request.plot);
  }
}

}  // namespace

void add_perturb_command(Command program, const Console& console) {
  const auto request = std::make_shared<PerturbRequest>();
  const Command command = program.add_command(
      "perturb",
      "Accuracy over the size of a lesion, the strength or the time of a drive, or a number of "
      "the spiking network\n"
      "Both networks do the trials of `eval` at every value. With --repeats the units or "
      "connections that a fraction chooses, and units that differ, are drawn anew; means and the "
      "range over the choices "
      "are shown then, else Wilson's 95 % intervals.");
  command.examples(kPerturbExamples);
  command.add_file("MODEL", request->model, "Model file (.mat), from `train` or `map`").required();
  add_text(command, "--fractions", request->fractions, "LIST",
           "Fractions of --lesion or --lesion-connections, such as 0,0.1,0.5");
  add_text(command, "--strengths", request->strengths, "LIST", "Strengths of --drive");
  add_text(command, "--times", request->times, "LIST",
           "Times in ms at which --drive begins, for --duration");
  add_text(command, "--vary", request->vary, "OPTION",
           "Number of the spiking network that --values are of, such as threshold-sd, bias-sd, "
           "delay-spread, synaptic-delay or threshold");
  add_text(command, "--values", request->values, "LIST", "Values of --vary, such as 0,1,2,4");
  add_number(command, "--duration", request->duration_ms, kPositive, "ms",
             "How long a drive of --times lasts, with which it must come");
  add_integer(command, "--repeats", request->repeats, {1.0, 10000.0},
              "Random choices of units or connections, and of units that differ, at every value");
  command.add_file("--plot", request->plot, "Draw it (.png, .svg or .pdf; needs gnuplot)");
  add_number(command, "--scaling", request->scaling, kNonNegative, "",
             "Scaling factor s = 1/lambda of the spiking network; 0: the one in the file");
  add_integer(command, "--trials", request->trials, kCount, "Number of trials at every value");
  add_seed(command, request->seed);
  add_threads(command, request->threads);
  add_json(command, request->json);
  add_intervention_options(command, request->intervention);
  add_task_options(command, request->task, "Task of the trials (default: the one the file names)");
  add_spiking_options(command, request->spiking);
  command.short_help({"--fractions", "--strengths", "--times", "--vary", "--values", "--duration",
                      "--repeats", "--plot", "--trials", "--seed", "--threads", "--json",
                      "--lesion", "--lesion-connections", "--drive", "--drive-strength",
                      "--drive-window", "--task", "--trials-file"});
  command.action([request, command, &console] {
    request->duration_given = command.given("--duration");
    run_perturb(*request, console);
  });
}

}  // namespace rheobase::cli
