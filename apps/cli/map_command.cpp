#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "apps/cli/interrupt.hpp"
#include "apps/cli/json_output.hpp"
#include "apps/cli/map_many.hpp"
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
#include "core/error.hpp"
#include "mapping/conversion/scaling_search.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* kMapExamples =
    "Examples:\n"
    "  rheobase map model.mat -o model.lif.mat\n"
    "  rheobase map published_model.mat --task go-nogo --scaling 20:5:75\n"
    "  rheobase map model.mat --refractory 0 --trials 400 --seed 7 --json\n"
    "  rheobase map model.mat --refine 3\n"
    "  rheobase map model.mat --in-place\n"
    "  rheobase map networks/*.mat -o mapped";

fs::path output_path(const MapRequest& request) {
  if (request.in_place) {
    if (!request.output.empty()) {
      throw InputError("--in-place", "", "--output beside it", "must be given alone");
    }
    check_output("--in-place", request.model, {request.task.trials_file});
    return request.model;
  }
  const fs::path path = request.output.empty() ? with_word(request.model, "lif") : request.output;
  check_output("--output", path, {request.model, request.task.trials_file});
  return path;
}

mapping::ScalingSearchOptions search_options(const MapRequest& request, const io::ModelFile& file) {
  if (request.spiking.transfer.use_initial_weights && file.network.w_initial.size() == 0) {
    throw InputError(request.model.string(), "field 'w0'", "nothing",
                     "must hold the initial weights for --use-initial-weights");
  }
  mapping::ScalingSearchOptions options = request.search;
  if (!request.grid.empty()) {
    options.scaling_factors = parse_grid("--scaling", request.grid);
    options.extend = false;
  }
  options.simulation = request.spiking.simulation;
  options.simulation.seed = request.seed;
  options.transfer = request.spiking.transfer;
  return options;
}

io::ModelFile mapped_file(const io::ModelFile& file, const rate::Task& task,
                          const mapping::ScalingSearchResult& result,
                          const mapping::ScalingSearchOptions& options,
                          const std::string& command) {
  io::ModelFile mapped = file;
  mapped.transfer = options.transfer;
  mapped.scaling_factor = result.points[result.best].scaling_factor;
  mapped.task = task.name();
  mapped.provenance.task_parameters = task.parameters();
  mapped.provenance.scaling_factors.clear();
  mapped.provenance.accuracies.clear();
  for (const mapping::ScalingPoint& point : result.points) {
    mapped.provenance.scaling_factors.push_back(point.scaling_factor);
    mapped.provenance.accuracies.push_back(point.accuracy.value);
  }
  mapped.provenance.search_trials = options.trials;
  mapped.provenance.map_command = command;
  return mapped;
}

Json point_json(const mapping::ScalingPoint& point) {
  return {{"scaling_factor", point.scaling_factor},
          {"accuracy", to_json(point.accuracy)},
          {"mean_rate_hz", point.mean_rate_hz},
          {"output_rmse", point.output_rmse}};
}

/// What a person should know before the result is used.
std::vector<std::string> notes(const mapping::ScalingSearchOptions& options,
                               const mapping::ScalingSearchResult& result) {
  std::vector<std::string> lines;
  const bool published = options.transfer == mapping::TransferOptions{};
  if (result.points[result.best].accuracy.value < kConverted && result.points.size() > 1) {
    lines.emplace_back(
        published
            ? "no scaling factor gives 95 %: this network does not convert; train it with "
              "stronger --spike-noise (a smaller number), a larger --stop-margin or more units"
            : "no scaling factor gives 95 % with these neurons and synapses");
  }
  const spiking::SimulationOptions usual;
  if (options.simulation.noise_intensity != usual.noise_intensity || options.simulation.parity) {
    lines.emplace_back(
        "the file keeps neurons and synapses; give --noise, --parity and other options of the "
        "simulation to eval, compare and simulate again");
  }
  if (result.at_edge && result.points.size() > 1) {
    lines.emplace_back("the best value lies at the edge of the grid: try others with --scaling");
  }
  return lines;
}

void print_result(const MapRequest& request, const rate::Task& task,
                  const mapping::ScalingSearchOptions& options,
                  const mapping::ScalingSearchResult& result, const fs::path& output,
                  const Console& console) {
  const mapping::ScalingPoint& best = result.points[result.best];
  if (request.json) {
    Json points = Json::array();
    for (const mapping::ScalingPoint& point : result.points) {
      points.push_back(point_json(point));
    }
    print_json(console, {{"command", console.command_line},
                         {"model", request.model.string()},
                         {"output", output.string()},
                         {"task", to_json(task)},
                         {"seed", request.seed},
                         {"simulation", to_json(options.simulation, result.engine)},
                         {"spiking_network", to_json(options.transfer)},
                         {"points", points},
                         {"best", point_json(best)},
                         {"at_edge", result.at_edge},
                         {"notes", notes(options, result)},
                         {"seconds", result.seconds}});
    return;
  }
  Summary summary;
  summary.add("model", fmt::format("{}, task {}", request.model.string(), task.name()));
  summary.add("search", fmt::format("{} trials a value, seed {}, {}", options.trials, request.seed,
                                    simulation_text(options.simulation, result.engine)));
  add_engine_reason(summary, request.spiking, result.engine);
  add_network(summary, options.transfer);
  console.out << summary.text() << '\n' << search_table(result) << '\n';
  Summary outcome;
  outcome.add("best",
              fmt::format("scaling factor {:g}: {} correct (95 % interval {})", best.scaling_factor,
                          percent(best.accuracy.value), interval(best.accuracy)));
  for (const std::string& note : notes(options, result)) {
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

}  // namespace

Mapped map_one(MapRequest request, const fs::path& output, const std::string& command,
               const Console& console, const RunControl& control) {
  const io::ModelFile file = io::read_model(request.model);
  require_mappable(file, request.model);
  finish_spiking_options(request.spiking, file);
  const rate::Task task = resolve_task(request.task, file, request.model.string());
  const mapping::ScalingSearchOptions options = search_options(request, file);
  if (!file.task.empty() && file.task != task.name()) {
    note(console, fmt::format("{} was trained on {}, the result will say {}",
                              request.model.string(), file.task, task.name()));
  }
  mapping::ScalingSearchResult result = naming_overflow(request.model.string(), [&] {
    return mapping::search_scaling(file.network, task, options, control);
  });
  const io::ModelFile mapped = mapped_file(file, task, result, options, command);
  save_result(output, [&](const fs::path& path) {
    io::write_model(path, mapped, io::MatVersion::level5, request.model);
  });
  return {task, options, std::move(result)};
}

namespace {

void run_map(MapRequest request, const Console& console) {
  if (request.models.size() > 1) {
    map_many(request, console);
    return;
  }
  request.model = request.models.front();
  const fs::path output = output_path(request);
  const InterruptGuard guard;
  const Mapped mapped = [&] {
    ProgressBar bar(console, "scaling search");
    return map_one(request, output, with_seed(console.command_line, request.seed), console,
                   bar.control(guard));
  }();
  print_result(request, mapped.task, mapped.options, mapped.result, output, console);
}

}  // namespace

void add_map_command(Command program, const Console& console) {
  const auto request = std::make_shared<MapRequest>();
  const Command command = program.add_command(
      "map",
      "Find the scaling factor that turns a rate network into a spiking one\n"
      "Every scaling factor s = 1/lambda of a grid is tried on the same trials; the most accurate "
      "one wins and is saved with the network. Equally accurate ones are told apart by the "
      "distance (root mean square) of the spiking readout to the rate network's output. The "
      "output holds all fields of the input and opt_scaling_factor, scaling_factors, all_perfs "
      "and task.");
  command.examples(kMapExamples);
  command
      .add_files(
          "MODEL", request->models,
          "Model file (.mat) of a trained rate network, or several: then --output is a folder "
          "that gets a summary (.csv and .mat), and what it holds already is not done again")
      .required();
  command.add_file("-o,--output", request->output,
                   "Where to write the result (default: MODEL with .lif.mat in place of .mat)");
  command.add_flag("--in-place", request->in_place, "Write the result into MODEL itself");
  add_text(command, "--scaling", request->grid, "FIRST:STEP:LAST",
           "Values to try, as a range or as a list such as 20,30,40 (default: 20:5:75 for the "
           "sigmoid, 4:2:26 for the other activations, and beyond while the best value lies at the "
           "edge)");
  add_fields(command, mapping::search_fields(), request->search);
  add_seed(command, request->seed);
  add_json(command, request->json);
  add_task_options(command, request->task, "Task to be done (default: the one the file names)");
  add_spiking_options(command, request->spiking);
  command.action([request, &console] { run_map(*request, console); });
}

}  // namespace rheobase::cli
