#include "rate/models/attractor/attractor_trials.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>
#include <vector>

#include <boost/numeric/odeint.hpp>
#include <doctest/doctest.h>

#include "rate/models/attractor/attractor_fixed_points.hpp"
#include "tests/max_abs.hpp"
#include "tests/rate/models/attractor/golden.hpp"
#include "tests/tolerances.hpp"

namespace rheobase::rate {

namespace {

using golden::GoldenArray;

const AttractorModel& first_type_for_trials() {
  return published_attractor("several-fixed-points");
}

AttractorModel without_noise(AttractorModel model) {
  model.noise = 0.0;
  return model;
}

/// State at the end of a run of the flow without inputs but the ramp's final value.
Eigen::VectorXd dopri5_end(const AttractorModel& model, double duration_ms, double start) {
  namespace odeint = boost::numeric::odeint;
  using State = std::vector<double>;
  const Eigen::VectorXd input = epoch_input(model, 0.0);
  State h{start, start + 0.5};
  odeint::integrate_adaptive(
      odeint::make_controlled<odeint::runge_kutta_dopri5<State>>(1e-12, 1e-12),
      [&](const State& x, State& slope, double) {
        const Eigen::VectorXd flow =
            attractor_flow(model, Eigen::Map<const Eigen::VectorXd>(x.data(), 2), input);
        slope[0] = flow[0] / model.tau_ms;
        slope[1] = flow[1] / model.tau_ms;
      },
      h, 0.0, duration_ms, 1.0);
  return Eigen::Map<const Eigen::VectorXd>(h.data(), 2);
}

Eigen::VectorXd euler_end(AttractorModel model, double step_ms, double duration_ms, double start) {
  model.step_ms = step_ms;
  model.ramp = 0.0;
  AttractorProtocol protocol;
  protocol.duration_ms = duration_ms;
  protocol.sample_ms = 0.0;
  protocol.delay_ms = 10.0;
  protocol.go_ms = protocol.cue_off_ms = protocol.photoinhibition_off_ms = duration_ms;
  protocol.cue_on_ms = protocol.photoinhibition_on_ms = 0.0;
  AttractorInput input;
  input.initial_state = Eigen::Vector2d(start, start + 0.5);
  return run_attractor(model, protocol, input).state.rightCols(1);
}

}  // namespace

TEST_SUITE("golden") {
  TEST_CASE("the first type has the published program's parameters") {
    const io::MatFile file = golden::attractor_file();
    const AttractorModel& model = first_type_for_trials();
    const std::vector<std::pair<const char*, double>> ours{{"jCC", model.same},
                                                           {"jCN", model.other},
                                                           {"jCI", model.from_inhibition},
                                                           {"jIC", model.to_inhibition},
                                                           {"jII", model.inhibition},
                                                           {"JH", model.across},
                                                           {"iC", model.drive},
                                                           {"iI", model.drive_inhibition},
                                                           {"tauD", model.depression_s},
                                                           {"tauf", model.facilitation_s},
                                                           {"U", model.release},
                                                           {"alpha", model.softness},
                                                           {"tau", model.tau_ms},
                                                           {"dt", model.step_ms},
                                                           {"noise", model.noise},
                                                           {"ramp", model.ramp},
                                                           {"amp", model.cue},
                                                           {"sig", model.cue_sd}};
    for (const auto& [name, value] : ours) {
      CAPTURE(name);
      CHECK(value == file.number(std::string("par_") + name, "must be there"));
    }
    const Eigen::VectorXd levels = file.vector("PV", 4, "must be there");
    CHECK(std::equal(levels.begin(), levels.end(), model.photoinhibition.begin(),
                     model.photoinhibition.end()));
  }

  TEST_CASE("the published program's deterministic trials are repeated state by state") {
    const io::MatFile file = golden::attractor_file();
    const GoldenArray h(file, "h");
    const GoldenArray r(file, "r");
    const GoldenArray index(file, "t_index_kept_zero_based");
    const AttractorModel& model = first_type_for_trials();
    for (int side = 0; side < 2; ++side) {
      for (std::size_t level = 0; level < 4; ++level) {
        const AttractorTrajectory run = run_attractor(
            model, {},
            {.side = side, .cue = model.cue, .photoinhibition = model.photoinhibition[level]});
        REQUIRE(run.state.cols() == 6001);
        double state_error = 0.0;
        double rate_error = 0.0;
        for (std::size_t k = 0; k < 301; ++k) {
          const auto t = static_cast<Eigen::Index>(index(0, k));
          for (Eigen::Index p = 0; p < 2; ++p) {
            state_error = larger(state_error, std::abs(run.state(p, t) - h(side, level, k, p)));
            rate_error = larger(rate_error, std::abs(run.rate(p, t) - r(side, level, k, p)));
          }
        }
        CAPTURE(side);
        CAPTURE(level);
        CHECK(state_error <= golden::kStructured);
        CHECK(rate_error <= golden::kStructured);
      }
    }
  }

  TEST_CASE("consecutive states and the courses of the inputs are the published ones") {
    const io::MatFile file = golden::attractor_file();
    const AttractorModel& model = first_type_for_trials();
    const AttractorCourses courses = input_courses({}, model);
    CHECK(largest_difference(courses.cue, file.vector("stim_shape", 6000, "must be there")) == 0.0);
    CHECK(largest_difference(courses.photoinhibition,
                             file.vector("PV_shape", 6000, "must be there")) == 0.0);
    CHECK(largest_difference(courses.ramp * model.ramp,
                             file.vector("ramp", 6000, "must be there")) <= 1e-15);
    CHECK(largest_difference(effective_weights(model),
                             file.matrix("W_eff", 2, 2, "must be there")) <= 1e-15);
    const AttractorTrajectory run = run_attractor(model, {}, {.cue = model.cue});
    CHECK(largest_difference(run.state.leftCols(100).transpose(),
                             file.matrix("h_full_side1_first100", 100, 2, "")) <=
          golden::kStructured);
    CHECK(largest_difference(run.state.middleCols(1500, 100).transpose(),
                             file.matrix("h_full_side1_1500_1600", 100, 2, "")) <=
          golden::kStructured);
  }

  TEST_CASE("with the published program's noise its noisy trials are repeated") {
    const io::MatFile file = golden::attractor_file();
    const AttractorModel& model = first_type_for_trials();
    const Eigen::MatrixXd noise =
        file.matrix("noise_q", 2, 6000, "must be there") * file.number("noise_q_scale", "");
    for (const int level : {0, 1, 2, 6}) {
      const AttractorTrajectory run = run_attractor(
          model, {},
          {.cue = model.cue, .photoinhibition = static_cast<double>(level), .noise = noise});
      const Eigen::MatrixXd expected =
          file.matrix("noisy_h_PV" + std::to_string(level), 301, 2, "must be there");
      double error = 0.0;
      for (Eigen::Index k = 0; k < 301; ++k) {
        error =
            larger(error, largest_difference(run.state.col(20 * k).transpose(), expected.row(k)));
      }
      CAPTURE(level);
      CHECK(error <= golden::kStructured);
      if (level == 0) {
        const Eigen::MatrixXd rate = file.matrix("noisy_r_PV0", 301, 2, "must be there");
        CHECK(largest_difference(run.rate(Eigen::all, Eigen::seqN(0, 301, 20)).transpose(), rate) <=
              golden::kStructured);
      }
    }
  }
}

TEST_SUITE("numeric") {
  TEST_CASE("Euler's error is of first order in the step, against dopri5 of Boost.Odeint") {
    const AttractorModel model = without_noise(first_type_for_trials());
    const Eigen::VectorXd exact = dopri5_end(model, 200.0, 1.0);
    const double coarse = largest_difference(euler_end(model, 1.0, 200.0, 1.0), exact);
    const double fine = largest_difference(euler_end(model, 0.5, 200.0, 1.0), exact);
    const double finer = largest_difference(euler_end(model, 0.25, 200.0, 1.0), exact);
    CHECK(coarse < 0.02);
    CHECK(std::abs(coarse / fine - 2.0) <= 0.02);
    CHECK(std::abs(fine / finer - 2.0) <= 0.01);
  }

  TEST_CASE("without noise the trajectory settles at the attractor of the cued side") {
    AttractorProtocol protocol;
    protocol.duration_ms = 20000.0;
    const AttractorModel& model = first_type_for_trials();
    const AttractorTrajectory run = run_attractor(model, protocol, {.side = 1, .cue = model.cue});
    const auto points = fixed_points(model, epoch_input(model, model.ramp));
    REQUIRE(points.size() == 3);
    CHECK(largest_difference(run.state.rightCols(1), points.back().state) <= 1e-9);
  }

  TEST_CASE("hemispheres without coupling do not feel each other's photoinhibition") {
    AttractorModel model = published_attractor("two-hemispheres-step");
    model.across = 0.0;
    AttractorInput input{.cue = model.cue, .photoinhibition = 3.0};
    input.hemispheres = PhotoinhibitedSide::second;
    const AttractorTrajectory second = run_attractor(model, {}, input);
    input.hemispheres = PhotoinhibitedSide::first;
    const AttractorTrajectory first = run_attractor(model, {}, input);
    input.photoinhibition = 0.0;
    const AttractorTrajectory none = run_attractor(model, {}, input);
    CHECK(largest_difference(second.state.topRows(2), none.state.topRows(2)) == 0.0);
    CHECK(largest_difference(first.state.bottomRows(2), none.state.bottomRows(2)) == 0.0);
    CHECK(largest_difference(first.state.topRows(2), none.state.topRows(2)) > 1.0);
    // Mirror symmetry of the two hemispheres: 1 contra, ipsi | 2 contra, ipsi by side.
    CHECK(largest_difference(first.state.topRows(2), second.state.bottomRows(2)) == 0.0);
  }

  TEST_CASE("many trials at once are the single trials, window means included") {
    AttractorModel model = without_noise(first_type_for_trials());
    model.cue_sd = 0.0;
    const AttractorTrials trials = simulate_attractor(
        model, {}, {.trials = 20, .photoinhibition = 1.0, .record_every_ms = 20});
    for (int side = 0; side < 2; ++side) {
      const AttractorTrajectory one =
          run_attractor(model, {}, {.side = side, .cue = model.cue, .photoinhibition = 1.0});
      const Eigen::Index trial = side == 0 ? 3 : 17;
      const auto i = static_cast<std::size_t>(trial);
      REQUIRE(trials.side[i] == side);
      CHECK(trials.correct[i]);
      for (Eigen::Index k = 0; k < trials.rate[i].cols(); ++k) {
        REQUIRE(largest_difference(trials.rate[i].col(k), one.rate.col(20 * k)) == 0.0);
      }
      CHECK(largest_difference(trials.choice_rate.col(trial), one.rate.col(4499)) <= 1e-15);
      CHECK(largest_difference(trials.endpoint_rate.col(trial),
                               one.rate.middleCols(4099, 401).rowwise().mean()) <= 1e-12);
      Eigen::VectorXd smooth = Eigen::VectorXd::Zero(2);
      for (Eigen::Index k = 4099; k <= 4499; ++k) {
        smooth += one.rate.middleCols(k - 49, 99).rowwise().mean() / 401.0;
      }
      CHECK(largest_difference(trials.smoothed_endpoint_rate.col(trial), smooth) <= 1e-12);
    }
  }

  TEST_CASE("smoothing lets the cue rise with its time constant") {
    AttractorProtocol protocol;
    protocol.smoothing_ms = 20.0;
    const AttractorCourses courses = input_courses(protocol, first_type_for_trials());
    CHECK(courses.cue[1520] == 0.0);
    CHECK(std::abs(courses.cue[1540] - (1.0 - std::exp(-1.0))) <= 1e-12);
    CHECK(std::abs(courses.cue[2499] - std::exp(-1.0)) <= 1e-12);
  }
}

TEST_SUITE("unit") {
  TEST_CASE("neither threads nor instruction set change a bit") {
    const AttractorModel& model = published_attractor("two-hemispheres-ramp");
    AttractorTrialOptions options{.trials = 70, .photoinhibition = 0.5, .seed = 5, .threads = 1};
    const AttractorTrials once = simulate_attractor(model, {}, options);
    options.threads = 2;
    const AttractorTrials again = simulate_attractor(model, {}, options);
    CHECK(largest_difference(once.endpoint_rate, again.endpoint_rate) == 0.0);
    CHECK(largest_difference(once.rate[69], again.rate[69]) == 0.0);
    for (const char* level : {"portable", "avx2"}) {
      setenv("RHEOBASE_SIMD", level, 1);
      const AttractorTrials other = simulate_attractor(model, {}, options);
      unsetenv("RHEOBASE_SIMD");
      CAPTURE(level);
      CHECK(largest_difference(once.rate[33], other.rate[33]) == 0.0);
      CHECK(largest_difference(once.smoothed_endpoint_rate, other.smoothed_endpoint_rate) == 0.0);
    }
  }

  TEST_CASE("a trial depends on its number alone, not on its neighbours") {
    const AttractorModel& model = first_type_for_trials();
    const AttractorTrials many = simulate_attractor(model, {}, {.trials = 40, .seed = 2});
    // Trials 0 ... 19 are right trials in both runs.
    const AttractorTrials later =
        simulate_attractor(model, {}, {.trials = 10, .seed = 2, .first_trial = 15});
    CHECK(largest_difference(many.rate[17], later.rate[2]) == 0.0);
    CHECK(largest_difference(many.rate[17], many.rate[18]) > 0.0);
    CHECK(many.cue[17] == later.cue[2]);
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("fluctuations around a fixed point have the variance of the linearised model") {
    // Euler with step a = dt / tau: the covariance C of h solves C = A C A' + (a sigma)^2 I with
    // A = I + a J; the modes (1, 1) and (1, -1) of the symmetric state are independent.
    AttractorModel model = first_type_for_trials();
    model.noise = 0.5;
    model.cue = model.cue_sd = model.ramp = 0.0;
    AttractorProtocol protocol;
    const AttractorTrials trials =
        simulate_attractor(model, protocol, {.trials = 2000, .record_every_ms = 6000, .seed = 3});
    const Eigen::VectorXd input = epoch_input(model, 0.0);
    const FixedPoint point = *find_fixed_point(model, input, Eigen::Vector2d(3.0, 3.0));
    const Eigen::MatrixXd jacobian = attractor_jacobian(model, point.state);
    const double a = model.step_ms / model.tau_ms;
    const double gain = synaptic_rate_slope(model, point.state[0]);
    for (const double sign : {1.0, -1.0}) {
      const double mode = 1.0 + a * (jacobian(0, 0) + sign * jacobian(0, 1));
      const double variance = std::pow(a * model.noise, 2) / (1.0 - mode * mode) * gain * gain;
      double sum = 0.0;
      double squares = 0.0;
      for (const Eigen::MatrixXd& rate : trials.rate) {
        const double value = (rate(0, 1) + sign * rate(1, 1)) / std::sqrt(2.0);
        sum += value;
        squares += value * value;
      }
      const double n = 2000.0;
      const double found = squares / n - sum * sum / n / n;
      CAPTURE(sign);
      // The curvature of G adds less than a percent at this noise.
      CHECK(std::abs(found / variance - 1.0) <= tolerance::kSigmas * std::sqrt(2.0 / n) + 0.01);
    }
  }

  TEST_CASE("cues have the published mean and spread") {
    const AttractorModel& model = first_type_for_trials();
    const AttractorTrials trials =
        simulate_attractor(model, {}, {.trials = 2000, .record_every_ms = 0, .seed = 9});
    const double mean = trials.cue.mean();
    const double sd = std::sqrt((trials.cue.array() - mean).square().mean());
    CHECK(std::abs(mean - 0.8) <= tolerance::kSigmas * 0.1 / std::sqrt(2000.0));
    CHECK(std::abs(sd - 0.1) <= tolerance::kSigmas * 0.1 / std::sqrt(4000.0));
  }
}

}  // namespace rheobase::rate
