#include "core/version.hpp"
#include "io/exchange/exporter_registry.hpp"
#include "io/exchange/internal/hdf5_writer.hpp"
#include "io/exchange/model_state.hpp"

namespace rheobase::io {

namespace hdf5_exporter {

std::vector<std::int32_t> one_based(const std::vector<std::int32_t>& units) {
  std::vector<std::int32_t> numbers;
  for (const std::int32_t unit : units) {
    numbers.push_back(unit + 1);
  }
  return numbers;
}

void add_meta(Hdf5Writer& writer, const RunFile& run) {
  const RunDescription& description = run.description;
  writer.text("/meta/rheobase_version", kVersion);
  writer.text("/meta/engine", run.result.engine);
  writer.text("/meta/command", description.command);
  writer.text("/meta/task", description.task);
  writer.text("/meta/condition", description.condition);
  writer.number("/meta/seed", run.result.seed);
  writer.number("/meta/trial", description.simulation.trial);
  writer.number("/meta/scaling_factor", description.scaling_factor);
  writer.number("/meta/noise_mv2_per_ms", description.simulation.noise_intensity);
  writer.number("/meta/dt_ms", run.result.dt_ms);
  writer.number("/meta/duration_ms", run.result.duration_ms);
  if (description.correct) {
    const std::uint8_t correct = *description.correct ? 1 : 0;
    writer.numbers("/meta/correct", std::span(&correct, 1), {});
  }
}

void add_signal(Hdf5Writer& writer, const std::string& path, const Eigen::MatrixXd& values,
                double start_ms, double step_ms, const char* unit) {
  if (values.size() == 0) {
    return;
  }
  writer.matrix(path, values);
  writer.attribute(path, "start_ms", start_ms);
  writer.attribute(path, "step_ms", step_ms);
  writer.attribute(path, "unit", std::string(unit));
}

std::vector<std::byte> run_contents(const RunFile& run) {
  Hdf5Writer writer;
  const spiking::SimulationResult& result = run.result;
  add_meta(writer, run);
  const std::size_t spikes = result.spike_unit.size();
  const bool recorded = has_spikes(run);  // else they were counted alone
  if (recorded) {
    writer.numbers("/spikes/unit", std::span<const std::int32_t>(one_based(result.spike_unit)),
                   {spikes});
    writer.numbers("/spikes/time_ms", std::span<const double>(result.spike_time_ms), {spikes});
  }
  if (recorded && result.copies > 1) {
    writer.numbers("/spikes/copy", std::span<const std::int32_t>(one_based(result.spike_copy)),
                   {spikes});
  }
  writer.vector("/spikes/count", result.spike_count.cast<double>());
  if (result.outputs() == 1) {
    writer.vector("/output", result.output.values);
  } else {
    writer.matrix("/output", result.all_outputs());
  }
  writer.attribute("/output", "start_ms", result.output.start_ms);
  writer.attribute("/output", "step_ms", result.output.step_ms);
  writer.attribute("/output", "unit", std::string("a.u."));
  add_signal(writer, "/voltage", result.voltage, result.voltage_step_ms, result.voltage_step_ms,
             "mV");
  add_signal(writer, "/rate", result.rate, result.output.start_ms, result.output.step_ms, "Hz");
  add_signal(writer, "/input", result.input, result.output.start_ms, result.output.step_ms, "mV");
  return writer.finish();
}

ExportResult make(const ExportSource& source, const ExportOptions&) {
  if (source.model) {
    Hdf5Writer writer;
    add_model_state(writer, *source.model, source.other_fields);
    return {writer.finish(), {}};
  }
  return {run_contents(require_one_run(source, "hdf5")), {}};
}

}  // namespace hdf5_exporter

const ExporterDefinition& exporter_hdf5() {
  using namespace hdf5_exporter;
  static const ExporterDefinition definition{
      "hdf5", "a model or a run as plain HDF5, for h5py, MATLAB, Julia and others",
      "docs/formats.md of this program", make};
  return definition;
}

}  // namespace rheobase::io
