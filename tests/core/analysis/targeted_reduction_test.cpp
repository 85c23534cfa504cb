#include "core/analysis/targeted_reduction.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "core/analysis/subspace.hpp"
#include "core/error.hpp"
#include "core/random.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::analysis;

namespace {

/// Trials with planted axes: activity = sum_v variable_v * time course_v * axis_v + noise.
struct Planted {
  std::vector<Eigen::MatrixXd> trials;
  Eigen::MatrixXd variables;  // trials x 4: choice, modality 1, modality 2, context
  std::vector<int> conditions;
  Eigen::MatrixXd axes;  // 40 x 4
};

constexpr Eigen::Index kUnits = 40;
constexpr Eigen::Index kSamples = 50;

double course(Eigen::Index variable, Eigen::Index t) {
  // Peaks at samples 40, 10, 20 and 30.
  constexpr double centre[] = {40.0, 10.0, 20.0, 30.0};
  return std::exp(-0.5 * std::pow((static_cast<double>(t) - centre[variable]) / 4.0, 2));
}

Planted plant(const Eigen::MatrixXd& axes, double noise, int repeats) {
  RandomStream random(11, 0, Purpose::initialisation);
  Planted planted{{}, Eigen::MatrixXd(16 * repeats, 4), {}, axes};
  for (int k = 0; k < 16 * repeats; ++k) {
    const int condition = k % 16;
    Eigen::MatrixXd trial(kUnits, kSamples);
    for (Eigen::Index v = 0; v < 4; ++v) {
      planted.variables(k, v) = (condition >> v) % 2 == 0 ? 1.0 : -1.0;
    }
    for (Eigen::Index t = 0; t < kSamples; ++t) {
      Eigen::VectorXd state = Eigen::VectorXd::Constant(kUnits, 7.0);
      for (Eigen::Index v = 0; v < 4; ++v) {
        state += planted.variables(k, v) * course(v, t) * axes.col(v);
      }
      for (Eigen::Index i = 0; i < kUnits; ++i) {
        trial(i, t) = state[i] + noise * random.normal();
      }
    }
    planted.trials.push_back(trial);
    planted.conditions.push_back(condition);
  }
  return planted;
}

/// Axes whose entries all have modulus 1 / sqrt(N), so that every unit has the same variance and
/// z-scoring keeps directions; nearly orthogonal.
Eigen::MatrixXd balanced_axes() {
  Eigen::MatrixXd axes(kUnits, 4);
  for (Eigen::Index i = 0; i < kUnits; ++i) {
    for (Eigen::Index v = 0; v < 4; ++v) {
      axes(i, v) = ((i >> v) % 2 == 0 ? 1.0 : -1.0) / std::sqrt(static_cast<double>(kUnits));
    }
  }
  return axes;
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("planted axes and their times are found again") {
    const Planted planted = plant(balanced_axes(), 0.0, 1);
    TargetedReductionOptions options;
    options.denoising_components = 4;
    const TargetedReduction result =
        targeted_reduction(planted.trials, planted.variables, planted.conditions, options);
    CHECK(result.peak == std::vector<Eigen::Index>{40, 10, 20, 30});
    CHECK(result.denoised_variance == near(1.0, 1e-12));
    for (Eigen::Index v = 0; v < 4; ++v) {
      const Eigen::VectorXd found = result.regression_axes.col(v).normalized();
      CHECK(found.dot(planted.axes.col(v).normalized()) == near(1.0, 1e-10));
    }
    CHECK((result.axes.transpose() * result.axes).isApprox(Eigen::MatrixXd::Identity(4, 4), 1e-12));
    CHECK(principal_angles(result.axes, planted.axes).maxCoeff() < 1e-7);
  }

  TEST_CASE("each axis is orthogonal to those before it and points along its coefficients") {
    const Planted planted = plant(balanced_axes(), 0.0, 1);
    const TargetedReduction result =
        targeted_reduction(planted.trials, planted.variables, planted.conditions);
    CHECK(result.axes.col(0).dot(result.regression_axes.col(0)) ==
          near(result.regression_axes.col(0).norm(), 1e-12));
    for (Eigen::Index v = 1; v < 4; ++v) {
      CHECK(result.axes.col(v).dot(result.regression_axes.col(v)) > 0.0);
      for (Eigen::Index u = 0; u < v; ++u) {
        CHECK(std::abs(result.axes.col(v).dot(result.regression_axes.col(u))) < 1e-10);
      }
    }
  }

  TEST_CASE("trajectories separate along an axis by its variable alone") {
    const Planted planted = plant(balanced_axes(), 0.0, 1);
    const TargetedReduction result =
        targeted_reduction(planted.trials, planted.variables, planted.conditions);
    REQUIRE(result.conditions.size() == 16);
    for (std::size_t c = 0; c < 16; ++c) {
      for (Eigen::Index v = 0; v < 4; ++v) {
        const double sign = (result.conditions[c] >> v) % 2 == 0 ? 1.0 : -1.0;
        const Eigen::Index peak = result.peak[static_cast<std::size_t>(v)];
        CHECK(sign * result.projections[c](v, peak) > 0.0);
      }
    }
  }

  TEST_CASE("denoising keeps the axes under noise on single trials") {
    const Planted planted = plant(balanced_axes(), 0.5, 25);
    TargetedReductionOptions options;
    options.denoising_components = 4;
    const TargetedReduction denoised =
        targeted_reduction(planted.trials, planted.variables, planted.conditions, options);
    options.denoising_components = static_cast<int>(kUnits);
    const TargetedReduction raw =
        targeted_reduction(planted.trials, planted.variables, planted.conditions, options);
    for (Eigen::Index v = 0; v < 4; ++v) {
      const Eigen::VectorXd truth = planted.axes.col(v).normalized();
      const double with = denoised.regression_axes.col(v).normalized().dot(truth);
      const double without = raw.regression_axes.col(v).normalized().dot(truth);
      CHECK(with > 0.97);
      CHECK(with >= without);
    }
  }

  TEST_CASE("a silent unit has no part in any axis") {
    Planted planted = plant(balanced_axes(), 0.0, 1);
    for (Eigen::MatrixXd& trial : planted.trials) {
      trial.row(3).setConstant(0.1);
    }
    const TargetedReduction result =
        targeted_reduction(planted.trials, planted.variables, planted.conditions);
    CHECK(result.axes.row(3).norm() < 1e-10);
  }

  TEST_CASE("arguments that do not fit are refused") {
    Planted planted = plant(balanced_axes(), 0.0, 1);
    const auto run = [&](const Eigen::MatrixXd& variables) {
      return targeted_reduction(planted.trials, variables, planted.conditions);
    };
    CHECK_THROWS_AS(targeted_reduction({}, planted.variables, planted.conditions), InputError);
    CHECK_THROWS_AS(run(planted.variables.topRows(3)), InputError);
    Eigen::MatrixXd repeated = planted.variables;
    repeated.col(1) = repeated.col(0);
    CHECK_THROWS_AS(run(repeated), InputError);
    CHECK_THROWS_AS(run(Eigen::MatrixXd::Ones(16, 1)), InputError);
    TargetedReductionOptions options;
    options.denoising_components = 1;
    CHECK_THROWS_AS(
        targeted_reduction(planted.trials, planted.variables, planted.conditions, options),
        InputError);
    planted.trials[2](0, 0) = NAN;
    CHECK_THROWS_AS(run(planted.variables), InputError);
    planted.trials[2] = Eigen::MatrixXd::Zero(kUnits, 2);
    CHECK_THROWS_AS(run(planted.variables), InputError);
  }

  TEST_CASE("it can be stopped between trials") {
    const Planted planted = plant(balanced_axes(), 0.0, 1);
    int asked = 0;
    CHECK_THROWS_AS(targeted_reduction(planted.trials, planted.variables, planted.conditions, {},
                                       [&] { return ++asked == 2; }),
                    Cancelled);
    CHECK(asked == 2);
  }
}
