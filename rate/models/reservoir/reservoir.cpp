#include "rate/models/reservoir/reservoir.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "rate/models/reservoir/internal/reservoir_kernels.hpp"

namespace rheobase::rate {

namespace {

void require(bool holds, std::string_view field, const std::string& found,
             std::string_view required) {
  if (!holds) {
    throw InputError("reservoir", field, found, required);
  }
}

Eigen::MatrixXd normals(Eigen::Index rows, Eigen::Index columns, double scale,
                        RandomStream& stream) {
  Eigen::MatrixXd out(rows, columns);
  for (Eigen::Index i = 0; i < rows; ++i) {
    for (Eigen::Index j = 0; j < columns; ++j) {
      out(i, j) = scale * stream.normal();
    }
  }
  return out;
}

std::string shape(const Eigen::MatrixXd& matrix) {
  return fmt::format("{} x {}", matrix.rows(), matrix.cols());
}

}  // namespace

void validate(const ReservoirOptions& o) {
  require(o.units >= 2, "units", fmt::format("{}", o.units), "must be at least 2");
  require(o.connection_probability > 0.0 && o.connection_probability <= 1.0,
          "connection_probability", fmt::format("{}", o.connection_probability),
          "must be in (0, 1]");
  require(std::isfinite(o.gain) && o.gain >= 0.0, "gain", fmt::format("{}", o.gain),
          "must not be negative");
  require(o.inputs >= 1, "inputs", fmt::format("{}", o.inputs), "must be at least 1");
  require(o.outputs >= 1, "outputs", fmt::format("{}", o.outputs), "must be at least 1");
  require(o.plastic_fraction >= 0.0 && o.plastic_fraction <= 1.0, "plastic_fraction",
          fmt::format("{}", o.plastic_fraction), "must be in [0, 1]");
  require(o.step_ms > 0.0 && o.step_ms <= o.tau_ms, "step_ms", fmt::format("{}", o.step_ms),
          fmt::format("must be above 0 and at most tau_ms, {}", o.tau_ms));
}

Reservoir make_reservoir(const ReservoirOptions& options, Seed seed) {
  validate(options);
  RandomStream stream(seed, 0, Purpose::initialisation);
  const Eigen::Index n = options.units;
  const double p = options.connection_probability;
  Reservoir network;
  network.tau_ms = options.tau_ms;
  network.step_ms = options.step_ms;
  network.plastic_units = static_cast<int>(options.plastic_fraction * options.units);
  network.w_in = normals(n, options.inputs, 1.0, stream);
  network.w = Eigen::MatrixXd::Zero(n, n);
  network.presynaptic.resize(static_cast<std::size_t>(n));
  const double scale = options.gain / std::sqrt(p * static_cast<double>(n));
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) {
      if (i != j && stream.coin(p)) {
        network.w(i, j) = scale * stream.normal();
        network.presynaptic[static_cast<std::size_t>(i)].push_back(static_cast<std::int32_t>(j));
      }
    }
  }
  network.w_out = normals(options.outputs, n, 1.0 / std::sqrt(static_cast<double>(n)), stream);
  validate(network, "reservoir");
  return network;
}

Reservoir reservoir_from(const Eigen::MatrixXd& w, const Eigen::MatrixXd& w_in,
                         const Eigen::MatrixXd& w_out, const Eigen::MatrixXd& mask, double tau_ms,
                         double step_ms) {
  require(mask.rows() <= w.rows() && mask.cols() == w.cols(), "mask", shape(mask),
          "must have a row a plastic unit, at most as many as W_rec, and a column a unit");
  Eigen::MatrixXd exists = w;
  exists.topRows(mask.rows()) = mask;
  Reservoir network{.w = w,
                    .presynaptic = nonzero_columns(exists),
                    .w_in = w_in,
                    .w_out = w_out,
                    .plastic_units = static_cast<int>(mask.rows()),
                    .tau_ms = tau_ms,
                    .step_ms = step_ms};
  validate(network, "reservoir");
  for (Eigen::Index i = 0; i < mask.rows(); ++i) {
    for (Eigen::Index j = 0; j < mask.cols(); ++j) {
      require(mask(i, j) != 0.0 || w(i, j) == 0.0, "W_rec",
              fmt::format("{} from unit {} to unit {} (counted from 1)", w(i, j), j + 1, i + 1),
              "must be 0 where the mask is 0");
    }
  }
  return network;
}

void validate(const Reservoir& network, const std::string& where) {
  const auto need = [&](bool holds, std::string_view field, const std::string& found,
                        std::string_view required) {
    if (!holds) {
      throw InputError(where, field, found, required);
    }
  };
  const Eigen::Index n = network.units();
  need(n >= 1 && network.w.cols() == n, "W_rec", shape(network.w), "must be N x N");
  need(network.w_in.rows() == n && network.inputs() >= 1, "W_in", shape(network.w_in),
       fmt::format("must be N x inputs with N = {}", n));
  need(network.w_out.cols() == n && network.outputs() >= 1, "W_out", shape(network.w_out),
       fmt::format("must be outputs x N with N = {}", n));
  need(network.w.allFinite(), "W_rec", "a number that is not finite", "must be finite");
  need(network.w_in.allFinite(), "W_in", "a number that is not finite", "must be finite");
  need(network.w_out.allFinite(), "W_out", "a number that is not finite", "must be finite");
  need(network.plastic_units >= 0 && network.plastic_units <= n, "plastic units",
       fmt::format("{}", network.plastic_units), fmt::format("must be at most N = {}", n));
  need(network.presynaptic.size() == static_cast<std::size_t>(n), "presynaptic lists",
       fmt::format("{}", network.presynaptic.size()), fmt::format("must be N = {}", n));
  for (int i = 0; i < network.plastic_units; ++i) {
    need(!network.presynaptic[static_cast<std::size_t>(i)].empty(), "W_rec",
         fmt::format("unit {} (counted from 1) without any presynaptic unit", i + 1),
         "every plastic unit must have one: connection_probability or the number of units must be "
         "larger");
  }
  need(std::isfinite(network.tau_ms) && network.tau_ms > 0.0, "tau_ms",
       fmt::format("{}", network.tau_ms), "must be positive");
  need(network.step_ms > 0.0 && network.step_ms <= network.tau_ms, "step_ms",
       fmt::format("{}", network.step_ms),
       fmt::format("must be positive and at most tau_ms, {}", network.tau_ms));
}

RateNetwork network_of(const Reservoir& network, double noise) {
  RateNetwork result;
  result.w = network.w;
  result.w_in = network.w_in;
  result.w_out = network.w_out;
  result.bias = Eigen::VectorXd::Zero(network.units());
  result.b_out = Eigen::VectorXd::Zero(network.outputs());
  result.tau_ms = Eigen::VectorXd::Constant(network.units(), network.tau_ms);
  result.step_ms = network.step_ms;
  result.transfer = "tanh";
  result.noise.entry = NoiseModel::Entry::drive;
  result.noise.factor = noise;
  result.initial = {InitialState::Kind::uniform, 1.0};
  return result;
}

template <class Real>
RunningReservoir<Real>::RunningReservoir(const Reservoir& network, SimdLevel level)
    : given_(network),
      level_(level),
      units_(static_cast<std::size_t>(network.units())),
      inputs_(static_cast<std::size_t>(network.inputs())),
      recurrent_(network.w, network.presynaptic),
      readout_(network.w_out.cast<Real>()) {
  const std::size_t padded = padded_to_packs<Real>(units_);
  input_weights_.resize(padded * inputs_);
  for (std::size_t c = 0; c < inputs_; ++c) {
    for (std::size_t i = 0; i < units_; ++i) {
      input_weights_[c * padded + i] = static_cast<Real>(
          network.w_in(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(c)));
    }
  }
  x_.resize(padded);
  told_.resize(padded);
  drive_.resize(padded);
}

template <class Real>
void RunningReservoir<Real>::start(const Eigen::Ref<const Eigen::VectorXd>& x0) {
  require(x0.size() == static_cast<Eigen::Index>(units_), "x0", counted(x0.size(), "number"),
          fmt::format("must be N = {}", units_));
  for (std::size_t i = 0; i < units_; ++i) {
    x_[i] = static_cast<Real>(x0[static_cast<Eigen::Index>(i)]);
  }
  start_again();
}

template <class Real>
void RunningReservoir<Real>::start_again() {
  RHEOBASE_SIMD_DISPATCH(level_, tanh_of<Real>)(x_.data(), x_.size(), told_.data());
  noisy_ = false;
}

template <class Real>
void RunningReservoir<Real>::step(std::span<const Real> input, const float* xi, Real noise) {
  RHEOBASE_SIMD_DISPATCH(level_, reservoir_step<Real>)
  ({.units = units_,
    .start = recurrent_.start.data(),
    .count = recurrent_.count.data(),
    .column = recurrent_.column.data(),
    .weight = recurrent_.value.data(),
    .inputs = inputs_,
    .input_weights = input_weights_.data(),
    .input = input.data(),
    .xi = xi,
    .noise = noise,
    .tau = static_cast<Real>(given_.tau_ms / given_.step_ms),
    .x = x_.data(),
    .r = told_.data(),
    .drive = drive_.data()});
  noisy_ = false;
}

template <class Real>
void RunningReservoir<Real>::add_spike_noise(std::span<const float> n, double spikes) {
  constexpr double kGuard = 1e-4;  // that of the kernels of rate/dynamics
  const auto guard = static_cast<Real>(kGuard);
  const auto guard_root = static_cast<Real>(std::sqrt(kGuard));
  const auto scale = static_cast<Real>(1.0 / std::sqrt(2.0 * given_.tau_ms * 1e-3 * spikes));
  own_ = told_;
  noisy_ = true;
  for (std::size_t i = 0; i < units_; ++i) {
    const Real rate = (Real{1} + own_[i]) / Real{2};
    told_[i] += scale * (std::sqrt(rate + guard) - guard_root) * static_cast<Real>(n[i]);
  }
}

template <class Real>
void RunningReservoir<Real>::read_out(std::span<Real> z) const {
  const Eigen::Map<const Eigen::Matrix<Real, Eigen::Dynamic, 1>> told(told_.data(),
                                                                      readout_.cols());
  Eigen::Map<Eigen::Matrix<Real, Eigen::Dynamic, 1>>(z.data(), readout_.rows()).noalias() =
      readout_ * told;
}

template <class Real>
Reservoir RunningReservoir<Real>::network() const {
  Reservoir out = given_;
  out.w = recurrent_.dense();
  out.w_out = readout_.template cast<double>();
  return out;
}

template class RunningReservoir<float>;
template class RunningReservoir<double>;

}  // namespace rheobase::rate
