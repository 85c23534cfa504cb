#include "rate/models/attractor/attractor_analysis.hpp"

#include <cmath>
#include <numbers>
#include <numeric>
#include <string>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "tests/tolerances.hpp"

namespace rheobase::rate {

namespace {

struct Levels {
  analysis::CodingDirection direction;
  std::vector<AttractorSummary> summary;
};

Levels run_levels(const std::string& type, int trials) {
  const AttractorModel& model = published_attractor(type);
  Levels levels;
  for (std::size_t i = 0; i < model.photoinhibition.size(); ++i) {
    AttractorTrialOptions options{.trials = trials, .photoinhibition = model.photoinhibition[i]};
    options.first_trial = static_cast<std::uint32_t>(i) * 100000U;
    const AttractorTrials run = simulate_attractor(model, {}, options);
    if (i == 0) {
      levels.direction = attractor_coding_direction(run);
    }
    levels.summary.push_back(summarise(run, {}, levels.direction));
  }
  return levels;
}

double correct_share(const AttractorSummary& summary) {
  return (summary.correct[0].value + summary.correct[1].value) / 2.0;
}

/// Five standard errors of the difference of two proportions near `share`.
double allowed(double share, double first, double second) {
  return tolerance::kSigmas * std::sqrt(share * (1.0 - share) * (1.0 / first + 1.0 / second));
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double sd_of(const std::vector<double>& values) {
  double squares = 0.0;
  for (const double value : values) {
    squares += std::pow(value - mean_of(values), 2);
  }
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

}  // namespace

TEST_SUITE("statistical") {
  TEST_CASE("performance and endpoints over photoinhibition are the published program's") {
    // Reference: 1000 trials of an independent port of the published program.
    struct Expected {
      double right, left, endpoint, spread;
    };
    const Expected expected[] = {{0.91, 0.89, 0.98, 0.13},
                                 {0.88, 0.89, 0.97, 0.15},
                                 {0.79, 0.77, 0.87, 0.16},
                                 {0.50, 0.51, 0.77, 0.17}};
    const Levels levels = run_levels("several-fixed-points", 2000);
    for (std::size_t i = 0; i < 4; ++i) {
      const AttractorSummary& found = levels.summary[i];
      CAPTURE(i);
      // Half a percent and half a hundredth for the reference's rounding.
      CHECK(std::abs(found.correct[0].value - expected[i].right) <=
            allowed(expected[i].right, 500, 1000) + 0.005);
      CHECK(std::abs(found.correct[1].value - expected[i].left) <=
            allowed(expected[i].left, 500, 1000) + 0.005);
      const std::vector<double>& endpoints = found.correct_trials[0].at_delay_end;
      const double n = 500.0 * expected[i].right;
      const auto m = static_cast<double>(endpoints.size());
      // The medians that set the scale err by sqrt(pi / 2) SD / sqrt(n) each, in both programs.
      const double own = std::pow(expected[i].spread, 2) * (1.0 / n + 1.0 / m);
      const double scale = std::numbers::pi * std::pow(0.13, 2) * (1.0 / 450.0 + 1.0 / 900.0);
      const double error = std::sqrt(own + scale);
      CHECK(std::abs(mean_of(endpoints) - expected[i].endpoint) <=
            tolerance::kSigmas * error + 0.005);
      CHECK(std::abs(sd_of(endpoints) - expected[i].spread) <=
            tolerance::kSigmas * expected[i].spread * std::sqrt(0.5 / n + 0.5 / m) + 0.005);
    }
  }

  TEST_CASE(
      "error trials end at the other side's attractor, and fluctuations shrink in the delay") {
    const Levels levels = run_levels("several-fixed-points", 1000);
    const AttractorSummary& free = levels.summary[0];
    CHECK(mean_of(free.error_trials[0].endpoint) < 0.35);
    CHECK(mean_of(free.error_trials[1].endpoint) > 0.65);
    // Reference, 1000 trials: 0.20 at the end of the sample, 0.13 at the end of the delay.
    const Eigen::VectorXd fluctuation = relative_fluctuation(free, {}, 0);
    const Eigen::VectorXd& sd = free.correct_trials[0].projection.sd;
    const double of_sd = tolerance::kSigmas / std::sqrt(450.0);
    CHECK(std::abs(sd[250] - 0.20) <= 0.20 * of_sd + 0.005);
    CHECK(std::abs(sd[450] - 0.13) <= 0.13 * of_sd + 0.005);
    CHECK(fluctuation[250] == 1.0);
    CHECK(fluctuation[450] < 0.9);
    // Weak photoinhibition is recovered from by the end of the delay, strong is not.
    const double early = projection_change(levels.summary[1], free, 4499.0 - 1250.0);
    const double late = projection_change(levels.summary[1], free, 4449.0);
    CHECK(early > 2.0 * late);
    CHECK(projection_change(levels.summary[3], free, 4449.0) > 2.0 * late);
    CHECK(free.switched[0] <= static_cast<int>(free.error_trials[0].endpoint.size()));
    CHECK(levels.summary[3].switched[0] > free.switched[0]);
  }

  TEST_CASE("the phase line of two attractors falls through zero at both") {
    const Levels levels = run_levels("several-fixed-points", 1000);
    const analysis::PhaseLine line = attractor_phase_line(levels.summary, {});
    REQUIRE(line.position.size() >= 4);
    // Between the attractors the flow leads outwards: negative below one half, positive above.
    for (std::size_t i = 0; i < line.position.size(); ++i) {
      if (line.position[i] > 0.15 && line.position[i] < 0.3) {
        CHECK(line.speed[i] < 0.0);
      }
      if (line.position[i] > 0.7 && line.position[i] < 0.85) {
        CHECK(line.speed[i] > 0.0);
      }
    }
  }

  TEST_CASE("the other four types perform as the published program's") {
    struct Expected {
      const char* type;
      std::vector<double> correct;
    };
    const std::vector<Expected> all{{"single-fixed-point", {1.0, 1.0, 1.0, 1.0}},
                                    {"two-hemispheres-ramp", {0.97, 0.94, 0.93, 0.51}},
                                    {"two-hemispheres-step", {0.92, 0.91, 0.92, 0.90, 0.53}},
                                    {"two-hemispheres-internal", {0.86, 0.85, 0.85, 0.51}}};
    for (const Expected& expected : all) {
      const Levels levels = run_levels(expected.type, 1000);
      REQUIRE(levels.summary.size() == expected.correct.size());
      for (std::size_t i = 0; i < expected.correct.size(); ++i) {
        CAPTURE(expected.type);
        CAPTURE(i);
        // 400 reference trials; half a percent for their rounding.
        CHECK(std::abs(correct_share(levels.summary[i]) - expected.correct[i]) <=
              allowed(expected.correct[i], 400, 1000) + 0.006);
      }
    }
  }
}

TEST_SUITE("numeric") {
  TEST_CASE("medians of the endpoints are zero and one, and histograms count every trial") {
    const AttractorModel& model = published_attractor("several-fixed-points");
    const AttractorTrials run = simulate_attractor(model, {}, {.trials = 400});
    const analysis::CodingDirection direction = attractor_coding_direction(run);
    const AttractorSummary summary = summarise(run, {}, direction);
    CHECK(std::abs(analysis::median(summary.correct_trials[0].endpoint) - 1.0) <= 1e-12);
    CHECK(std::abs(analysis::median(summary.correct_trials[1].endpoint)) <= 1e-12);
    for (const int side : {0, 1}) {
      double total = 0.0;
      for (const bool errors : {false, true}) {
        for (const double share : summary.endpoint_histogram(side, errors)) {
          total += share;
        }
      }
      CHECK(std::abs(total - 1.0) <= 1e-12);
    }
    // The direction is antisymmetric up to noise, and not of unit length.
    CHECK(direction.vector[0] > 0.0);
    CHECK(direction.vector[1] < 0.0);
    CHECK(std::abs(direction.vector.norm() - 1.0) > 0.1);
  }

  TEST_CASE("unperturbed trials without a correct one give no direction") {
    AttractorTrials none;
    none.side = {0, 1};
    none.correct = {false, true};
    none.endpoint_rate = none.smoothed_endpoint_rate = Eigen::MatrixXd::Ones(2, 2);
    CHECK_THROWS_WITH_AS(attractor_coding_direction(none), doctest::Contains("right trials"),
                         InputError);
  }
}

}  // namespace rheobase::rate
