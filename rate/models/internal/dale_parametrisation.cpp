// The trained numbers of a Dale model, and their gradients. With the parameters w, g:
//   W = (max(w, 0) diag(m)) .* mask,     dL/dw = dL/dW m mask, 0 where w is rectified away
//   tau = sigmoid(g) (max - min) + min,  dL/dg = dL/d(1/tau) * -sigmoid'(g) (max - min) / tau^2
// Kim, Li & Sejnowski, PNAS 116:22811 (2019).
#include "rate/models/internal/dale_parametrisation.hpp"

#include <algorithm>

#include "core/elementary.hpp"

namespace rheobase::rate {

namespace {

template <class Real>
class DaleParametrisation final : public Parametrisation<Real> {
 public:
  explicit DaleParametrisation(const DaleModel& model)
      : blocks_(dale_blocks(model)),
        trained_{!model.fixed_tau(), model.trains_input},
        network_(trained_network_of(model)),
        constraint_{model.mask * model.sign.asDiagonal(), model.dale},
        tau_(tau_steps(model)),
        tau_min_(model.tau_min_steps),
        tau_max_(model.tau_max_steps) {}

  const ParameterBlocks& blocks() const override { return blocks_; }
  TrainedParts trained() const override { return trained_; }
  const RateNetwork& network() const override { return network_; }
  WeightConstraint constraint() const override { return constraint_; }

  void load(std::span<const Real> parameters, KernelNetwork<Real>& network) const override {
    network.load_weights(blocks_.of("w", parameters).data());
    const Real* readout = blocks_.of("w_out", parameters).data();
    for (std::size_t k = 0; k < network.outputs(); ++k) {
      network.set_readout(k, readout + k * network.units());
      network.set_output_bias(k, blocks_.of("b_out", parameters)[k]);
    }
    const Real* gate = trained_.tau ? blocks_.of("taus_gaus", parameters).data() : nullptr;
    for (std::size_t i = 0; i < network.units(); ++i) {
      network.set_time_constant(
          i, gate != nullptr ? tau_of(gate_of(gate[i])) : tau_[static_cast<Eigen::Index>(i)]);
    }
    const Real* w_in = trained_.input ? blocks_.of("w_in", parameters).data() : nullptr;
    for (std::size_t k = 0; w_in != nullptr && k < network.inputs(); ++k) {
      network.set_input_weights(k, w_in + k * network.units());
    }
  }

  void pull_back(std::span<const Real> parameters, const KernelNetwork<Real>& network,
                 const NetworkGradient<Real>& of_network, std::span<Real> gradient) const override {
    network.recurrent().parameter_gradient(of_network.weight, blocks_.of("w", gradient).data());
    const auto copy = [&](const std::vector<double>& from, const char* block) {
      std::transform(from.begin(), from.end(), blocks_.of(block, gradient).begin(),
                     [](double value) { return static_cast<Real>(value); });
    };
    copy(of_network.readout, "w_out");
    copy(of_network.output_bias, "b_out");
    if (trained_.tau) {
      const std::span<const Real> gates = blocks_.of("taus_gaus", parameters);
      const std::span<Real> of_gates = blocks_.of("taus_gaus", gradient);
      for (std::size_t i = 0; i < gates.size(); ++i) {
        const double gate = gate_of(gates[i]);
        const double tau = tau_of(gate);
        const double slope = -gate * (1.0 - gate) * (tau_max_ - tau_min_) / (tau * tau);
        of_gates[i] = static_cast<Real>(of_network.gain[i] * slope);
      }
    }
    if (trained_.input) {
      copy(of_network.input, "w_in");
    }
  }

 private:
  static double gate_of(Real g) { return 1.0 / (1.0 + elementary::exp(-static_cast<double>(g))); }
  double tau_of(double gate) const { return gate * (tau_max_ - tau_min_) + tau_min_; }

  ParameterBlocks blocks_;
  TrainedParts trained_;
  RateNetwork network_;
  WeightConstraint constraint_;
  Eigen::VectorXd tau_;  ///< in steps, where they are fixed
  double tau_min_, tau_max_;
};

}  // namespace

ParameterBlocks dale_blocks(const DaleModel& model) {
  const auto units = static_cast<std::size_t>(model.units());
  ParameterBlocks blocks;
  blocks.add("w", units, units);
  const auto outputs = static_cast<std::size_t>(model.outputs());
  blocks.add("w_out", units, outputs);
  blocks.add("b_out", outputs);
  if (!model.fixed_tau()) {
    blocks.add("taus_gaus", units);
  }
  if (model.trains_input) {
    blocks.add("w_in", units, static_cast<std::size_t>(model.inputs()));
  }
  return blocks;
}

template <class Real>
std::vector<Real> parameters_of(const DaleModel& model) {
  const ParameterBlocks blocks = dale_blocks(model);
  std::vector<Real> parameters(blocks.size());
  const auto write = [&](const char* block, const auto& values) {
    std::transform(values.begin(), values.end(),
                   blocks.of(block, std::span<Real>(parameters)).begin(),
                   [](double value) { return static_cast<Real>(value); });
  };
  write("w", model.w.reshaped());
  const Eigen::MatrixXd readout = model.w_out.transpose();
  write("w_out", readout.reshaped());
  write("b_out", model.b_out);
  if (!model.fixed_tau()) {
    write("taus_gaus", model.tau_gate);
  }
  if (model.trains_input) {
    write("w_in", model.w_in.reshaped());
  }
  return parameters;
}

void assign_parameters(std::span<const float> parameters, DaleModel& model,
                       std::span<const ParameterBlock> frozen) {
  const ParameterBlocks blocks = dale_blocks(model);
  const auto read = [&](std::string_view block, auto&& values) {
    if (std::ranges::find(frozen, block, &ParameterBlock::name) != frozen.end()) {
      return;
    }
    auto from = blocks.of(std::string(block), parameters).begin();
    for (auto& value : values) {
      value = static_cast<double>(*from++);
    }
  };
  read("w", model.w.reshaped());
  Eigen::MatrixXd readout = model.w_out.transpose();
  read("w_out", readout.reshaped());
  model.w_out = readout.transpose();
  read("b_out", model.b_out);
  if (!model.fixed_tau()) {
    read("taus_gaus", model.tau_gate);
  }
  if (model.trains_input) {
    read("w_in", model.w_in.reshaped());
  }
}

template <class Real>
std::unique_ptr<const Parametrisation<Real>> dale_parametrisation(const DaleModel& model) {
  return std::make_unique<DaleParametrisation<Real>>(model);
}

template std::vector<float> parameters_of<float>(const DaleModel&);
template std::vector<double> parameters_of<double>(const DaleModel&);
template std::unique_ptr<const Parametrisation<float>> dale_parametrisation<float>(
    const DaleModel&);
template std::unique_ptr<const Parametrisation<double>> dale_parametrisation<double>(
    const DaleModel&);

}  // namespace rheobase::rate
