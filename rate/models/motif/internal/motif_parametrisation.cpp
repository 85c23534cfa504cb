// The trained numbers of motif networks, and their gradients (equations at the head of
// motif_library.cpp): inputs are columns of W_in that a signal of 1 switches on, so dL/db is
// dL/dW_in; loops are the network's own; dL/dJ = g dL/dW.
#include "rate/models/motif/internal/motif_parametrisation.hpp"

#include <algorithm>
#include <utility>

#include "rate/models/motif/internal/positive_rates.hpp"

namespace rheobase::rate {

namespace {

template <class Real>
std::vector<Real> flat(const Eigen::MatrixXd& values) {
  std::vector<Real> numbers(static_cast<std::size_t>(values.size()));
  std::transform(values.data(), values.data() + values.size(), numbers.begin(),
                 [](double value) { return static_cast<Real>(value); });
  return numbers;
}

template <class Real, class From>
void copy_to(const From& from, std::span<Real> to) {
  std::transform(from.begin(), from.end(), to.begin(),
                 [](double value) { return static_cast<Real>(value); });
}

/// Weights that stay as they are, and what else the three have in common.
template <class Real>
class FixedWeights : public Parametrisation<Real> {
 public:
  const ParameterBlocks& blocks() const override { return blocks_; }
  TrainedParts trained() const override { return trained_; }
  const RateNetwork& network() const override { return network_; }
  WeightConstraint constraint() const override { return as_they_are(network_.w); }

 protected:
  explicit FixedWeights(RateNetwork network)
      : network_(std::move(network)), weights_(flat<Real>(network_.w)) {}

  ParameterBlocks blocks_;
  TrainedParts trained_;
  RateNetwork network_;
  std::vector<Real> weights_;
};

ParameterBlocks motif_blocks(const MotifLibrary& library) {
  const auto n = static_cast<std::size_t>(library.units());
  ParameterBlocks blocks;
  blocks.add("b", n);
  if (library.definition().second_input) {
    blocks.add("b2", n);
  }
  if (library.definition().loop) {
    blocks.add("u", n);
    blocks.add("v", n);
  }
  return blocks;
}

ParameterBlocks control_blocks(const MotifLibrary& library) {
  const auto n = static_cast<std::size_t>(library.units());
  ParameterBlocks blocks;
  blocks.add("J", n, n);
  blocks.add("w", n);
  blocks.add("b", n, library.motifs.size());
  return blocks;
}

ParameterBlocks preparation_blocks(const MotifLibrary& library) {
  const auto n = static_cast<std::size_t>(library.units());
  const auto p = static_cast<std::size_t>(library.preparation_u.cols());
  ParameterBlocks blocks;
  blocks.add("U", n, p);
  blocks.add("V", n, p);
  return blocks;
}

template <class Real>
class MotifParametrisation final : public FixedWeights<Real> {
 public:
  MotifParametrisation(const MotifLibrary& library, std::size_t motif, bool positive)
      : FixedWeights<Real>(network_of(library, motif, positive)),
        input_scale_(positive ? Real{2} : Real{1}) {
    this->blocks_ = motif_blocks(library);
    this->trained_ = {.input = true, .weights = false};
    if (library.definition().loop) {
      this->trained_.loops.assign(this->network_.loops.size(), false);
      this->trained_.loops.back() = true;  // the preparatory module comes first, and stays
    }
  }

  void load(std::span<const Real> parameters, KernelNetwork<Real>& network) const override {
    const ParameterBlocks& blocks = this->blocks_;
    network.load_weights(this->weights_.data());
    set_scaled(0, blocks.of("b", parameters), network);
    if (blocks.find("b2") != nullptr) {
      set_scaled(1, blocks.of("b2", parameters), network);
    }
    if (blocks.find("u") != nullptr) {
      network.set_loop(this->network_.loops.size() - 1, blocks.of("u", parameters).data(),
                       blocks.of("v", parameters).data());
    }
  }

  void pull_back(std::span<const Real>, const KernelNetwork<Real>& network,
                 const NetworkGradient<Real>& of_network, std::span<Real> gradient) const override {
    const ParameterBlocks& blocks = this->blocks_;
    const std::span<const double> inputs(of_network.input);
    copy_scaled(inputs.first(network.units()), blocks.of("b", gradient));
    if (blocks.find("b2") != nullptr) {
      copy_scaled(inputs.last(network.units()), blocks.of("b2", gradient));
    }
    if (blocks.find("u") != nullptr) {
      copy_to<Real>(of_network.loops.back().u, blocks.of("u", gradient));
      copy_to<Real>(of_network.loops.back().v, blocks.of("v", gradient));
    }
  }

 private:
  static RateNetwork network_of(const MotifLibrary& library, std::size_t motif, bool positive) {
    RateNetwork network = single_motif(library, motif, library.motifs[motif].length()).network;
    return positive ? with_positive_rates(std::move(network), "training options") : network;
  }

  void set_scaled(std::size_t input, std::span<const Real> values,
                  KernelNetwork<Real>& network) const {
    std::vector<Real> scaled(values.begin(), values.end());
    for (Real& value : scaled) {
      value *= input_scale_;
    }
    network.set_input_weights(input, scaled.data());
  }

  void copy_scaled(std::span<const double> from, std::span<Real> to) const {
    std::transform(from.begin(), from.end(), to.begin(), [this](double value) {
      return static_cast<Real>(static_cast<double>(input_scale_) * value);
    });
  }

  Real input_scale_;
};

template <class Real>
class ControlParametrisation final : public Parametrisation<Real> {
 public:
  explicit ControlParametrisation(const MotifLibrary& library)
      : blocks_(control_blocks(library)),
        network_(chain_of(library, {}).network),
        gain_{Eigen::MatrixXd::Constant(library.units(), library.units(), library.options.gain),
              false} {}

  const ParameterBlocks& blocks() const override { return blocks_; }
  TrainedParts trained() const override { return {.input = true}; }
  const RateNetwork& network() const override { return network_; }
  WeightConstraint constraint() const override { return gain_; }

  void load(std::span<const Real> parameters, KernelNetwork<Real>& network) const override {
    network.load_weights(blocks_.of("J", parameters).data());
    network.set_readout(0, blocks_.of("w", parameters).data());
    for (std::size_t k = 0; k < network.inputs(); ++k) {
      network.set_input_weights(k, blocks_.of("b", parameters).data() + k * network.units());
    }
  }

  void pull_back(std::span<const Real>, const KernelNetwork<Real>& network,
                 const NetworkGradient<Real>& of_network, std::span<Real> gradient) const override {
    network.recurrent().parameter_gradient(of_network.weight, blocks_.of("J", gradient).data());
    copy_to<Real>(of_network.readout, blocks_.of("w", gradient));
    copy_to<Real>(of_network.input, blocks_.of("b", gradient));
  }

 private:
  ParameterBlocks blocks_;
  RateNetwork network_;
  WeightConstraint gain_;
};

RateNetwork preparing_network(const MotifLibrary& library) {
  RateNetwork network = chain_of(library, {}).network;
  network.w_in = Eigen::MatrixXd::Zero(library.units(), 1);
  network.w_out.setZero();
  network.loops = {{library.preparation_u, library.preparation_v}};
  return network;
}

template <class Real>
class PreparationParametrisation final : public FixedWeights<Real> {
 public:
  explicit PreparationParametrisation(const MotifLibrary& library)
      : FixedWeights<Real>(preparing_network(library)) {
    this->blocks_ = preparation_blocks(library);
    this->trained_ = {.weights = false, .loops = {true}};
  }

  void load(std::span<const Real> parameters, KernelNetwork<Real>& network) const override {
    network.load_weights(this->weights_.data());
    network.set_loop(0, this->blocks_.of("U", parameters).data(),
                     this->blocks_.of("V", parameters).data());
  }

  void pull_back(std::span<const Real>, const KernelNetwork<Real>&,
                 const NetworkGradient<Real>& of_network, std::span<Real> gradient) const override {
    copy_to<Real>(of_network.loops[0].u, this->blocks_.of("U", gradient));
    copy_to<Real>(of_network.loops[0].v, this->blocks_.of("V", gradient));
  }
};

/// Calls visit(block's numbers, the matrix they are) for all that one motif trains.
template <class Numbers, class Library, class Visit>
void visit_motif(Numbers numbers, Library& library, std::size_t motif, const Visit& visit) {
  const ParameterBlocks blocks = motif_blocks(library);
  auto& one = library.motifs[motif];
  visit(blocks.of("b", numbers), one.b);
  if (blocks.find("b2") != nullptr) {
    visit(blocks.of("b2", numbers), one.b2);
  }
  if (blocks.find("u") != nullptr) {
    visit(blocks.of("u", numbers), one.u);
    visit(blocks.of("v", numbers), one.v);
  }
}

template <class Numbers, class Library, class Visit>
void visit_control(Numbers numbers, Library& library, const Visit& visit) {
  const ParameterBlocks blocks = control_blocks(library);
  visit(blocks.of("J", numbers), library.j);
  visit(blocks.of("w", numbers), library.w);
  const auto n = static_cast<std::size_t>(library.units());
  for (std::size_t k = 0; k < library.motifs.size(); ++k) {
    visit(blocks.of("b", numbers).subspan(k * n, n), library.motifs[k].b);
  }
}

template <class Numbers, class Library, class Visit>
void visit_preparation(Numbers numbers, Library& library, const Visit& visit) {
  const ParameterBlocks blocks = preparation_blocks(library);
  visit(blocks.of("U", numbers), library.preparation_u);
  visit(blocks.of("V", numbers), library.preparation_v);
}

constexpr auto kReadParameters = [](std::span<float> numbers, const auto& matrix) {
  copy_to<float>(matrix.reshaped(), numbers);
};

constexpr auto kWriteParameters = [](std::span<const float> numbers, auto& matrix) {
  std::transform(numbers.begin(), numbers.end(), matrix.data(),
                 [](float value) { return static_cast<double>(value); });
};

}  // namespace

template <class Real>
std::unique_ptr<const Parametrisation<Real>> motif_parametrisation(const MotifLibrary& library,
                                                                   std::size_t motif,
                                                                   bool positive) {
  return std::make_unique<MotifParametrisation<Real>>(library, motif, positive);
}

template <class Real>
std::unique_ptr<const Parametrisation<Real>> control_parametrisation(const MotifLibrary& library) {
  return std::make_unique<ControlParametrisation<Real>>(library);
}

template <class Real>
std::unique_ptr<const Parametrisation<Real>> preparation_parametrisation(
    const MotifLibrary& library) {
  return std::make_unique<PreparationParametrisation<Real>>(library);
}

std::vector<float> motif_parameters(const MotifLibrary& library, std::size_t motif) {
  std::vector<float> numbers(motif_blocks(library).size());
  visit_motif(std::span(numbers), library, motif, kReadParameters);
  return numbers;
}

void assign_motif(std::span<const float> parameters, MotifLibrary& library, std::size_t motif) {
  visit_motif(parameters, library, motif, kWriteParameters);
}

std::vector<float> control_parameters(const MotifLibrary& library) {
  std::vector<float> numbers(control_blocks(library).size());
  visit_control(std::span(numbers), library, kReadParameters);
  return numbers;
}

void assign_control(std::span<const float> parameters, MotifLibrary& library) {
  visit_control(parameters, library, kWriteParameters);
}

std::vector<float> preparation_parameters(const MotifLibrary& library) {
  std::vector<float> numbers(preparation_blocks(library).size());
  visit_preparation(std::span(numbers), library, kReadParameters);
  return numbers;
}

void assign_preparation(std::span<const float> parameters, MotifLibrary& library) {
  visit_preparation(parameters, library, kWriteParameters);
}

template std::unique_ptr<const Parametrisation<float>> motif_parametrisation<float>(
    const MotifLibrary&, std::size_t, bool);
template std::unique_ptr<const Parametrisation<double>> motif_parametrisation<double>(
    const MotifLibrary&, std::size_t, bool);
template std::unique_ptr<const Parametrisation<float>> control_parametrisation<float>(
    const MotifLibrary&);
template std::unique_ptr<const Parametrisation<double>> control_parametrisation<double>(
    const MotifLibrary&);
template std::unique_ptr<const Parametrisation<float>> preparation_parametrisation<float>(
    const MotifLibrary&);
template std::unique_ptr<const Parametrisation<double>> preparation_parametrisation<double>(
    const MotifLibrary&);

}  // namespace rheobase::rate
