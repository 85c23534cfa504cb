#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "network/network.hpp"
#include "network/resolution_watch.hpp"

namespace rheobase::network {

class Evaluation;

/// What to record of a run.
struct Probe {
  std::string signal;                 ///< "exc.v", "exc.r", "exc.spike", "exc.r_in", "readout"
  std::vector<Eigen::Index> units{};  ///< 0-based; empty: all
  bool mean = false;                  ///< the mean over those units alone
  /// The mean over the steps since the last record rather than the value now.
  bool averaged = false;
};

struct Recording {
  std::string name;                 ///< the signal's
  std::vector<Eigen::Index> units;  ///< of the rows; empty for a mean
  Eigen::MatrixXd values;           ///< units x samples, 1 x samples for a mean
};

struct NetworkSpike {
  double time = 0.0;
  std::uint32_t population = 0;
  std::uint32_t unit = 0;

  bool operator==(const NetworkSpike&) const = default;
};

/// Values of a record that are not finite: outputs may be, variables are not.
struct NonFiniteValues {
  std::size_t recording = 0;  ///< of the observer
  Eigen::Index unit = -1;     ///< of the first of them, 0-based; -1: a mean
  double time = 0.0;          ///< of the first of them
  double value = 0.0;
  long count = 0;
};

/// What a run recorded. Sample k is the network at times[k], before the step that starts then.
struct Observer {
  Eigen::VectorXd times;
  std::vector<Recording> recordings;           ///< in the order of the probes
  std::vector<NetworkSpike> spikes;            ///< in order of time
  std::vector<UnresolvedSpikes> unresolved{};  ///< of runs in fixed steps, recorded or not
  std::vector<NonFiniteValues> non_finite{};   ///< one a recording that has such values

  /// The recording of a signal. @throws InputError
  const Recording& operator[](const std::string& name) const;
};

/// The samples of a run: the steps that are multiples of `sampling` in the time of the state, and
/// are not before step `cutoff` of the run.
struct SampleGrid {
  long steps = 0;  ///< of the run
  long sampling = 1;
  long cutoff = 0;
  long phase = 0;  ///< steps from the last multiple of `sampling` to the run's first step

  bool holds(long n) const { return n >= cutoff && (n + phase) % sampling == 0; }
  long first() const { return next(cutoff); }
  /// The first multiple that is not before step n.
  long next(long n) const { return (n + phase + sampling - 1) / sampling * sampling - phase; }
  long count() const { return first() < steps ? (steps - first() - 1) / sampling + 1 : 0; }
};

/// Before a run. @throws InputError where its records do not fit into memory
void require_record_memory(const Network& network, const std::vector<Probe>& probes,
                           const SampleGrid& grid);

/// "record a.r: nan of unit 1 at time 3 ms, the first of 17 values that are not finite".
std::string describe(const NonFiniteValues& found, const Observer& seen, const Network& network);

/// Fills an observer while a network runs.
class Recorder {
 public:
  /// @throws InputError for signals and units that do not exist
  Recorder(const Network& network, const std::vector<Probe>& probes, long first_step,
           const SampleGrid& grid);

  /// Signals that must be evaluated.
  std::vector<Signal> signals() const;
  /// Step `n` of the run, 0-based, at the state of the last evaluation.
  void record(long n, const Evaluation& evaluation, const double* y);
  void spike(double time, std::size_t population, std::uint32_t unit) {
    observer_.spikes.push_back({time, static_cast<std::uint32_t>(population), unit});
  }
  /// The first step from `n` on before which a run may stop, so that one that goes on records what
  /// one run would have: averages are not cut in two.
  long next_stop(long n) const;
  /// The units that spike in step `n` of a run in fixed steps, recorded or not.
  void watch(long n, double time, std::size_t population, std::span<const std::uint32_t> units) {
    watch_.spikes(n, time, population, units);
  }
  /// What was recorded so far; the recorder is then to be thrown away.
  Observer take();

 private:
  struct OfProbe {
    Signal signal;
    std::vector<Eigen::Index> units;
    bool mean;
    bool averaged;
    Eigen::VectorXd total;
  };

  void add_probe(const Network& network, const Probe& probe, Eigen::Index samples);
  /// The first value of a sample that is not finite is kept, and how many there are.
  void note_non_finite(std::size_t probe);

  SampleGrid grid_;
  Eigen::Index next_ = 0;
  long averaged_steps_ = 0;
  std::vector<OfProbe> probes_;
  ResolutionWatch watch_;
  Observer observer_;
};

}  // namespace rheobase::network
