// Small networks and trials that several tests of this module share.
#pragma once

#include <vector>

#include "core/dispatch.hpp"
#include "core/random.hpp"
#include "rate/models/dale_model.hpp"
#include "rate/models/initialise.hpp"
#include "rate/tasks/trial.hpp"

namespace rheobase::testing {

/// A balanced network with a readout large enough for its gradients to matter.
inline rate::DaleModel small_network(rate::NetworkOptions options, int inputs, Seed seed) {
  if (options.dale) {
    options.initialisation = rate::Initialisation::balanced;
  }
  rate::DaleModel model = rate::make_dale_model(options, inputs, seed);
  model.w_out *= 20.0;
  model.b_out.setConstant(0.05);
  return model;
}

/// Trials of smooth random inputs and targets.
inline std::vector<rate::Trial> random_trials(int count, int inputs, int steps, Seed seed,
                                              int outputs = 1) {
  std::vector<rate::Trial> trials;
  for (int i = 0; i < count; ++i) {
    RandomStream stream(seed, static_cast<std::uint32_t>(i), Purpose::task);
    rate::Trial trial{Eigen::MatrixXd(inputs, steps), Eigen::MatrixXd(outputs, steps), 0};
    for (double& value : trial.input.reshaped()) {
      value = stream.normal();
    }
    for (double& value : trial.target.reshaped()) {
      value = stream.uniform(-1.0, 1.0);
    }
    trials.push_back(std::move(trial));
  }
  return trials;
}

inline std::vector<SimdLevel> supported_levels() {
  std::vector<SimdLevel> levels;
  for (const SimdLevel level : {SimdLevel::portable, SimdLevel::avx2, SimdLevel::avx512}) {
    if (level <= simd_level()) {
      levels.push_back(level);
    }
  }
  return levels;
}

}  // namespace rheobase::testing
