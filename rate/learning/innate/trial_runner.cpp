#include "rate/learning/innate/trial_runner.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/elementary.hpp"
#include "core/error.hpp"

namespace rheobase::rate {

TrialStart drawn_start(Eigen::Index units, double noise, Seed seed, std::uint32_t trial) {
  TrialStart start{.x0 = Eigen::VectorXd(units),
                   .noise = noise,
                   .stream = {seed, trial, Purpose::rate_noise},
                   .spike_stream = {seed, trial, Purpose::spike_noise}};
  RandomStream stream(seed, trial, Purpose::initial_state);
  for (double& value : start.x0) {
    value = stream.uniform(-1.0, 1.0);
  }
  return start;
}

template <class Real>
TrialRunner<Real>::TrialRunner(RunningReservoir<Real> network)
    : network_(std::move(network)),
      input_(network_.inputs()),
      stride_(padded_to_packs<float>(network_.units())) {
  xi_.resize(4 * stride_);
}

template <class Real>
void TrialRunner<Real>::begin(const InnateTrial& trial, const TrialStart& start) {
  if (start.carry) {
    network_.start_again();
  } else {
    network_.start(start.x0);
  }
  const auto units = static_cast<Eigen::Index>(network_.units());
  if (start.xi != nullptr && (start.xi->rows() != units || start.xi->cols() != trial.steps)) {
    throw InputError("trial", "xi", fmt::format("{} x {}", start.xi->rows(), start.xi->cols()),
                     fmt::format("must be N x steps, {} x {}", units, trial.steps));
  }
}

template <class Real>
const float* TrialRunner<Real>::normals_of(const TrialStart& start, int t) {
  if (start.noise == 0.0) {
    return nullptr;
  }
  if (start.xi != nullptr) {
    std::copy_n(start.xi->col(t).data(), network_.units(), xi_.data());
    return xi_.data();
  }
  if (t % 4 == 0) {
    fill_normals(start.stream, static_cast<std::uint32_t>(t / 4), network_.units(), xi_.data(),
                 stride_);
  }
  return xi_.data() + static_cast<std::size_t>(t % 4) * stride_;
}

/// An Ornstein-Uhlenbeck number a unit, from its stationary distribution on.
template <class Real>
void TrialRunner<Real>::add_spike_noise(const TrialStart& start, int t) {
  if (t == 0) {
    spike_xi_.resize(4 * stride_);
    spike_noise_.assign(stride_, 0.0F);
  }
  if (t % 4 == 0) {
    fill_normals(start.spike_stream, static_cast<std::uint32_t>(t / 4), network_.units(),
                 spike_xi_.data(), stride_);
  }
  const float* xi = spike_xi_.data() + static_cast<std::size_t>(t % 4) * stride_;
  const double decay = t == 0 ? 0.0 : elementary::exp(-1.0 / network_.tau_steps());
  const auto keep = static_cast<float>(decay);
  const auto kick = static_cast<float>(std::sqrt(1.0 - decay * decay));
  for (std::size_t i = 0; i < network_.units(); ++i) {
    spike_noise_[i] = keep * spike_noise_[i] + kick * xi[i];
  }
  network_.add_spike_noise({spike_noise_.data(), network_.units()}, start.spike_noise);
}

template <class Real>
void TrialRunner<Real>::step(const InnateTrial& trial, const TrialStart& start, int t) {
  std::fill(input_.begin(), input_.end(), Real{0});
  const auto add = [&](const Pulse& pulse) {
    input_[static_cast<std::size_t>(pulse.channel)] += static_cast<Real>(pulse.at(t));
  };
  add(trial.cue);
  if (start.perturbed) {
    add(trial.perturbation);
  }
  network_.step(input_, normals_of(start, t), static_cast<Real>(start.noise));
  if (start.spike_noise > 0.0) {
    add_spike_noise(start, t);
  }
}

template <class Real>
TrialRecord record_trial(TrialRunner<Real>& runner, const InnateTrial& trial,
                         const TrialStart& start, int recorded_units) {
  const RunningReservoir<Real>& network = runner.network();
  const Eigen::Index outputs = network.readout().rows();
  const Eigen::Index units =
      std::min(static_cast<Eigen::Index>(recorded_units), network.readout().cols());
  TrialRecord record{Eigen::MatrixXd(outputs, trial.steps), Eigen::MatrixXd(units, trial.steps)};
  std::vector<Real> z(static_cast<std::size_t>(outputs));
  runner.run(trial, start, [&](int t) {
    network.read_out(z);
    for (Eigen::Index o = 0; o < outputs; ++o) {
      record.output(o, t) = static_cast<double>(z[static_cast<std::size_t>(o)]);
    }
    for (Eigen::Index i = 0; i < units; ++i) {
      record.rates(i, t) = static_cast<double>(network.r()[static_cast<std::size_t>(i)]);
    }
  });
  return record;
}

template <class Real>
TrialRecord record_trial(const Reservoir& network, const InnateTrial& trial,
                         const TrialStart& start, int recorded_units) {
  TrialRunner<Real> runner{RunningReservoir<Real>(network)};
  return record_trial(runner, trial, start, recorded_units);
}

template class TrialRunner<float>;
template class TrialRunner<double>;
template TrialRecord record_trial(TrialRunner<float>&, const InnateTrial&, const TrialStart&, int);
template TrialRecord record_trial(TrialRunner<double>&, const InnateTrial&, const TrialStart&, int);
template TrialRecord record_trial<float>(const Reservoir&, const InnateTrial&, const TrialStart&,
                                         int);
template TrialRecord record_trial<double>(const Reservoir&, const InnateTrial&, const TrialStart&,
                                          int);

}  // namespace rheobase::rate
