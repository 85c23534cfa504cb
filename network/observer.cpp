#include "network/observer.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/memory.hpp"
#include "core/nearest_name.hpp"
#include "network/evaluation.hpp"

namespace rheobase::network {

const Recording& Observer::operator[](const std::string& name) const {
  if (const auto index = find_named(recordings, name)) {
    return recordings[*index];
  }
  std::vector<std::string> known;
  for (const Recording& recording : recordings) {
    known.push_back(recording.name);
  }
  throw InputError("observer", "recording", fmt::format("'{}'", name), must_be_one_of(name, known));
}

namespace {

long first_sample(long sampling, long cutoff) {
  return (cutoff + sampling - 1) / sampling * sampling;
}

}  // namespace

long sample_count(long steps, long sampling, long cutoff) {
  const long first = first_sample(sampling, cutoff);
  return first < steps ? (steps - first - 1) / sampling + 1 : 0;
}

void require_record_memory(const Network& network, const std::vector<Probe>& probes, long steps,
                           long sampling, long cutoff) {
  const auto samples = static_cast<double>(sample_count(steps, sampling, cutoff));
  constexpr const char* kAdvice = "record fewer units, sample less often or run shorter";
  MemoryBudget memory;
  for (const Probe& probe : probes) {
    const std::size_t all = network.signal_size(network.signal(probe.signal, "record"));
    const std::size_t rows = probe.mean ? 1 : probe.units.empty() ? all : probe.units.size();
    memory.claim(sizeof(double) * samples * static_cast<double>(rows), "record", probe.signal,
                 fmt::format("{:g} samples of {}", samples, counted(rows, "number")), kAdvice);
  }
  memory.claim(sizeof(double) * samples, "run", "steps", fmt::format("{:g} samples", samples),
               kAdvice);  // their times
}

Recorder::Recorder(const Network& network, const std::vector<Probe>& probes, long first_step,
                   long steps, long sampling, long cutoff)
    : sampling_(sampling), cutoff_(cutoff), watch_(network) {
  const long first = first_sample(sampling, cutoff);
  observer_.times.resize(sample_count(steps, sampling, cutoff));
  for (Eigen::Index k = 0; k < observer_.times.size(); ++k) {
    observer_.times[k] = static_cast<double>(first_step + first + k * sampling) * network.step();
  }
  for (const Probe& probe : probes) {
    add_probe(network, probe, observer_.times.size());
  }
}

void Recorder::add_probe(const Network& network, const Probe& probe, Eigen::Index samples) {
  OfProbe made{network.signal(probe.signal, "record"), probe.units, probe.mean, probe.averaged, {}};
  const auto size = static_cast<Eigen::Index>(network.signal_size(made.signal));
  for (const Eigen::Index unit : made.units) {
    if (unit < 0 || unit >= size) {
      throw InputError("record", probe.signal, fmt::format("unit {}", unit),
                       fmt::format("must lie in [0, {}]", size - 1));
    }
  }
  if (made.units.empty()) {
    made.units.resize(static_cast<std::size_t>(size));
    std::iota(made.units.begin(), made.units.end(), 0);
  }
  const auto rows = made.mean ? 1 : static_cast<Eigen::Index>(made.units.size());
  made.total = Eigen::VectorXd::Zero(rows);
  observer_.recordings.push_back({network.signal_name(made.signal),
                                  made.mean ? std::vector<Eigen::Index>{} : made.units,
                                  Eigen::MatrixXd(rows, samples)});
  probes_.push_back(std::move(made));
}

Observer Recorder::take() {
  if (next_ < observer_.times.size()) {
    observer_.times.conservativeResize(next_);
    for (Recording& recording : observer_.recordings) {
      recording.values.conservativeResize(Eigen::NoChange, next_);
    }
  }
  observer_.unresolved = watch_.found();
  return std::move(observer_);
}

std::vector<Signal> Recorder::signals() const {
  std::vector<Signal> signals;
  for (const OfProbe& probe : probes_) {
    signals.push_back(probe.signal);
  }
  return signals;
}

void Recorder::record(long n, const Evaluation& evaluation, const double* y) {
  if (n < cutoff_) {
    return;
  }
  const bool sample = samples_at(n);
  ++averaged_steps_;
  for (std::size_t k = 0; k < probes_.size(); ++k) {
    OfProbe& probe = probes_[k];
    if (!sample && !probe.averaged) {
      continue;
    }
    const double* values = evaluation.values(probe.signal, y);
    if (probe.mean) {
      double sum = 0.0;
      for (const Eigen::Index unit : probe.units) {
        sum += values[unit];
      }
      probe.total[0] += sum / static_cast<double>(probe.units.size());
    } else {
      for (std::size_t row = 0; row < probe.units.size(); ++row) {
        probe.total[static_cast<Eigen::Index>(row)] += values[probe.units[row]];
      }
    }
    if (sample) {
      observer_.recordings[k].values.col(next_) =
          probe.averaged ? Eigen::VectorXd(probe.total / static_cast<double>(averaged_steps_))
                         : probe.total;
      probe.total.setZero();
    }
  }
  if (sample) {
    ++next_;
    averaged_steps_ = 0;
  }
}

}  // namespace rheobase::network
