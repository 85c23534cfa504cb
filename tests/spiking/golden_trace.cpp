#include "tests/spiking/golden_trace.hpp"

#include "io/mat/mat_file.hpp"
#include "mapping/conversion/transfer.hpp"
#include "tests/reference.hpp"

namespace rheobase::golden {

namespace {

std::vector<int> integers(const Eigen::MatrixXd& values) {
  std::vector<int> out;
  for (Eigen::Index i = 0; i < values.size(); ++i) {
    out.push_back(static_cast<int>(values.data()[i]));
  }
  return out;
}

}  // namespace

spiking::SpikingModel model(const std::string& name, double scaling_factor) {
  return mapping::map_to_spiking(reference::network(name), scaling_factor);
}

Trace read(const std::string& name) {
  const io::MatFile file(reference::path("golden/" + name + ".mat"));
  const auto field = [&](const char* key) -> Eigen::MatrixXd {
    return file.matrix(key, "must be a matrix");
  };
  Trace trace;
  trace.name = name;
  trace.model = model(name.substr(0, name.rfind('_')), field("scaling_factor")(0));
  trace.input = field("u");
  trace.initial_voltage = field("v0");
  trace.spike_unit = integers(field("spike_unit"));
  trace.spike_step = integers(field("spike_step"));
  trace.output = field("out_ds").transpose();
  for (const int unit : integers(field("v_units"))) {
    trace.voltage_units.push_back(unit - 1);
  }
  trace.voltage = field("v_first");
  trace.rate_mid = field("r_mid");
  trace.rate_end = field("rs_end");
  return trace;
}

spiking::SimulationOptions options(const Trace& trace) {
  spiking::SimulationOptions options;
  options.noise_intensity = 0.0;
  options.initial_voltage = trace.initial_voltage;
  options.output_period_ms = 1.0;
  options.record.spikes = true;
  options.record.voltage = true;
  options.record.voltage_units = trace.voltage_units;
  options.record.rate = true;
  return options;
}

}  // namespace rheobase::golden
