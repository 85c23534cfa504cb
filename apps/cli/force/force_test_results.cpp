#include "apps/cli/force/force_test_results.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/partial_progress.hpp"

namespace rheobase::cli {

namespace {

/// Rates of both sides kept for projections.
void keep_trials(const io::ForceFile& file, const rate::ForceTrialOptions& options,
                 const RunControl& control, rate::ForceTrials (&trials)[2]) {
  rate::ForceTrialOptions kept = options;
  kept.record_every = kForceSampleEvery;
  for (const std::size_t side : {0U, 1U}) {
    kept.first_trial = options.first_trial +
                       static_cast<std::uint32_t>(side) * static_cast<std::uint32_t>(kept.trials);
    trials[side] = rate::simulate_force(
        file.network, file.task.epochs, file.task.input[side], file.task.target[side], kept,
        part_of(control, 0.5 * static_cast<double>(side), 0.5 * static_cast<double>(side + 1)));
  }
}

std::vector<double> values_of(const Eigen::MatrixXd& rates, Eigen::Index unit) {
  const Eigen::VectorXd row = rates.row(unit);
  return {row.begin(), row.end()};
}

/// Index of every unit and, for noisy trials, its class by the rank-sum test.
void add_selectivity(const io::ForceFile& file, Eigen::Index steps,
                     const rate::ForceTrials (&noisy)[2], ForceTestResults& results) {
  const Eigen::Index cue = file.task.epochs.cue;
  const auto mean = [&](const Eigen::MatrixXd& rate) -> Eigen::VectorXd {
    return rate.middleCols(cue - steps, steps).rowwise().mean();
  };
  const Eigen::VectorXd target[2] = {mean(file.task.target[0]), mean(file.task.target[1])};
  const Eigen::VectorXd network[2] = {mean(results.fresh.rate[0]), mean(results.fresh.rate[1])};
  for (Eigen::Index unit = 0; unit < target[0].size(); ++unit) {
    results.index[0].push_back(analysis::selectivity_index(target[0][unit], target[1][unit]));
    results.index[1].push_back(analysis::selectivity_index(network[0][unit], network[1][unit]));
    results.simulated.push_back(analysis::selectivity_of_trials(
        values_of(noisy[0].mean_rate, unit), values_of(noisy[1].mean_rate, unit)));
  }
  results.recovered = rate::recovered_selectivity(
      rate::selectivity_before_cue(file.task.target, cue, steps), network[0], network[1]);
}

/// Both coding directions and photoinhibition, from trials whose rates are kept.
void add_projections(const io::ForceFile& file, const ForceTestOptions& options,
                     const RunControl& control, ForceTestResults& results) {
  const rate::TrialEpochs& epochs = file.task.epochs;
  rate::ForceTrialOptions kept = options.trials;
  kept.trials = options.trajectories;
  kept.noise = options.coding_noise;
  std::vector<double> fractions{0.0};
  fractions.insert(fractions.end(), options.fractions.begin(), options.fractions.end());
  const auto parts = static_cast<double>(fractions.size());
  for (std::size_t i = 0; i < fractions.size(); ++i) {
    const auto from = static_cast<double>(i) / parts;
    kept.clamp = options.clamp;
    kept.clamp.fraction = fractions[i];
    ClampPoint point{fractions[i], kept.clamp, {}, {}};
    point.test = rate::noise_test(file.network, file.task, file.selectivity,
                                  {.trials = kept, .pvar = file.options.pvar},
                                  part_of(control, from, from + 0.4 / parts));
    rate::ForceTrials trials[2];
    keep_trials(file, kept, part_of(control, from + 0.4 / parts, from + 1.0 / parts), trials);
    if (i == 0) {
      add_selectivity(file, kept.mean_steps, trials, results);
      const std::vector<bool> all[2] = {};
      for (const rate::CodingDefinition definition :
           {rate::CodingDefinition::model, rate::CodingDefinition::recording}) {
        results.coding[static_cast<std::size_t>(definition)] =
            rate::force_coding(definition, trials, all, epochs, kForceSampleEvery);
      }
    }
    point.coding = rate::project_trials(results.coding[0], trials, epochs);
    results.clamped.push_back(std::move(point));
  }
}

void add_noise(const io::ForceFile& file, const ForceTestOptions& options,
               const RunControl& control, ForceTestResults& results) {
  const auto parts = 2.0 * static_cast<double>(options.amplitudes.size());
  double done = 0.0;
  for (const bool common : {true, false}) {
    for (const double amplitude : options.amplitudes) {
      rate::NoiseTestOptions noisy{.trials = options.trials, .pvar = file.options.pvar};
      noisy.trials.noise = amplitude;
      noisy.trials.common_noise = common;
      results.noise.push_back(
          {common, rate::noise_test(file.network, file.task, file.selectivity, noisy,
                                    part_of(control, done / parts, (done + 1.0) / parts))});
      done += 1.0;
    }
  }
}

}  // namespace

std::string collapse_text(rate::NoiseTest::Direction direction) {
  switch (direction) {
    case rate::NoiseTest::Direction::none:
      return "none";
    case rate::NoiseTest::Direction::right_to_left:
      return "right onto left";
    case rate::NoiseTest::Direction::left_to_right:
      return "left onto right";
    case rate::NoiseTest::Direction::both:
      return "both";
  }
  return "";
}

ForceTestResults force_test_results(const io::ForceFile& file, const ForceTestOptions& options,
                                    const RunControl& control) {
  const rate::TrialEpochs& epochs = file.task.epochs;
  if (options.trials.mean_steps > epochs.cue) {
    throw InputError("--mean-steps", "", std::to_string(options.trials.mean_steps),
                     "must be at most " + std::to_string(epochs.cue) +
                         ", the steps before the cue of this network");
  }
  ForceTestResults results;
  results.fresh = rate::test_force(file.network, file.task, file.options.pvar);
  results.structure = rate::force_structure(file.network, file.initial, file.task);
  add_projections(file, options, part_of(control, 0.0, 0.35), results);
  add_noise(file, options, part_of(control, 0.35, 1.0), results);
  return results;
}

}  // namespace rheobase::cli
