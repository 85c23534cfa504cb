#include "rate/learning/innate/innate_capacity.hpp"

#include <array>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "core/error.hpp"

namespace rheobase::rate {

namespace {

/// A seed of its own for every (seed, delay, network).
Seed derived_seed(Seed seed, double delay_ms, int network) {
  const auto microseconds = static_cast<std::uint64_t>(std::llround(delay_ms * 1000.0));
  return philox_block(
      {static_cast<std::uint32_t>(microseconds), static_cast<std::uint32_t>(microseconds >> 32),
       static_cast<std::uint32_t>(network), 0},
      {seed, static_cast<std::uint32_t>(Purpose::initialisation)})[0];
}

}  // namespace

CapacityRow capacity_row(const CapacityOptions& options, double delay_ms, int network,
                         const RunControl& control) {
  if (network < 0 || network >= options.networks) {
    throw InputError("capacity", "network", fmt::format("{}", network),
                     fmt::format("must be in 0 ... {}", options.networks - 1));
  }
  InnateExperiment experiment = options.setup.experiment;
  experiment.seed = derived_seed(experiment.seed, delay_ms, network);
  experiment.rule.schedule.seed = experiment.seed;
  TimingTarget target = options.target;
  target.delay_ms = delay_ms;
  experiment.trials =
      capacity_setup(target, options.clock, options.setup.network.step_ms).experiment.trials;
  const InnateResult result =
      run_innate(make_reservoir(options.setup.network, experiment.seed), experiment, control,
                 {.every = 0, .save = {}, .abandon = true});
  if (result.cancelled) {
    throw Cancelled("capacity: stopped");
  }
  CapacityRow row{.delay_ms = delay_ms, .network = network, .seed = experiment.seed};
  double tests = 0.0;
  for (const InnateTest& test : result.tests) {
    if (test.trained && !test.perturbed) {
      row.correlation += test.correlation.mean();
      row.r2 += test.r2();
      tests += 1.0;
    }
  }
  if (tests > 0.0) {
    row.correlation /= tests;
    row.r2 /= tests;
  }
  if (!result.state.recurrent_loss.empty()) {
    row.first_loss = result.state.recurrent_loss.front();
    row.last_loss = result.state.recurrent_loss.back();
  }
  row.seconds = result.seconds;
  return row;
}

std::vector<CapacityPoint> summarise(std::span<const CapacityRow> rows) {
  std::map<double, std::vector<double>> by_delay;
  for (const CapacityRow& row : rows) {
    by_delay[row.delay_ms].push_back(row.r2);
  }
  std::vector<CapacityPoint> points;
  for (const auto& [delay, values] : by_delay) {
    const Eigen::Map<const Eigen::ArrayXd> r2(values.data(),
                                              static_cast<Eigen::Index>(values.size()));
    const auto n = static_cast<double>(values.size());
    points.push_back({.delay_ms = delay,
                      .networks = static_cast<int>(values.size()),
                      .mean_r2 = r2.mean(),
                      .standard_error = std::sqrt((r2 - r2.mean()).square().mean() / n)});
  }
  return points;
}

std::span<const CapacityPoint> published_capacity() {
  static constexpr std::array<CapacityPoint, 10> points{{{250.0, 10, 0.99967, 0.00006},
                                                         {500.0, 10, 0.99945, 0.00006},
                                                         {1000.0, 10, 0.99801, 0.00090},
                                                         {2000.0, 10, 0.98717, 0.01079},
                                                         {3000.0, 10, 0.99288, 0.00256},
                                                         {4000.0, 10, 0.86499, 0.09248},
                                                         {5000.0, 10, 0.36177, 0.13527},
                                                         {6000.0, 10, 0.19021, 0.07114},
                                                         {7000.0, 10, 0.04435, 0.02359},
                                                         {8000.0, 10, 0.14366, 0.07749}}};
  return points;
}

}  // namespace rheobase::rate
