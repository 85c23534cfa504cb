#include <algorithm>
#include <chrono>
#include <memory>

#include <fmt/format.h>

#include "apps/cli/interrupt.hpp"
#include "apps/cli/network/network_commands.hpp"
#include "apps/cli/network/network_summary.hpp"
#include "apps/cli/network/state_output.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/cli/text_format.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/field_table.hpp"
#include "io/network/fitted_network.hpp"
#include "io/network/network_run_file.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;

struct NetworkRunRequest {
  fs::path file, output, state, save_state;
  FieldValues instead;  ///< options of the run that replace those of the file
  bool json = false;
};

/// A run and how it ended.
struct NetworkRunJob {
  io::NetworkFile file;
  network::Network network;
  network::NetworkState state;
  io::NetworkRun run;
  fs::path interrupted{};  ///< where the state goes if it ends early
  double seconds = 0.0;
};

NetworkRunJob make_job(const NetworkRunRequest& request, const Console& console) {
  io::NetworkFile file = io::read_network_file(request.file, request.instead);
  network::Network network = io::build_network(file, {}, request.state.empty());
  network::NetworkState state = request.state.empty()
                                    ? network::initial_state(network)
                                    : io::read_network_state(request.state, network);
  NetworkRunJob job{std::move(file), std::move(network), std::move(state), {}};
  io::at_places(job.file, [&] { io::require_steps(job.file); });
  if (job.state.step > 0) {
    io::begin_at(job.file, job.state.step);
  }
  for (const network::Probe& probe : job.file.run.probes) {
    job.run.averaged.push_back(probe.averaged);
  }
  job.run.record_units = io::record_units(job.network, job.file.run.probes);
  for (const network::NetworkPopulation& population : job.network.populations()) {
    job.run.populations.push_back(population.name);
    job.run.sizes.push_back(population.size);
    job.run.spiking.push_back(population.description().spikes);
  }
  job.run.spikes = job.file.run.spikes;
  job.run.step = job.network.step();
  job.run.time_unit = job.network.time_unit();
  job.run.solver = job.file.run.solver;
  job.run.title = job.file.title;
  job.run.seed = job.file.run.seed;
  job.run.command = console.command_line;
  job.run.network = job.file.text;
  return job;
}

/// @param state  where the state goes; empty: nowhere
void save_run(const fs::path& path, const NetworkRunJob& job, const fs::path& state = {}) {
  std::vector<ResultFile> results{
      {path, [&](const fs::path& to) { io::write_network_run(to, job.run); }}};
  if (!state.empty()) {
    results.push_back({state, [&](const fs::path& to) {
                         io::write_network_state(to, job.state, job.run.command);
                       }});
  }
  save_results(results);
}

/// Options of the command line that another run needs too: those of its length are its own.
std::string kept_options(const NetworkRunRequest& request) {
  std::string text;
  for (const auto& [name, value] : request.instead) {
    if (name != "steps" && name != "cutoff") {
      text += fmt::format("{} {} ", find_field(network::run_fields(), name).option,
                          shell_quoted(value_text(value)));
    }
  }
  return text;
}

/// Runs, and saves what was recorded however the run ends.
void run_and_save(NetworkRunJob& job, const NetworkRunRequest& request, const Console& console) {
  const auto start = std::chrono::steady_clock::now();
  const long first = job.state.step;
  try {
    const InterruptGuard guard;
    ProgressBar bar(console, "running");
    io::at_places(job.file, [&] {
      network::run_into(job.run.seen, job.network, job.state, job.file.inputs, job.file.run,
                        bar.control(guard));
    });
  } catch (const Cancelled& stop) {
    job.run.trouble = stop.what();
    const fs::path& state = job.interrupted;
    save_run(request.output, job, state);
    const long done = job.state.step - first;
    const long cutoff = job.file.run.cutoff;
    throw Cancelled(fmt::format(
        "{}; what was recorded is in {}; {}go on with: rheobase network run {} --state {} --steps "
        "{} {}{}-o next{}",
        stop.what(), request.output.string(),
        io::has_rows(job.file)
            ? fmt::format("cut `values` of the inputs, so that they begin with row {}, and ",
                          done + 1)
            : "",
        shell_quoted(request.file.string()), shell_quoted(state.string()),
        job.file.run.steps - done,
        cutoff > 0 ? fmt::format("--cutoff {} ", std::max(cutoff - done, 0L)) : "",
        kept_options(request), request.output.extension().string()));
  } catch (const NonFiniteError& error) {
    job.run.trouble = error.what();
    save_run(request.output, job);
    throw InputError(
        job.file.name, "", fmt::format("a network that diverges: {}", error.what()),
        fmt::format("must stay finite: a smaller step or weaker weights may help; what "
                    "was recorded before is in {}",
                    request.output.string()));
  } catch (const InputError& error) {
    if (job.run.seen.times.size() == 0) {
      throw;
    }
    job.run.trouble = error.what();
    save_run(request.output, job);
    throw InputError(error.where(), error.field(), error.found(),
                     fmt::format("{}; what was recorded before is in {}", error.required(),
                                 request.output.string()));
  }
  job.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  save_run(request.output, job, request.save_state);
}

/// Spikes of every population and how often a unit of it fires, in Hz where time has a unit.
struct PopulationSpikes {
  std::string name;
  long spikes = 0;
  double rate = 0.0;
};

std::vector<PopulationSpikes> spikes_by_population(const NetworkRunJob& job) {
  std::vector<long> counts(job.network.populations().size(), 0);
  for (const network::NetworkSpike& spike : job.run.seen.spikes) {
    ++counts[spike.population];
  }
  const double time = static_cast<double>(job.file.run.steps) * job.network.step() *
                      seconds_in(job.network.time_unit());
  std::vector<PopulationSpikes> found;
  for (std::size_t p = 0; p < counts.size(); ++p) {
    const network::NetworkPopulation& of = job.network.populations()[p];
    if (of.description().spikes) {
      found.push_back({of.name, counts[p],
                       static_cast<double>(counts[p]) / static_cast<double>(of.size) / time});
    }
  }
  return found;
}

Json spikes_json(const NetworkRunJob& job) {
  Json json = Json::array();
  for (const PopulationSpikes& of : spikes_by_population(job)) {
    json.push_back({{"population", of.name}, {"spikes", of.spikes}, {"mean_rate", of.rate}});
  }
  return json;
}

void print_network_run(const NetworkRunJob& job, const NetworkRunRequest& request,
                       const Console& console) {
  const network::Observer& seen = job.run.seen;
  if (request.json) {
    Json json = network_json(job.file, job.network);
    json["command"] = console.command_line;
    json["output"] = request.output.string();
    json["samples"] = seen.times.size();
    json["spikes"] = job.run.spikes ? Json(seen.spikes.size()) : Json();
    json["spikes_by_population"] = job.run.spikes ? spikes_json(job) : Json();
    json["rate_unit"] = job.network.time_unit().empty() ? "1 / unit of time" : "Hz";
    json["last_step"] = job.state.step;
    json["seed"] = job.run.seed;
    json["seconds"] = job.seconds;
    print_json(console, json);
    return;
  }
  Summary summary;
  summary.add("network", job.file.title.empty() ? job.file.name : job.file.title);
  add_plans(summary, job.file, job.network);
  summary.add("seed", std::to_string(job.run.seed));
  summary.add("records", fmt::format("{}, {}", counted(seen.recordings.size(), "signal"),
                                     counted(seen.times.size(), "sample")));
  if (job.run.spikes) {
    summary.add("spikes", std::to_string(seen.spikes.size()));
    for (const PopulationSpikes& of : spikes_by_population(job)) {
      summary.add(
          fmt::format("  {}", of.name),
          fmt::format("{}, {} {}", counted(of.spikes, "spike"), short_number(of.rate),
                      job.network.time_unit().empty() ? "per unit and unit of time" : "Hz a unit"));
    }
  }
  summary.add("time", seconds_text(job.seconds));
  summary.add("saved", request.output.string());
  if (!request.save_state.empty()) {
    summary.add("state", request.save_state.string());
  }
  console.out << summary.text();
}

/// Checks all files that the run writes.
void check_run_outputs(const NetworkRunRequest& request, NetworkRunJob& job,
                       const Console& console) {
  const std::vector<fs::path> numbers = io::files_of_numbers(job.file, request.file.parent_path());
  std::vector<fs::path> outputs{request.output};
  if (request.output.extension() == ".csv" && job.run.spikes) {
    outputs.push_back(io::spikes_beside(request.output));
  }
  for (const fs::path& output : outputs) {
    check_network_output(console, "--output", output, numbers, {request.file, request.state});
  }
  std::vector<fs::path> inputs = numbers;
  inputs.push_back(request.file);
  inputs.push_back(request.state);
  job.interrupted = request.save_state;
  if (request.save_state.empty()) {
    job.interrupted = interrupted_state(request.output, inputs);
    check_replaced(console, "--output", job.interrupted);
    return;
  }
  inputs.pop_back();  // a state may be replaced by the one that follows
  check_state_output(console, request.save_state, request.state, inputs, outputs);
}

void run_network_run(const NetworkRunRequest& request, const Console& console) {
  if (request.output.extension() != ".mat" && request.output.extension() != ".csv") {
    throw InputError("--output", request.output.string(), "another extension",
                     "must be .mat or .csv");
  }
  NetworkRunJob job = make_job(request, console);
  check_run_outputs(request, job, console);
  if (job.file.run.probes.empty() && !job.run.spikes) {
    note(console, request.file.string() +
                      " records nothing: it has no [[record]] table and no spikes = true in [run]");
  }
  note_doubts(job.file, job.network, job.file.run.solver, console);
  run_and_save(job, request, console);
  for (const network::UnresolvedSpikes& found : job.run.seen.unresolved) {
    note(console, network::describe(found, job.network));
  }
  for (const network::NonFiniteValues& found : job.run.seen.non_finite) {
    note(console, network::describe(found, job.run.seen, job.network));
  }
  print_network_run(job, request, console);
}

}  // namespace

void add_network_run_command(Command group, const Console& console) {
  const auto request = std::make_shared<NetworkRunRequest>();
  const Command command = group.add_command(
      "run",
      "Run a network and save what its file asks to record\n"
      "Ctrl-C keeps what was recorded so far, and the state, from which another run goes on bit "
      "for bit (dopri5: within its tolerance). The same seed gives the same run.");
  command.examples(
      "Examples:\n"
      "  rheobase network run net.toml -o run.mat\n"
      "  rheobase network run net.toml -o run.csv --solver rk4\n"
      "  rheobase network run net.toml -o first.mat --save-state state.mat\n"
      "  rheobase network run net.toml -o second.mat --state state.mat");
  command.add_file("FILE", request->file, "Network file (.toml)").required();
  command
      .add_file("-o,--output", request->output,
                "Where to write the records: .mat, or .csv with a row a sample")
      .required();
  for (const char* name : {"steps", "cutoff", "solver", "seed"}) {
    const auto& field = find_field(network::run_fields(), name);
    add_field(
        command, field, "default: the file's",
        [request, key = field.name](const FieldValue& value) { request->instead[key] = value; });
  }
  command.add_file("--state", request->state, "Go on from this state (default: initial values)");
  command.add_file("--save-state", request->save_state,
                   "Where to write the state at the end (.mat)");
  add_json(command, request->json);
  command.action([request, &console] { run_network_run(*request, console); });
}

}  // namespace rheobase::cli
