#include "rate/models/attractor/attractor_fixed_points.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "tests/max_abs.hpp"
#include "tests/rate/models/attractor/golden.hpp"

namespace rheobase::rate {

namespace {

const AttractorModel& first_type_for_flow() {
  return published_attractor("several-fixed-points");
}

void check_against(const io::MatFile& file, const std::string& name, const Eigen::VectorXd& input,
                   double tolerance) {
  const Eigen::MatrixXd expected = file.matrix(name, -1, 4, "must be there");
  const std::vector<FixedPoint> found = fixed_points(first_type_for_flow(), input);
  CAPTURE(name);
  REQUIRE(static_cast<Eigen::Index>(found.size()) == expected.rows());
  for (const FixedPoint& point : found) {
    double nearest = 1.0;
    for (Eigen::Index row = 0; row < expected.rows(); ++row) {
      Eigen::Vector2d eigenvalues = expected.row(row).tail(2);
      std::sort(eigenvalues.begin(), eigenvalues.end(), std::greater<>());
      const double state_error = max_abs(expected.row(row).head(2).transpose() - point.state);
      const double value_error = max_abs(eigenvalues - point.eigenvalues.real());
      nearest = std::min(nearest, std::max(state_error, value_error));
    }
    CHECK(nearest <= tolerance);
    CHECK(max_abs(attractor_flow(first_type_for_flow(), point.state, input)) < 1e-12);
  }
}

}  // namespace

TEST_SUITE("golden") {
  TEST_CASE("fixed points and eigenvalues of every epoch are the published model's") {
    const io::MatFile file = golden::attractor_file();
    const AttractorModel& model = first_type_for_flow();
    // The reference solved to a residual of about 1e-8: its mirror images differ by 1e-8.
    const double solved = 1e-7;
    check_against(file, "fp_presample", epoch_input(model, 0.0), solved);
    check_against(file, "fp_sample_side1", epoch_input(model, model.ramp, model.cue, 0), solved);
    check_against(file, "fp_delay", epoch_input(model, model.ramp), solved);
    for (const int level : {1, 2, 6}) {
      check_against(file, "fp_PV" + std::to_string(level),
                    epoch_input(model, model.ramp, 0.0, 0, level), solved);
    }
  }
}

TEST_SUITE("numeric") {
  TEST_CASE("the delay has two attractors and a saddle that takes 1.4 s to leave") {
    const AttractorModel& model = first_type_for_flow();
    const std::vector<FixedPoint> points = fixed_points(model, epoch_input(model, model.ramp));
    REQUIRE(points.size() == 3);
    CHECK(points[0].stable());
    CHECK(points[2].stable());
    CHECK(points[1].unstable_directions() == 1);
    CHECK(std::abs(points[1].state[0] - points[1].state[1]) <= 1e-9);
    CHECK(max_abs(points[0].state - points[2].state.reverse()) <= 1e-9);
    CHECK(std::abs(1.0 / points[1].eigenvalues[0].real() - 1402.9) <= 1.0);
  }

  TEST_CASE("the slope of G is its derivative, for every type and on both sides of zero") {
    for (const AttractorModel& model : published_attractors()) {
      for (const double h : {-20.0, -3.0, 0.0, 2.0, 11.0, 40.0}) {
        const double e = 1e-5;
        const double slope =
            (synaptic_rate(model, h + e) - synaptic_rate(model, h - e)) / (2.0 * e);
        CAPTURE(model.name);
        CAPTURE(h);
        CHECK(std::abs(synaptic_rate_slope(model, h) - slope) <= 1e-9);
      }
    }
  }

  TEST_CASE("both nullclines pass through all fixed points") {
    const AttractorModel& model = first_type_for_flow();
    const Eigen::VectorXd input = epoch_input(model, model.ramp);
    for (const FixedPoint& point : fixed_points(model, input)) {
      const Eigen::VectorXd on_first = nullcline(model, input, point.state.head(1));
      const Eigen::VectorXd on_second = nullcline(model, input.reverse(), point.state.tail(1));
      CHECK(std::abs(on_first[0] - point.state[1]) <= 1e-8);
      CHECK(std::abs(on_second[0] - point.state[0]) <= 1e-8);
    }
  }

  TEST_CASE("each type has the attractors its name says, in the delay") {
    const auto stable = [](const std::string& name) {
      const AttractorModel& model = published_attractor(name);
      int count = 0;
      for (const FixedPoint& point : fixed_points(model, epoch_input(model, model.ramp))) {
        count += point.stable() ? 1 : 0;
      }
      return count;
    };
    CHECK(stable("several-fixed-points") == 2);
    CHECK(stable("single-fixed-point") == 1);
    CHECK(stable("two-hemispheres-ramp") >= 2);
    CHECK(stable("two-hemispheres-internal") >= 2);
  }
}

TEST_SUITE("unit") {
  TEST_CASE("an input of another size and a nullcline of four populations are refused") {
    CHECK_THROWS_AS(fixed_points(first_type_for_flow(), Eigen::VectorXd::Zero(3)), InputError);
    const AttractorModel& two = published_attractor("two-hemispheres-step");
    CHECK_THROWS_AS(nullcline(two, Eigen::VectorXd::Zero(4), Eigen::VectorXd::Zero(1)), InputError);
  }
}

}  // namespace rheobase::rate
