#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <numeric>
#include <string_view>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/error.hpp"
#include "core/version.hpp"
#include "io/exchange/exporter_registry.hpp"
#include "io/exchange/internal/comparison_trials.hpp"
#include "io/exchange/internal/hdf5_writer.hpp"
#include "rate/dynamics/unit_type.hpp"

namespace rheobase::io {

namespace nwb_exporter {

constexpr double kSecondsPerMs = 1e-3;

/// Simulated time has no date; the standard wants one: when the file is made, or what
/// SOURCE_DATE_EPOCH says, so that the same export can be the same file.
std::string date_of_export() {
  auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  if (const char* given = std::getenv("SOURCE_DATE_EPOCH")) {
    const std::string_view text = given;
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    constexpr std::int64_t kYear9999 = 253402300799;
    if (error != std::errc() || end != text.data() + text.size() || seconds < 0 ||
        seconds > kYear9999) {
      throw InputError("SOURCE_DATE_EPOCH", "", fmt::format("'{}'", text),
                       "must be seconds since 1970, or not be set");
    }
    now = static_cast<std::time_t>(seconds);
  }
  return fmt::format("{:%Y-%m-%dT%H:%M:%S+00:00}", fmt::gmtime(now));
}

/// All runs, one after the other, with a pause of a second between them.
struct Session {
  int copies = 1;                             ///< LIF units a rate unit
  std::vector<double> start_s, stop_s;        ///< of every trial
  std::vector<std::vector<double>> spikes_s;  ///< per LIF unit: the copies of a unit side by side
  double duration_s = 0.0;                    ///< of all trials without the pauses
};

Session session_of(const ExportSource& source, const std::vector<RunFile>& runs) {
  constexpr double kPauseS = 1.0;
  const auto units = static_cast<std::size_t>(runs.front().result.spike_count.size());
  Session session;
  session.copies = runs.front().result.copies;
  const auto copies = static_cast<std::size_t>(session.copies);
  session.spikes_s.resize(units * copies);
  double start = 0.0;
  require_spikes(runs, source.where);
  for (const RunFile& run : runs) {
    const spiking::SimulationResult& result = run.result;
    if (static_cast<std::size_t>(result.spike_count.size()) != units) {
      throw InputError(source.where, "",
                       fmt::format("{} and {} units", units, result.spike_count.size()),
                       "must be runs of one network");
    }
    if (result.copies != session.copies) {
      throw InputError(source.where, "",
                       fmt::format("{} and {} copies of a unit", copies, result.copies),
                       "must be runs of one network");
    }
    for (std::size_t i = 0; i < result.spike_unit.size(); ++i) {
      const std::size_t copy =
          copies > 1 ? static_cast<std::size_t>(result.spike_copy[i]) : std::size_t{0};
      session.spikes_s[static_cast<std::size_t>(result.spike_unit[i]) * copies + copy].push_back(
          start + result.spike_time_ms[i] * kSecondsPerMs);
    }
    session.start_s.push_back(start);
    session.stop_s.push_back(start + result.duration_ms * kSecondsPerMs);
    session.duration_s += result.duration_ms * kSecondsPerMs;
    start += result.duration_ms * kSecondsPerMs + kPauseS;
  }
  return session;
}

/// Writes groups and datasets with the attributes that NWB 2 asks for.
class NwbWriter {
 public:
  NwbWriter(Hdf5Writer& writer, std::string identifier)
      : writer_(writer), identifier_(std::move(identifier)) {}

  void type(const std::string& path, const std::string& space, const std::string& name) {
    writer_.attribute(path, "namespace", space);
    writer_.attribute(path, "neurodata_type", name);
    writer_.attribute(path, "object_id", object_id(path));
  }
  void group(const std::string& path, const std::string& name) {
    writer_.group(path);
    type(path, "core", name);
  }
  /// A group of rows, whose columns follow.
  void table(const std::string& path, const std::string& name, const std::string& description,
             const std::vector<std::string>& columns, std::size_t rows) {
    group(path, name);
    writer_.attribute(path, "description", description);
    writer_.attribute(path, "colnames", columns);
    std::vector<std::int64_t> ids(rows);
    std::iota(ids.begin(), ids.end(), 0);
    writer_.numbers(path + "/id", std::span<const std::int64_t>(ids), {rows});
    type(path + "/id", "hdmf-common", "ElementIdentifiers");
  }
  void column(const std::string& path, const std::string& description) {
    type(path, "hdmf-common", "VectorData");
    writer_.attribute(path, "description", description);
  }
  /// Rows of `width` values, of which every row of the table has as many as `ends` says.
  void ragged(const std::string& path, const std::string& description,
              const std::vector<double>& values, std::size_t width,
              const std::vector<std::uint64_t>& ends) {
    const std::size_t rows = values.size() / width;
    writer_.numbers(path, std::span<const double>(values),
                    width == 1 ? Hdf5Writer::Shape{rows} : Hdf5Writer::Shape{rows, width});
    column(path, description);
    const std::string index = path + "_index";
    writer_.numbers(index, std::span<const std::uint64_t>(ends), {ends.size()});
    type(index, "hdmf-common", "VectorIndex");
    writer_.attribute(index, "description", "where the rows of every unit end in " + path);
    writer_.reference(index, "target", path);
  }
  void numbers(const std::string& path, const std::string& description,
               const std::vector<double>& values) {
    writer_.numbers(path, std::span<const double>(values), {values.size()});
    column(path, description);
  }
  void texts(const std::string& path, const std::string& description,
             const std::vector<std::string>& values) {
    writer_.texts(path, values, {values.size()});
    column(path, description);
  }

 private:
  /// A UUID that is a function of session and path: the same export is the same file.
  std::string object_id(const std::string& path) const {
    std::uint64_t hash[2] = {0xcbf29ce484222325ULL, 0x84222325cbf29ce4ULL};
    for (std::uint64_t& part : hash) {
      for (const char c : identifier_ + path) {
        part = (part ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
      }
    }
    // Version 8 of RFC 9562: free bits.
    return fmt::format("{:08x}-{:04x}-8{:03x}-{:04x}-{:012x}", hash[0] >> 32,
                       hash[0] >> 16 & 0xffff, hash[0] & 0xfff, (hash[1] >> 48 & 0x3fff) | 0x8000,
                       hash[1] & 0xffffffffffffULL);
  }

  Hdf5Writer& writer_;
  std::string identifier_;
};

/// What is known of the experiment beside its data.
void add_general(Hdf5Writer& file, NwbWriter& nwb, const ExportOptions& options) {
  file.text("/general/source_script", fmt::format("rheobase {}", kVersion));
  file.attribute("/general/source_script", "file_name", std::string("rheobase"));
  if (!options.institution.empty()) {
    file.text("/general/institution", options.institution);
  }
  if (!options.keywords.empty()) {
    file.texts("/general/keywords", options.keywords, {options.keywords.size()});
  }
  if (!options.subject.empty()) {
    nwb.group("/general/subject", "Subject");
    file.text("/general/subject/subject_id", options.subject);
    file.text("/general/subject/description", "a simulated network of spiking neurons");
  }
}

void add_root(Hdf5Writer& file, NwbWriter& nwb, const std::string& identifier,
              const std::string& description, const ExportOptions& options) {
  nwb.type("/", "core", "NWBFile");
  file.attribute("/", "nwb_version", std::string("2.6.0"));
  file.text("/identifier", identifier);
  file.text("/session_description", description);
  const std::string date = date_of_export();
  file.text("/session_start_time", date);
  file.text("/timestamps_reference_time", date);
  file.texts("/file_create_date", {date}, {1});
  for (const char* path : {"/acquisition", "/analysis", "/general", "/processing",
                           "/stimulus/presentation", "/stimulus/templates"}) {
    file.group(path);
  }
  add_general(file, nwb, options);
}

/// Which rate unit a LIF unit stands for, and which of its copies it is.
void add_copies(NwbWriter& nwb, const Session& session) {
  std::vector<double> unit;
  std::vector<double> copy;
  const auto copies = static_cast<std::size_t>(session.copies);
  for (std::size_t row = 0; row < session.spikes_s.size(); ++row) {
    unit.push_back(static_cast<double>(row / copies + 1));
    copy.push_back(static_cast<double>(row % copies + 1));
  }
  nwb.numbers("/units/rate_unit", "unit of the rate network, counted from 1", unit);
  nwb.numbers("/units/copy", "which of the LIF units of that unit, counted from 1", copy);
}

void add_unit_types(NwbWriter& nwb, const Session& session, const std::vector<int>& types) {
  std::vector<std::string> words;
  for (const int type : types) {
    words.insert(words.end(), static_cast<std::size_t>(session.copies),
                 std::string(to_string(static_cast<rate::UnitType>(type))));
  }
  nwb.texts("/units/unit_type",
            "E: excitatory, I: inhibitory, SOM: inhibitory of the SOM motif, mixed: weights of "
            "both signs",
            words);
}

void add_units(NwbWriter& nwb, const Session& session, const std::vector<int>& types) {
  std::vector<double> times;
  std::vector<double> observed;
  std::vector<std::uint64_t> ends;
  std::vector<std::uint64_t> observed_ends;
  std::vector<double> rates;
  for (const std::vector<double>& spikes : session.spikes_s) {
    times.insert(times.end(), spikes.begin(), spikes.end());
    ends.push_back(times.size());
    rates.push_back(static_cast<double>(spikes.size()) / session.duration_s);
    for (std::size_t trial = 0; trial < session.start_s.size(); ++trial) {
      observed.insert(observed.end(), {session.start_s[trial], session.stop_s[trial]});
    }
    observed_ends.push_back(observed.size() / 2);
  }
  std::vector<std::string> columns{"spike_times", "obs_intervals", "mean_rate_hz"};
  if (session.copies > 1) {
    columns.insert(columns.end(), {"rate_unit", "copy"});
  }
  if (!types.empty()) {
    columns.emplace_back("unit_type");
  }
  nwb.table("/units", "Units", "units of the spiking network", columns, ends.size());
  nwb.ragged("/units/spike_times", "times of the spikes of all units, s", times, 1, ends);
  nwb.ragged("/units/obs_intervals", "start and stop of every trial, s", observed, 2,
             observed_ends);
  nwb.numbers("/units/mean_rate_hz", "spikes per second of the trials", rates);
  if (session.copies > 1) {
    add_copies(nwb, session);
  }
  if (!types.empty()) {
    add_unit_types(nwb, session, types);
  }
}

void add_trials(NwbWriter& nwb, const Session& session, const std::vector<RunFile>& runs,
                const mapping::Comparison* comparison) {
  std::vector<std::string> conditions;
  std::vector<std::string> outcomes;
  std::vector<std::string> rate_outcomes;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const RunDescription& description = runs[i].description;
    conditions.push_back(description.condition.empty() ? "unknown" : description.condition);
    outcomes.emplace_back(!description.correct   ? "unknown"
                          : *description.correct ? "correct"
                                                 : "wrong");
    if (comparison != nullptr) {
      const mapping::ComparisonTraces& traces = comparison->traces;
      const auto trial = static_cast<std::size_t>(traces.spikes[i].trial);
      rate_outcomes.emplace_back(traces.rate_correct[trial] ? "correct" : "wrong");
    }
  }
  const std::string path = "/intervals/trials";
  std::vector<std::string> columns{"start_time", "stop_time", "condition", "outcome"};
  if (comparison != nullptr) {
    columns.emplace_back("rate_outcome");
  }
  nwb.table(path, "TimeIntervals", "trials of the task", columns, runs.size());
  nwb.numbers(path + "/start_time", "start of the trial, s", session.start_s);
  nwb.numbers(path + "/stop_time", "end of the trial, s", session.stop_s);
  nwb.texts(path + "/condition", "condition of the task", conditions);
  nwb.texts(path + "/outcome", "was the answer right?", outcomes);
  if (comparison != nullptr) {
    nwb.texts(path + "/rate_outcome", "was the rate network's answer right?", rate_outcomes);
  }
}

/// Equally spaced samples, outputs x samples, from `start_s` on.
void add_series(Hdf5Writer& file, NwbWriter& nwb, const std::string& path,
                const std::string& description, const std::string& comments,
                const Eigen::MatrixXd& values, double start_s, double step_ms) {
  nwb.group(path, "TimeSeries");
  file.attribute(path, "description", description);
  file.attribute(path, "comments", comments);
  if (values.rows() == 1) {
    file.vector(path + "/data", values.row(0).transpose());
  } else {
    file.matrix(path + "/data", values.transpose());  // time comes first
  }
  file.attribute(path + "/data", "unit", std::string("a.u."));
  file.attribute(path + "/data", "conversion", 1.0);
  file.attribute(path + "/data", "offset", 0.0);
  file.attribute(path + "/data", "resolution", -1.0);
  file.number(path + "/starting_time", start_s);
  file.attribute(path + "/starting_time", "rate", 1.0 / (step_ms * kSecondsPerMs));
  file.attribute(path + "/starting_time", "unit", std::string("seconds"));
}

/// One series a run: samples are equally spaced within it, not across the pauses.
void add_outputs(Hdf5Writer& file, NwbWriter& nwb, const Session& session,
                 const std::vector<RunFile>& runs, const mapping::Comparison* comparison) {
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const SampledSignal& output = runs[i].result.output;
    const std::string number = runs.size() == 1 ? "" : fmt::format("_{:04}", i + 1);
    const std::string comments = fmt::format("trial {} of {}", i + 1, runs.size());
    const double start_s = session.start_s[i] + output.start_ms * kSecondsPerMs;
    add_series(file, nwb, "/acquisition/output" + number, "readout of the spiking network",
               comments, runs[i].result.all_outputs(), start_s, output.step_ms);
    if (comparison != nullptr) {
      const mapping::ComparisonTraces& traces = comparison->traces;
      add_series(file, nwb, "/acquisition/rate_output" + number, "readout of the rate network",
                 comments, rate_output(traces, traces.spikes[i].trial), start_s, output.step_ms);
    }
  }
}

ExportResult make(const ExportSource& source, const ExportOptions& options) {
  const mapping::Comparison* comparison = source.comparison ? &*source.comparison : nullptr;
  const std::vector<RunFile> runs =
      comparison != nullptr ? example_runs(*comparison, source.where) : require_runs(source, "nwb");
  const Session session = session_of(source, runs);
  const RunDescription& first = runs.front().description;
  const std::string identifier =
      fmt::format("{} seed {} trial {} of {}", source.where, runs.front().result.seed,
                  first.simulation.trial, first.command);
  Hdf5Writer file;
  NwbWriter nwb(file, identifier);
  add_root(file, nwb, identifier,
           fmt::format("simulated trials of a spiking network{}{}, scaling factor {:g}",
                       first.task.empty() ? "" : " on ", first.task, first.scaling_factor),
           options);
  add_units(nwb, session, first.unit_type);
  add_trials(nwb, session, runs, comparison);
  add_outputs(file, nwb, session, runs, comparison);
  std::vector<std::string> notes;
  if (comparison != nullptr) {
    notes.push_back(fmt::format(
        "of {} trials, the {} whose spikes the comparison keeps: compare --examples keeps more",
        comparison->traces.conditions.size(), runs.size()));
  }
  return {file.finish(), notes};
}

}  // namespace nwb_exporter

const ExporterDefinition& exporter_nwb() {
  using namespace nwb_exporter;
  static const ExporterDefinition definition{
      "nwb",
      "runs, or the example trials of a comparison, as Neurodata Without Borders 2: units with "
      "spike times, trials, the readout",
      "Ruebel et al., The Neurodata Without Borders ecosystem, eLife 11:e78362 (2022)", make};
  return definition;
}

}  // namespace rheobase::io
