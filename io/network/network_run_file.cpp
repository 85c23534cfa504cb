#include "io/network/network_run_file.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"
#include "core/version.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/mat_file.hpp"
#include "io/network/internal/variable_name.hpp"

namespace rheobase::io {

namespace fs = std::filesystem;

namespace {

constexpr const char* kRunContent = "run of a network";
constexpr const char* kStateContent = "state of a network";
/// What a run says of itself.
const std::set<std::string>& own_names() {
  static const std::set<std::string> names{"command",
                                           "content",
                                           "network",
                                           "population_sizes",
                                           "population_spikes",
                                           "populations",
                                           "record_averaged",
                                           "record_fields",
                                           "record_mean",
                                           "record_unit",
                                           "records",
                                           "seed",
                                           "solver",
                                           "spike_population",
                                           "spike_time",
                                           "spike_unit",
                                           "step",
                                           "time",
                                           "time_unit",
                                           "title",
                                           "trouble",
                                           "version"};
  return names;
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; !list.empty() && start <= list.size();) {
    const std::size_t end = std::min(list.find(',', start), list.size());
    parts.push_back(list.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

void add_records(MatFields& fields, const NetworkRun& run) {
  std::vector<std::string> signals, names;
  std::vector<bool> means;
  std::set<std::string> taken = own_names();
  const auto is_free = [&taken](const std::string& name) {
    return !taken.contains(name) && !taken.contains(name + "_units");
  };
  for (const network::Recording& recording : run.seen.recordings) {
    signals.push_back(recording.name);
    names.push_back(variable_name(recording.name, is_free));
    taken.insert({names.back(), names.back() + "_units"});
    means.push_back(recording.units.empty());
  }
  fields.text("records", fmt::format("{}", fmt::join(signals, ",")));
  fields.text("record_fields", fmt::format("{}", fmt::join(names, ",")));
  fields.text("record_unit", fmt::format("{}", fmt::join(run.record_units, ",")));
  fields.logical_column("record_mean", means);
  fields.logical_column("record_averaged", run.averaged);
  for (std::size_t k = 0; k < names.size(); ++k) {
    const network::Recording& recording = run.seen.recordings[k];
    fields.matrix(names[k], recording.values);
    std::vector<double> units;
    for (const Eigen::Index unit : recording.units) {
      units.push_back(static_cast<double>(unit) + 1.0);
    }
    fields.column(names[k] + "_units", units);
  }
}

void add_spikes(MatFields& fields, const NetworkRun& run) {
  std::vector<double> time;
  std::vector<std::int32_t> unit, population;
  for (const network::NetworkSpike& spike : run.seen.spikes) {
    time.push_back(spike.time);
    unit.push_back(static_cast<std::int32_t>(spike.unit) + 1);
    population.push_back(static_cast<std::int32_t>(spike.population) + 1);
  }
  fields.column("spike_time", time);
  fields.int32_column("spike_unit", unit);
  fields.int32_column("spike_population", population);
}

MatFields run_fields_of(const NetworkRun& run) {
  MatFields fields;
  fields.text("content", kRunContent);
  fields.row("time", {run.seen.times.data(), static_cast<std::size_t>(run.seen.times.size())});
  add_records(fields, run);
  std::vector<double> sizes(run.sizes.begin(), run.sizes.end());
  fields.text("populations", fmt::format("{}", fmt::join(run.populations, ",")));
  fields.column("population_sizes", sizes);
  if (!run.spiking.empty()) {
    fields.logical_column("population_spikes", run.spiking);
  }
  if (run.spikes) {
    add_spikes(fields, run);
  }
  fields.number("step", run.step);
  fields.text("time_unit", run.time_unit);
  fields.text("solver", run.solver);
  fields.number("seed", static_cast<double>(run.seed));
  fields.text("title", run.title);
  fields.text("trouble", run.trouble);
  fields.text("command", run.command);
  fields.text("version", kVersion);
  fields.text("network", run.network);
  return fields;
}

std::string table_text(const NetworkRun& run) {
  fmt::memory_buffer out;
  const auto to = std::back_inserter(out);
  fmt::format_to(to, "time");
  for (const network::Recording& recording : run.seen.recordings) {
    if (recording.units.empty()) {
      fmt::format_to(to, ",mean({})", recording.name);
    }
    for (const Eigen::Index unit : recording.units) {
      fmt::format_to(to, ",{}[{}]", recording.name, unit + 1);
    }
  }
  for (Eigen::Index sample = 0; sample < run.seen.times.size(); ++sample) {
    fmt::format_to(to, "\n{}", run.seen.times[sample]);
    for (const network::Recording& recording : run.seen.recordings) {
      for (const double value : recording.values.col(sample)) {
        fmt::format_to(to, ",{}", value);
      }
    }
  }
  out.push_back('\n');
  return fmt::to_string(out);
}

std::string spike_table_text(const NetworkRun& run) {
  fmt::memory_buffer out;
  const auto to = std::back_inserter(out);
  fmt::format_to(to, "time,population,unit\n");
  for (const network::NetworkSpike& spike : run.seen.spikes) {
    fmt::format_to(to, "{},{},{}\n", spike.time, run.populations[spike.population], spike.unit + 1);
  }
  return fmt::to_string(out);
}

std::string optional_text(const MatFile& file, const char* name) {
  return file.has(name) ? file.text(name, "must be text") : "";
}

void read_records(const MatFile& file, NetworkRun& run) {
  const std::vector<std::string> signals = split(optional_text(file, "records"));
  const std::vector<std::string> names = split(optional_text(file, "record_fields"));
  const auto count = static_cast<Eigen::Index>(signals.size());
  if (names.size() != signals.size()) {
    file.fail("record_fields", fmt::format("{} names", names.size()),
              fmt::format("must be one for each of {} records", signals.size()));
  }
  if (count == 0) {
    return;
  }
  run.record_units = split(optional_text(file, "record_unit"));
  run.record_units.resize(signals.size());
  const Eigen::VectorXd means = file.vector("record_mean", count, "must be one a record");
  const Eigen::VectorXd averaged = file.vector("record_averaged", count, "must be one a record");
  for (Eigen::Index k = 0; k < count; ++k) {
    const std::string& name = names[static_cast<std::size_t>(k)];
    network::Recording recording{signals[static_cast<std::size_t>(k)], {}, {}};
    recording.values = file.matrix(name, -1, run.seen.times.size(), "must be units x samples");
    if (means[k] == 0.0) {
      for (const double unit : file.vector(name + "_units", recording.values.rows(),
                                           "must be one unit a row, from 1")) {
        if (!(unit >= 1.0 && unit <= 1e9)) {
          file.fail(name + "_units", fmt::format("{}", unit), "must be units, from 1");
        }
        recording.units.push_back(static_cast<Eigen::Index>(unit) - 1);
      }
    }
    run.seen.recordings.push_back(std::move(recording));
    run.averaged.push_back(averaged[k] != 0.0);
  }
}

void read_spikes(const MatFile& file, NetworkRun& run) {
  const Eigen::VectorXd time = file.vector("spike_time", -1, "must be times");
  const Eigen::VectorXd unit = file.vector("spike_unit", time.size(), "must be one a spike");
  const Eigen::VectorXd population =
      file.vector("spike_population", time.size(), "must be one a spike");
  for (Eigen::Index k = 0; k < time.size(); ++k) {
    const auto last = static_cast<double>(run.populations.size());
    if (!(population[k] >= 1.0 && population[k] <= last)) {
      file.fail("spike_population", fmt::format("{}", population[k]),
                fmt::format("must lie in 1 to {}", last));
    }
    const std::size_t of = static_cast<std::size_t>(population[k]) - 1;
    if (!(unit[k] >= 1.0 && unit[k] <= static_cast<double>(run.sizes[of])) ||
        !std::isfinite(time[k])) {
      file.fail("spike_unit", fmt::format("unit {} at {}", unit[k], time[k]),
                fmt::format("must be a unit of population '{}'", run.populations[of]));
    }
    run.seen.spikes.push_back(
        {time[k], static_cast<std::uint32_t>(of), static_cast<std::uint32_t>(unit[k]) - 1});
  }
}

void require_content(const MatFile& file, const char* content) {
  if (!file.has("content")) {
    throw InputError(file.where(), "", "no file of `network run`",
                     fmt::format("must be a {}, as `network run` writes it", content));
  }
  const std::string found = file.text("content", "must be text");
  if (found != content) {
    file.fail("content", found, fmt::format("must be '{}'", content));
  }
}

}  // namespace

std::vector<std::string> record_units(const network::Network& network,
                                      const std::vector<network::Probe>& probes) {
  std::vector<std::string> units;
  for (const network::Probe& probe : probes) {
    const network::Signal signal = network.signal(probe.signal, "record");
    std::string unit;
    if (signal.kind != network::Signal::Kind::node) {
      const network::NeuronDescription& neuron = network.populations()[signal.owner].description();
      const auto add = [&](network::Signal::Kind kind, const auto& entries) {
        if (signal.kind == kind) {
          unit = entries.at(signal.index).unit;
        }
      };
      add(network::Signal::Kind::state, neuron.variables);
      add(network::Signal::Kind::input, neuron.inputs);
      add(network::Signal::Kind::output, neuron.outputs);
    }
    if (signal.kind == network::Signal::Kind::spike && probe.averaged) {
      unit = "per step";
    }
    std::ranges::replace(unit, ',', ' ');
    units.push_back(unit);
  }
  return units;
}

fs::path spikes_beside(const fs::path& csv) {
  fs::path path = csv;
  return path.replace_extension(".spikes.csv");
}

void write_network_run(const fs::path& path, const NetworkRun& run) {
  if (path.extension() == ".mat") {
    write_mat(path, run_fields_of(run), MatVersion::level5);
  } else if (path.extension() == ".csv") {
    write_atomically(path, table_text(run));
    if (run.spikes) {
      write_atomically(spikes_beside(path), spike_table_text(run));
    }
  } else {
    throw InputError(path.string(), "", "the extension '" + path.extension().string() + "'",
                     "must be .mat or .csv");
  }
}

NetworkRun read_network_run(const fs::path& path) {
  const MatFile file(path);
  require_content(file, kRunContent);
  NetworkRun run;
  run.seen.times = file.vector("time", -1, "must be the times of the samples");
  run.populations = split(optional_text(file, "populations"));
  if (!run.populations.empty()) {
    const auto count = static_cast<Eigen::Index>(run.populations.size());
    for (const double size : file.vector("population_sizes", count, "must be one a population")) {
      if (!(size >= 1.0 && size <= 1e9)) {
        file.fail("population_sizes", fmt::format("{}", size), "must be numbers of units");
      }
      run.sizes.push_back(static_cast<std::size_t>(size));
    }
    if (file.has("population_spikes")) {
      for (const double spikes :
           file.vector("population_spikes", count, "must be one a population")) {
        run.spiking.push_back(spikes != 0.0);
      }
    }
  }
  read_records(file, run);
  run.spikes = file.has("spike_time");
  if (run.spikes) {
    read_spikes(file, run);
  }
  run.step = file.number("step", "must be the network's step");
  run.seed = static_cast<Seed>(
      file.integer("seed", 0, std::numeric_limits<Seed>::max(), "must be a seed"));
  run.time_unit = optional_text(file, "time_unit");
  run.solver = optional_text(file, "solver");
  run.title = optional_text(file, "title");
  run.trouble = optional_text(file, "trouble");
  run.command = optional_text(file, "command");
  run.network = optional_text(file, "network");
  return run;
}

void write_network_state(const fs::path& path, const network::NetworkState& state,
                         const std::string& command) {
  const Eigen::VectorXd numbers = network::to_vector(state);
  MatFields fields;
  fields.text("content", kStateContent);
  fields.column("state", {numbers.data(), static_cast<std::size_t>(numbers.size())});
  fields.text("command", command);
  fields.text("version", kVersion);
  write_mat(path, fields, MatVersion::level5);
}

network::NetworkState read_network_state(const fs::path& path, const network::Network& network) {
  const MatFile file(path);
  require_content(file, kStateContent);
  return network::state_from_vector(network, file.vector("state", -1, "must be numbers"),
                                    path.string());
}

}  // namespace rheobase::io
