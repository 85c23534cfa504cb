#include "golden_trace.hpp"

#include <memory>
#include <stdexcept>

#include <matio.h>

namespace rheobase::golden {

namespace {

Eigen::MatrixXd read_field(const std::string& file, const char* field) {
  const std::string path = std::string(RHEOBASE_TEST_DATA) + "/reference/" + file;
  const std::unique_ptr<mat_t, int (*)(mat_t*)> mat(Mat_Open(path.c_str(), MAT_ACC_RDONLY),
                                                    &Mat_Close);
  const std::unique_ptr<matvar_t, void (*)(matvar_t*)> variable(Mat_VarRead(mat.get(), field),
                                                                &Mat_VarFree);
  if (!variable) {
    throw std::runtime_error(path + ": no field " + field);
  }
  Eigen::MatrixXd out(static_cast<Eigen::Index>(variable->dims[0]),
                      static_cast<Eigen::Index>(variable->dims[1]));
  for (Eigen::Index i = 0; i < out.size(); ++i) {
    switch (variable->class_type) {
      case MAT_C_DOUBLE:
        out.data()[i] = static_cast<const double*>(variable->data)[i];
        break;
      case MAT_C_INT32:
        out.data()[i] = static_cast<const std::int32_t*>(variable->data)[i];
        break;
      default:
        throw std::runtime_error(path + ": unexpected class of " + field);
    }
  }
  return out;
}

std::vector<int> integers(const Eigen::MatrixXd& values) {
  std::vector<int> out;
  for (Eigen::Index i = 0; i < values.size(); ++i) {
    out.push_back(static_cast<int>(values.data()[i]));
  }
  return out;
}

}  // namespace

SpikingModel model(const std::string& name, double scaling_factor) {
  const std::string file = "models/" + name + ".mat";
  const Eigen::MatrixXd w = read_field(file, "w");
  const Eigen::MatrixXd taus = read_field(file, "taus");
  const Eigen::ArrayXd gate = read_field(file, "taus_gaus").reshaped().array();
  SpikingModel m;
  m.w = (w.cwiseMax(0.0) * read_field(file, "m")).cwiseProduct(read_field(file, "som_m")) /
        scaling_factor;
  m.w_in = read_field(file, "w_in");
  m.w_out = read_field(file, "w_out").transpose() / scaling_factor;
  m.synapse.decay_ms =
      5.0 *
      (1.0 / (1.0 + (-gate).unaryExpr([](double x) { return std::exp(x); })) * (taus(1) - taus(0)) +
       taus(0));
  m.scaling_factor = scaling_factor;
  return m;
}

Trace read(const std::string& name) {
  const std::string file = "golden/" + name + ".mat";
  Trace trace;
  trace.name = name;
  trace.model = model(name.substr(0, name.rfind('_')), read_field(file, "scaling_factor")(0));
  trace.input = read_field(file, "u");
  trace.initial_voltage = read_field(file, "v0");
  trace.spike_unit = integers(read_field(file, "spike_unit"));
  trace.spike_step = integers(read_field(file, "spike_step"));
  trace.output = read_field(file, "out_ds").transpose();
  for (const int unit : integers(read_field(file, "v_units"))) {
    trace.voltage_units.push_back(unit - 1);
  }
  trace.voltage = read_field(file, "v_first");
  trace.rate_mid = read_field(file, "r_mid");
  trace.rate_end = read_field(file, "rs_end");
  return trace;
}

SimulationOptions options(const Trace& trace) {
  SimulationOptions options;
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
