#include "rate/models/attractor/attractor_continuation.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "rate/models/attractor/attractor_fixed_points.hpp"
#include "tests/max_abs.hpp"
#include "tests/rate/models/attractor/golden.hpp"

namespace rheobase::rate {

namespace {

const AttractorModel& first_type() {
  return published_attractor("several-fixed-points");
}

}  // namespace

TEST_SUITE("golden") {
  TEST_CASE("continuation finds where the symmetric state loses and regains its stability") {
    const Eigen::MatrixXd expected =
        golden::attractor_file().matrix("pitchfork_h_I", 2, 2, "must be there");
    const std::vector<Branch> branches = bifurcation_diagram(first_type());
    REQUIRE(branches.size() == 3);
    REQUIRE(branches[0].bifurcations.size() == 2);
    for (Eigen::Index i = 0; i < 2; ++i) {
      const Bifurcation& found = branches[0].bifurcations[static_cast<std::size_t>(i)];
      CHECK(found.kind == BifurcationKind::pitchfork);
      // The reference is written with six decimals.
      CHECK(std::abs(found.point.state[0] - expected(i, 0)) <= 1e-6);
      CHECK(std::abs(found.point.input - expected(i, 1)) <= 1e-6);
    }
  }
}

TEST_SUITE("numeric") {
  TEST_CASE("at a pitchfork the slope of G makes the antisymmetric mode neutral") {
    // -1 + (J_same - J_other) G' = 0 for the mode (1, -1).
    const AttractorModel& model = first_type();
    const Eigen::MatrixXd weights = effective_weights(model);
    const std::vector<Branch> branches = bifurcation_diagram(model);
    for (const Bifurcation& found : branches[0].bifurcations) {
      const double slope = synaptic_rate_slope(model, found.point.state[0]);
      CHECK(std::abs((weights(0, 0) - weights(0, 1)) * slope - 1.0) <= 1e-9);
      CHECK(std::abs(found.null_vector[0] + found.null_vector[1]) <= 1e-9);
    }
  }

  TEST_CASE("stability is exchanged, and the branches hold the fixed points of the delay") {
    const AttractorModel& model = first_type();
    const double delay = common_input(model) + model.ramp;
    const std::vector<Branch> branches = bifurcation_diagram(model);
    const double first = branches[0].bifurcations[0].point.input;
    const double second = branches[0].bifurcations[1].point.input;
    for (const BranchPoint& point : branches[0].points) {
      const bool between = point.input > first && point.input < second;
      CHECK(point.unstable_directions == (between ? 1 : 0));
      CHECK(max_abs(attractor_flow(model, point.state, Eigen::VectorXd::Constant(2, point.input))) <
            1e-10);
    }
    // The branch off the first pitchfork passes the attractor of the delay and ends at the second.
    double nearest = 1e9;
    for (const BranchPoint& point : branches[1].points) {
      if (std::abs(point.input - delay) < 0.05) {
        nearest = std::min(nearest, std::abs(point.state[0] - 15.12198));
      }
    }
    CHECK(nearest < 0.1);
    CHECK(std::abs(branches[1].points.back().input - second) < 1e-3);
  }

  TEST_CASE("the first pitchfork is supercritical, the second subcritical with a fold behind it") {
    const AttractorModel& model = first_type();
    const std::vector<Branch> branches = bifurcation_diagram(model);
    CHECK(branches[0].bifurcations[0].supercritical);
    CHECK(!branches[0].bifurcations[1].supercritical);
    REQUIRE(branches[1].bifurcations.size() == 1);
    const Bifurcation& fold = branches[1].bifurcations[0];
    CHECK(fold.kind == BifurcationKind::fold);
    const double second = branches[0].bifurcations[1].point.input;
    CHECK(fold.point.input > second + 0.01);
    // Three stable and two unstable fixed points between the second pitchfork and the fold, found
    // by Newton's iteration from a grid, which knows nothing of branches.
    const auto at = [&](double input) {
      return fixed_points(model, Eigen::VectorXd::Constant(2, input));
    };
    const std::vector<FixedPoint> between = at(0.5 * (second + fold.point.input));
    REQUIRE(between.size() == 5);
    int stable = 0;
    for (const FixedPoint& point : between) {
      stable += point.stable() ? 1 : 0;
    }
    CHECK(stable == 3);
    CHECK(at(second - 0.005).size() == 3);
    CHECK(at(fold.point.input + 1e-3).size() == 1);
  }

  TEST_CASE("photoinhibition above 0.834 abolishes the two states of the delay") {
    const AttractorModel& model = first_type();
    const double pitchfork = bifurcation_diagram(model)[0].bifurcations[0].point.input;
    const double level =
        (pitchfork - common_input(model) - model.ramp) / photoinhibition_input(model);
    CHECK(std::abs(level - 0.834) <= 5e-4);
    const auto points = [&](double photoinhibition) {
      return fixed_points(model, epoch_input(model, model.ramp, 0.0, 0, photoinhibition)).size();
    };
    CHECK(points(level - 0.01) == 3);
    CHECK(points(level + 0.01) == 1);
  }

  TEST_CASE("a fold is told from a pitchfork") {
    // Strong excitation makes the symmetric state itself bistable: an S with two folds.
    AttractorModel model = first_type();
    model.same = 9.0;
    const ContinuationOptions options{.low = -40.0, .high = 20.0};
    const Branch branch = bifurcation_diagram(model, options)[0];
    int folds = 0;
    for (const Bifurcation& found : branch.bifurcations) {
      folds += found.kind == BifurcationKind::fold ? 1 : 0;
    }
    CHECK(folds == 2);
    CHECK(branch.points.back().unstable_directions == 0);
  }
}

TEST_SUITE("unit") {
  TEST_CASE("a start that is no equilibrium and an empty range are refused") {
    CHECK_THROWS_AS(continue_branch(first_type(), {0.0, Eigen::Vector2d(5.0, 1.0), 0}, 1),
                    InputError);
    CHECK_THROWS_AS(bifurcation_diagram(first_type(), {.low = 3.0, .high = 2.0}), InputError);
  }
}

}  // namespace rheobase::rate
