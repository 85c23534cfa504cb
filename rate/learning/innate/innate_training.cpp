#include "rate/learning/innate/innate_training.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/analysis/agreement.hpp"
#include "core/error.hpp"
#include "rate/learning/innate/trial_measures.hpp"

namespace rheobase::rate {

class MeanLoss {
 public:
  void add(double loss) {
    sum_ += loss;
    ++count_;
  }
  double value() const { return count_ > 0 ? sum_ / count_ : 0.0; }

 private:
  double sum_ = 0.0;
  int count_ = 0;
};

namespace {

/// One number per update from a mean over all of them.
template <class Real>
double mean_square(std::span<const Real> error) {
  double sum = 0.0;
  for (const Real e : error) {
    sum += static_cast<double>(e) * static_cast<double>(e);
  }
  return sum / static_cast<double>(error.size());
}

}  // namespace

template <class Real>
InnateTraining<Real>::InnateTraining(const Reservoir& network, std::vector<InnateTrial> trials,
                                     const InnateRule& rule, SimdLevel level)
    : runner_(RunningReservoir<Real>(network, level)),
      trials_(std::move(trials)),
      rule_(rule),
      recurrent_(runner_.network().recurrent(), static_cast<std::size_t>(network.plastic_units),
                 rule.rls, level),
      readout_(static_cast<std::size_t>(network.units()), rule.rls, level),
      innate_(trials_.size()) {
  validate(rule.schedule);
  for (std::size_t k = 0; k < trials_.size(); ++k) {
    validate(trials_[k], network.inputs(), network.outputs(), fmt::format("trajectory {}", k));
  }
}

template <class Real>
bool InnateTraining<Real>::due(const InnateTrial& trial, int step,
                               std::uint32_t trial_number) const {
  return step >= trial.window_start && step < trial.window_stop &&
         rule_.schedule.due(step, trial_number);
}

template <class Real>
void InnateTraining<Real>::record_innate(std::size_t k, const TrialStart& start) {
  const InnateTrial& trial = trials_.at(k);
  auto& innate = innate_[k];
  innate.resize(static_cast<Eigen::Index>(network().units()), trial.steps);
  runner_.run(trial, start, [&](int t) {
    const std::span<const Real> r = network().r();
    std::copy(r.begin(), r.end(), innate.col(t).data());
  });
}

template <class Real>
double InnateTraining<Real>::rate_correlation(std::size_t k, const TrialStart& start) {
  const InnateTrial& trial = trials_.at(k);
  analysis::CorrelationSums correlation;
  runner_.run(trial, start, [&](int t) {
    if (t < trial.window_start || t >= trial.window_stop) {
      return;
    }
    const std::span<const Real> r = network().r();
    for (std::size_t i = 0; i < r.size(); ++i) {
      correlation.add(static_cast<double>(r[i]),
                      static_cast<double>(innate_[k](static_cast<Eigen::Index>(i), t)));
    }
  });
  return correlation.correlation().value_or(0.0);
}

template <class Real>
double InnateTraining<Real>::train_recurrent(std::size_t k, const TrialStart& start,
                                             std::uint32_t trial_number,
                                             const UpdateObserver<Real>& observer) {
  const InnateTrial& trial = trials_.at(k);
  if (innate_[k].cols() != trial.steps) {
    throw InputError("innate training", fmt::format("trajectory {}", k), "no innate trial",
                     "must be recorded before it is learnt");
  }
  MeanLoss loss;
  std::vector<Real> error(network().units());
  const std::span<const Real> all = error;
  runner_.run(trial, start, [&](int t) {
    if (!due(trial, t, trial_number)) {
      return;
    }
    const std::span<const Real> r = network().r();
    for (std::size_t i = 0; i < error.size(); ++i) {
      error[i] = r[i] - innate_[k](static_cast<Eigen::Index>(i), t);
    }
    loss.add(mean_square(all));
    recurrent_.update(network().told(), all.first(recurrent_.units()),
                      runner_.network().recurrent(), t, rule_.threads);
    if (observer) {
      observer({t, all, mean_square(all)});
    }
  });
  return loss.value();
}

template <class Real>
double InnateTraining<Real>::train_readout(std::size_t k, const TrialStart& start,
                                           std::uint32_t trial_number,
                                           const UpdateObserver<Real>& observer) {
  const InnateTrial& trial = trials_.at(k);
  MeanLoss loss;
  std::vector<Real> error(static_cast<std::size_t>(trial.target.rows()));
  runner_.run(trial, start, [&](int t) {
    if (!due(trial, t, trial_number)) {
      return;
    }
    runner_.network().read_out(error);
    for (std::size_t o = 0; o < error.size(); ++o) {
      error[o] -= static_cast<Real>(trial.target(static_cast<Eigen::Index>(o), t));
    }
    const std::span<const Real> all = error;
    loss.add(mean_square(all));
    readout_.update(network().told(), error, runner_.network().readout(), t);
    if (observer) {
      observer({t, all, mean_square(all)});
    }
  });
  return loss.value();
}

template <class Real>
NamedArrays InnateTraining<Real>::state() const {
  NamedArray w{"W_rec", {}};
  const SparseRows<Real>& rows = network().recurrent();
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const std::span<const Real> values = rows.values_of(i);
    w.values.insert(w.values.end(), values.begin(), values.end());
  }
  const auto& readout = network().readout();
  NamedArray w_out{"W_out", {readout.data(), readout.data() + readout.size()}};
  const std::span<const Real> x = network().x();
  return {std::move(w), std::move(w_out), recurrent_.state("P_rec").front(),
          readout_.state("P_out").front(), NamedArray{"x", {x.begin(), x.end()}}};
}

template <class Real>
void InnateTraining<Real>::restore(const NamedArrays& state) {
  // All or nothing: nothing changes before every array is known to fit.
  for (const NamedArray& mine : this->state()) {
    named_array(state, mine.name, mine.values.size());
  }
  SparseRows<Real>& rows = runner_.network().recurrent();
  std::size_t synapses = 0;
  for (const std::size_t count : rows.count) {
    synapses += count;
  }
  auto next = named_array(state, "W_rec", synapses).begin();
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    for (Real& value : rows.values_of(i)) {
      value = static_cast<Real>(*next++);
    }
  }
  auto& readout = runner_.network().readout();
  const std::vector<double>& w_out =
      named_array(state, "W_out", static_cast<std::size_t>(readout.size()));
  std::transform(w_out.begin(), w_out.end(), readout.data(),
                 [](double value) { return static_cast<Real>(value); });
  recurrent_.restore(state, "P_rec");
  readout_.restore(state, "P_out");
  const std::vector<double>& x = named_array(state, "x", network().units());
  runner_.network().start(
      Eigen::Map<const Eigen::VectorXd>(x.data(), static_cast<Eigen::Index>(x.size())));
}

template <class Real>
std::size_t innate_memory_bytes(const Reservoir& network, std::span<const InnateTrial> trials) {
  std::vector<std::size_t> inputs{static_cast<std::size_t>(network.units())};
  for (int i = 0; i < network.plastic_units; ++i) {
    inputs.push_back(network.presynaptic[static_cast<std::size_t>(i)].size());
  }
  std::size_t bytes = rls_memory_bytes<Real>(inputs);
  for (const InnateTrial& trial : trials) {
    bytes += static_cast<std::size_t>(trial.steps) * static_cast<std::size_t>(network.units()) *
             sizeof(Real);
  }
  return bytes;
}

template class InnateTraining<float>;
template class InnateTraining<double>;
template std::size_t innate_memory_bytes<float>(const Reservoir&, std::span<const InnateTrial>);
template std::size_t innate_memory_bytes<double>(const Reservoir&, std::span<const InnateTrial>);

}  // namespace rheobase::rate
