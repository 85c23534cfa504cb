#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "apps/cli/interrupt.hpp"
#include "apps/cli/json_output.hpp"
#include "apps/cli/map_many.hpp"
#include "apps/cli/model_input.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/overflow.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/cli/search_table.hpp"
#include "apps/cli/spiking_options.hpp"
#include "apps/cli/subcommands.hpp"
#include "apps/cli/task_options.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "apps/cli/value_syntax.hpp"
#include "apps/report/chart.hpp"
#include "apps/report/conversion_picture.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/random.hpp"
#include "io/mat/mapped_model.hpp"
#include "mapping/conversion/conversion_notes.hpp"
#include "mapping/conversion/conversion_search.hpp"
#include "mapping/conversion/siegert.hpp"
#include "rate/learning/evaluate.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* kMapExamples =
    "Examples:\n"
    "  rheobase map model.mat -o model.lif.mat\n"
    "  rheobase map published_model.mat --task go-nogo --scaling 20:5:75\n"
    "  rheobase map model.mat --refractory 0 --trials 400 --seed 7 --json\n"
    "  rheobase map model.mat --mapping published --refine 3\n"
    "  rheobase map model.mat --target 0.98 --max-rate 20 --max-copies 32\n"
    "  rheobase map model.mat --in-place --plot mapping.png\n"
    "  rheobase map networks/*.mat -o mapped";

fs::path output_path(const MapRequest& request, const Console& console) {
  if (request.in_place) {
    if (!request.output.empty()) {
      throw InputError("--in-place", "", "--output beside it", "must be given alone");
    }
    if (console.no_clobber) {
      throw InputError("--in-place", "", "--no-clobber beside it", "must be given without");
    }
    check_continued("--in-place", request.model, request.task.files());
    return request.model;
  }
  const fs::path path = request.output.empty() ? with_word(request.model, "lif") : request.output;
  check_output(console, "--output", path,
               {request.model, request.task.trials_file, request.task.test_file});
  return path;
}

mapping::ConversionOptions conversion_options(MapRequest& request, const io::ModelFile& file) {
  SpikingChoice& spiking = request.spiking;
  if (spiking.transfer.use_initial_weights && file.network.w_initial.size() == 0) {
    throw InputError(request.model.string(), "field 'w0'", "nothing",
                     "must hold the initial weights for --use-initial-weights");
  }
  mapping::ConversionOptions options = request.conversion;
  if (!request.grid.empty()) {
    options.search.scaling_factors = parse_grid("--scaling", request.grid);
    options.search.extend = false;
  }
  mapping::set_search(spiking, options);
  options.search.simulation.seed = request.seed;
  return options;
}

Json point_json(const mapping::ScalingPoint& point) {
  return {{"scaling_factor", point.scaling_factor},
          {"accuracy", to_json(point.accuracy)},
          {"mean_rate_hz", point.mean_rate_hz},
          {"output_rmse", point.output_rmse}};
}

Json candidate_json(const mapping::ConversionCandidate& candidate) {
  Json json = point_json(candidate.measured);
  json["mapping"] = to_string(candidate.transfer.mapping);
  json["gain_mv"] = candidate.transfer.gain;
  json["bias_mv"] = candidate.bias_mv();
  json["noise_sd_mv"] = mapping::membrane_noise_sd(candidate.transfer.noise_intensity,
                                                   candidate.transfer.neuron.tau_membrane_ms);
  json["copies"] = candidate.transfer.copies;
  json["delay_ms"] = candidate.transfer.delay_ms;
  json["fit_error"] = candidate.fit_error ? Json(*candidate.fit_error) : Json();
  json["predicted"] = candidate.predicted ? to_json(*candidate.predicted) : Json();
  json["confirmed"] = candidate.confirmed ? to_json(*candidate.confirmed) : Json();
  json["spikes_per_trial"] = candidate.measured.spikes_per_trial;
  return json;
}

Json result_json(const MapRequest& request, const rate::Task& task,
                 const mapping::ConversionOptions& options, const mapping::Conversion& result,
                 const fs::path& output, const Console& console) {
  const mapping::ConversionCandidate& chosen = result.candidates[result.chosen];
  const std::optional<bool> reached = mapping::target_reached(result);
  Json points = Json::array();
  for (const mapping::ScalingPoint& point : mapping::chosen_points(result)) {
    points.push_back(point_json(point));
  }
  Json candidates = Json::array();
  for (const mapping::ConversionCandidate& candidate : result.candidates) {
    candidates.push_back(candidate_json(candidate));
  }
  spiking::SimulationOptions simulation = options.search.simulation;
  simulation.noise_intensity = chosen.transfer.noise_intensity;
  return {
      {"command", console.command_line},
      {"model", request.model.string()},
      {"output", output.string()},
      {"task", to_json(task)},
      {"seed", request.seed},
      {"simulation", to_json(simulation, result.engine)},
      {"spiking_network", to_json(chosen.transfer)},
      {"points", points},
      {"candidates", candidates},
      {"best", candidate_json(chosen)},
      {"rate_accuracy", result.rate_accuracy.trials > 0 ? to_json(result.rate_accuracy) : Json()},
      {"rate_network_fails", rate_network_fails(result, options.target)},
      {"budget_hz", result.budget ? Json(*result.budget) : Json()},
      {"target", options.target},
      {"reached", reached ? Json(*reached) : Json()},
      {"at_edge", result.published && result.published->at_edge},
      {"notes", mapping::conversion_notes(options, result, task)},
      {"seconds", result.seconds}};
}

/// Of given trials: those that choose are not those that results are about.
std::string search_trials_text(const rate::Task& task) {
  const rate::TrialSplit& split = *task.split();
  const std::string kept =
      split.held_out > 0 ? fmt::format("; {} held out", split.held_out) : ", none held out";
  return fmt::format("{}of the {} training trials of {}, half for the search, half to confirm{}",
                     task.definition().parts.empty() ? "" : "of the task file: ", split.training,
                     split.file, kept);
}

void print_result(const MapRequest& request, const rate::Task& task,
                  const mapping::ConversionOptions& options, const mapping::Conversion& result,
                  const fs::path& output, const Console& console) {
  if (request.json) {
    print_json(console, result_json(request, task, options, result, output, console));
    return;
  }
  const mapping::ConversionCandidate& chosen = result.candidates[result.chosen];
  spiking::SimulationOptions simulation = options.search.simulation;
  simulation.noise_intensity = chosen.transfer.noise_intensity;
  Summary summary;
  summary.add("model", fmt::format("{}, task {}", request.model.string(), task.name()));
  summary.add("search", fmt::format("{} trials a value, seed {}, {}",
                                    task.evaluation_trials(options.search.trials, kSearchTrials),
                                    request.seed, simulation_text(simulation, result.engine)));
  if (task.split()) {
    summary.add("trials", search_trials_text(task));
  }
  add_engine_reason(summary, request.spiking, result.engine);
  add_network(summary, chosen.transfer);
  const bool rate_fails = rate_network_fails(result, options.target);
  if (rate_fails) {
    summary.add("rate network",
                fmt::format("fails its task: {} correct (95 % interval {}); the "
                            "spiking networks below are no conversions, their accuracy "
                            "is an accident",
                            percent(result.rate_accuracy.value), interval(result.rate_accuracy)));
  }
  console.out << summary.text() << '\n';
  const std::string word = chosen_word(rate_fails);
  const bool more_tried = !result.published || result.candidates.size() > 1;
  if (result.published) {
    console.out
        << "Published mapping. scaling: spikes a second at r = 1; mean rate: of a LIF unit; "
           "distance: RMS of the\nspiking readout from the rate network's output.\n";
    // One row is marked: that of the table of all that was tried, where there is one.
    console.out << search_table(*result.published, more_tried ? "" : word) << '\n';
  }
  if (more_tried) {
    console.out << candidate_table(result, word) << '\n';
  }
  Summary outcome;
  const OutcomeText best = outcome_text(chosen);
  outcome.add(word, best.measured);
  if (chosen.confirmed) {
    outcome.add(task.split() ? "others" : "fresh", best.confirmed);
  }
  for (const std::string& note : mapping::conversion_notes(options, result, task)) {
    outcome.add("note", note);
  }
  outcome.add("time", seconds_text(result.seconds));
  outcome.add("saved", output.string());
  console.out << outcome.text();
}

/// The library's check before anything else is asked for, in the name of the file.
void require_mappable(const io::ModelFile& file, const fs::path& path) {
  try {
    mapping::require_mappable(file.network);
  } catch (const InputError& error) {
    throw InputError(path.string(), error.field(), error.found(), error.required());
  }
}

/// A search that was done and saved.
struct Mapped {
  rate::Task task;
  mapping::ConversionOptions options;
  mapping::Conversion result;
};

/// Finds the spiking network of request.model and writes the result to `output`.
/// @throws InputError, Cancelled when `control` asks to stop
Mapped find_and_save(MapRequest request, const fs::path& output, const Console& console,
                     const RunControl& control) {
  const io::ModelFile file = read_noted_model(request.model, console);
  require_mappable(file, request.model);
  mapping::complete(request.spiking, file.transfer);
  if (!request.plot.empty()) {
    report::require_rate_curve(request.spiking.transfer.neuron.model, request.plot);
  }
  note_spiking_network(request.spiking, file.network.units(), console);
  const rate::Task task =
      resolve_task(request.task, file, request.model.string(), TrialsUse::learning, console);
  const mapping::ConversionOptions options = conversion_options(request, file);
  if (!file.task.empty() && file.task != task.name()) {
    note(console, fmt::format("{} was trained on {}, the result will say {}",
                              request.model.string(), file.task, task.name()));
  }
  mapping::Conversion result = naming_overflow(request.model.string(), [&] {
    return mapping::convert(file.network, task, options, control);
  });
  const mapping::ScalingPoint& chosen = result.candidates[result.chosen].measured;
  if (result.rate_accuracy.trials == 0 && chosen.accuracy.low < options.target) {
    result.rate_accuracy = rate::evaluate_rate(file.network, task,
                                               {.trials = options.search.trials,
                                                .seed = options.search.simulation.seed,
                                                .first_trial = kSearchTrials,
                                                .threads = options.search.threads},
                                               {{}, control.cancelled})
                               .accuracy;
  }
  const io::ModelFile mapped =
      io::mapped_model(file, task, result, options, with_seed(console.command_line, request.seed));
  save_result(output, [&](const fs::path& path) {
    io::write_model(path, mapped, io::MatVersion::level5, request.model);
  });
  return {task, options, std::move(result)};
}

void run_map(MapRequest request, const Console& console) {
  if (request.models.size() > 1) {
    map_many(request, console);
    return;
  }
  request.model = request.models.front();
  const fs::path output = output_path(request, console);
  if (!request.plot.empty()) {
    report::require_chart_name(request.plot);
    check_output(console, "--plot", request.plot,
                 {request.model, request.task.trials_file, request.task.test_file, output});
  }
  const InterruptGuard guard;
  const Mapped mapped = [&] {
    ProgressBar bar(console, "scaling search");
    return find_and_save(request, output, console, bar.control(guard));
  }();
  print_result(request, mapped.task, mapped.options, mapped.result, output, console);
  if (request.plot.empty()) {
    return;
  }
  report::draw_conversion(io::read_model(request.model).network, mapped.task, mapped.result,
                          request.seed, request.plot);
  if (!request.json) {
    console.out << saved_text(request.plot);
  }
}

}  // namespace

void add_map_command(Command program, const Console& console) {
  const auto request = std::make_shared<MapRequest>();
  const Command command = program.add_command(
      "map",
      "Turn a rate network into a spiking one\n"
      "The published mapping tries every scaling factor s = 1/lambda of a grid on the same trials; "
      "the most accurate one wins, and of equally accurate ones that with the smallest distance "
      "(root mean square) of the spiking readout to the rate network's output. Where it does not "
      "reach --target on fresh trials, the operating point of the membranes (gain, bias, noise) is "
      "fitted at rising s, from what the rate network bears of spike-like noise on; then every "
      "unit "
      "becomes several copies; and at last copies that differ in bias, with the delay of rise and "
      "membrane taken off the synapses (--compensate-delay). The output holds all fields of the "
      "input and "
      "opt_scaling_factor, scaling_factors, all_perfs, task and spiking_network, which eval, "
      "compare, simulate, report and export follow.");
  command.examples(kMapExamples);
  command
      .add_files(
          "MODEL", request->models,
          "Model file (.mat) of a trained rate network, or several: then --output is a folder "
          "that gets a summary (.csv and .mat), and what it holds already is not done again")
      .required();
  command.add_file("-o,--output", request->output,
                   "Where to write the result (default: MODEL with .lif.mat in place of .mat)");
  command.add_file("--plot", request->plot,
                   "Draw the LIF units' rate curve beside the transfer function, and accuracy over "
                   "spikes (.png, .svg or .pdf; needs gnuplot)");
  command.add_flag("--in-place", request->in_place, "Write the result into MODEL itself");
  add_text(command, "--scaling", request->grid, "FIRST:STEP:LAST",
           "Values to try, as a range or as a list such as 20,30,40 (default: 20:5:75 for the "
           "sigmoid, 4:2:26 for the other activations, and beyond while the best value lies at the "
           "edge; fitted mappings take what the spike budget asks for)");
  add_fields(command, mapping::conversion_fields(), request->conversion);
  add_fields(command, mapping::search_fields(), request->conversion.search);
  add_seed(command, request->seed);
  add_json(command, request->json);
  add_task_options(command, request->task, "Task to be done (default: the one the file names)");
  add_spiking_options(command, request->spiking);
  command.short_help({"--output", "--plot", "--scaling", "--mapping", "--target", "--max-rate",
                      "--max-copies", "--fit", "--trials", "--threads", "--seed", "--json",
                      "--task", "--trials-file", "--neuron", "--copies", "--noise", "--engine"});
  command.action([request, &console] { run_map(*request, console); });
}

}  // namespace rheobase::cli
