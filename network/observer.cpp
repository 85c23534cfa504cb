#include "network/observer.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
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

void require_record_memory(const Network& network, const std::vector<Probe>& probes,
                           const SampleGrid& grid) {
  const auto samples = static_cast<double>(grid.count());
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
                   const SampleGrid& grid)
    : grid_(grid), watch_(network) {
  observer_.times.resize(grid.count());
  for (Eigen::Index k = 0; k < observer_.times.size(); ++k) {
    observer_.times[k] =
        static_cast<double>(first_step + grid.first() + k * grid.sampling) * network.step();
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
  std::ranges::sort(observer_.non_finite, {}, &NonFiniteValues::recording);
  return std::move(observer_);
}

std::vector<Signal> Recorder::signals() const {
  std::vector<Signal> signals;
  for (const OfProbe& probe : probes_) {
    signals.push_back(probe.signal);
  }
  return signals;
}

long Recorder::next_stop(long n) const {
  const bool averages = std::ranges::any_of(probes_, &OfProbe::averaged);
  return averages && n > grid_.cutoff ? grid_.next(n - 1) + 1 : n;
}

void Recorder::note_non_finite(std::size_t probe) {
  const Recording& recording = observer_.recordings[probe];
  const auto values = recording.values.col(next_);
  if (values.allFinite()) {
    return;
  }
  auto known = std::ranges::find(observer_.non_finite, probe, &NonFiniteValues::recording);
  for (Eigen::Index row = 0; row < values.size(); ++row) {
    if (std::isfinite(values[row])) {
      continue;
    }
    if (known == observer_.non_finite.end()) {
      const Eigen::Index unit =
          recording.units.empty() ? -1 : recording.units[static_cast<std::size_t>(row)];
      observer_.non_finite.push_back({probe, unit, observer_.times[next_], values[row], 0});
      known = std::prev(observer_.non_finite.end());
    }
    ++known->count;
  }
}

std::string describe(const NonFiniteValues& found, const Observer& seen, const Network& network) {
  const std::string& unit = network.time_unit();
  return fmt::format(
      "record {}: {} {} at time {:g}{}{}, {}: pictures leave gaps",
      seen.recordings[found.recording].name,
      std::isnan(found.value) ? "nan"
      : found.value > 0.0     ? "inf"
                              : "-inf",
      found.unit < 0 ? std::string("as the mean") : fmt::format("of unit {}", found.unit + 1),
      found.time, unit.empty() ? "" : " ", unit,
      found.count == 1 ? std::string("a value that is not finite")
                       : fmt::format("the first of {} values that are not finite", found.count));
}

void Recorder::record(long n, const Evaluation& evaluation, const double* y) {
  if (n < grid_.cutoff) {
    return;
  }
  const bool sample = grid_.holds(n);
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
      note_non_finite(k);
    }
  }
  if (sample) {
    ++next_;
    averaged_steps_ = 0;
  }
}

}  // namespace rheobase::network
