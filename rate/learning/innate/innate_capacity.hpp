// Capacity for timing (Vitay 2016, figure 3): new networks learn a pulse after delays of 250 ms to
// 8 s; the fit is the squared Pearson correlation of output and target in one noisy test trial.
#pragma once

#include <span>
#include <vector>

#include "core/run_control.hpp"
#include "rate/learning/innate/innate_experiment.hpp"

namespace rheobase::rate {

struct CapacityOptions {
  std::vector<double> delays_ms{250, 500, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000};
  int networks = 10;  ///< new ones for every delay
  InnateSetup setup =
      capacity_setup(250.0);  ///< network and numbers of trials; its trial is replaced
  TrialClock clock = capacity_clock();
  TimingTarget target;  ///< its delay is replaced
};

/// One network at one delay.
struct CapacityRow {
  double delay_ms = 0.0;
  int network = 0;                           ///< 0-based
  Seed seed = 0;                             ///< of network and trials
  double correlation = 0.0;                  ///< Pearson, mean over tests
  double r2 = 0.0;                           ///< mean over tests of its square
  double first_loss = 0.0, last_loss = 0.0;  ///< of the recurrent trials
  double seconds = 0.0;
};

/// Computes one row; a function of (options, delay, network) alone: rows may be computed in any
/// order, on any number of threads, and kept between runs.
/// @throws Cancelled where the control says stop
CapacityRow capacity_row(const CapacityOptions& options, double delay_ms, int network,
                         const RunControl& control = {});

/// Mean and error over the networks of a delay.
struct CapacityPoint {
  double delay_ms = 0.0;
  int networks = 0;
  double mean_r2 = 0.0;
  double standard_error = 0.0;  ///< population SD / sqrt(networks), as published
};

/// Points by increasing delay.
std::vector<CapacityPoint> summarise(std::span<const CapacityRow> rows);

/// The replication's figure 3: ten networks at each of ten delays, from the first version of its
/// repository (CC0); that of the final version is a trial run.
std::span<const CapacityPoint> published_capacity();

}  // namespace rheobase::rate
