// Statistics and structure of new networks.
#include "rate/models/initialise.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::rate;

namespace {

NetworkOptions large() {
  NetworkOptions options;
  options.units = 1000;
  return options;
}

/// |found - expected| in standard errors.
double sigmas(double found, double expected, double standard_error) {
  return std::abs(found - expected) / standard_error;
}

struct Moments {
  double mean = 0.0, square = 0.0, count = 0.0;
};

Moments moments_of_nonzero(const Eigen::MatrixXd& matrix) {
  Moments m;
  for (const double value : matrix.reshaped()) {
    if (value != 0.0) {
      m.count += 1.0;
      m.mean += value;
      m.square += value * value;
    }
  }
  m.mean /= m.count;
  m.square /= m.count;
  return m;
}

Eigen::Index inhibitory_count(const DaleModel& model) {
  return std::count(model.inhibitory.begin(), model.inhibitory.end(), true);
}

std::string message_of(const NetworkOptions& options, int inputs = 1) {
  try {
    make_dale_model(options, inputs, 1);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_SUITE("statistical") {
  TEST_CASE("types, connections and weights follow their distributions") {
    const DaleModel model = make_dale_model(large(), 3, 2);
    const double n = 1000.0;
    const double pairs = n * n;
    CHECK(sigmas(static_cast<double>(inhibitory_count(model)), 0.2 * n, std::sqrt(n * 0.2 * 0.8)) <
          tolerance::kSigmas);
    const Moments w = moments_of_nonzero(model.w);
    CHECK(sigmas(w.count, 0.2 * pairs, std::sqrt(pairs * 0.2 * 0.8)) < tolerance::kSigmas);
    // |s N(0, 1)|: mean s sqrt(2 / pi), second moment s^2, with variances s^2 (1 - 2 / pi), 2 s^4.
    const double s = 1.5 / std::sqrt(n * 0.2);
    const double count = w.count;
    CHECK(sigmas(w.mean, s * std::sqrt(2.0 / std::numbers::pi),
                 s * std::sqrt((1.0 - 2.0 / std::numbers::pi) / count)) < tolerance::kSigmas);
    CHECK(sigmas(w.square, s * s, s * s * std::sqrt(2.0 / count)) < tolerance::kSigmas);
    CHECK(model.w.minCoeff() == 0.0);

    CHECK(sigmas(model.w_in.mean(), 0.0, 1.0 / std::sqrt(3.0 * n)) < tolerance::kSigmas);
    CHECK(sigmas(model.w_in.squaredNorm() / (3.0 * n), 1.0, std::sqrt(2.0 / (3.0 * n))) <
          tolerance::kSigmas);
    CHECK(sigmas(model.w_out.squaredNorm() / n * 1e4, 1.0, std::sqrt(2.0 / n)) <
          tolerance::kSigmas);
    CHECK(sigmas(model.tau_gate.mean(), 0.0, 1.0 / std::sqrt(n)) < tolerance::kSigmas);
    CHECK(sigmas(model.tau_gate.squaredNorm() / n, 1.0, std::sqrt(2.0 / n)) < tolerance::kSigmas);
  }

  TEST_CASE("without Dale's principle weights are normal and all signs +1") {
    NetworkOptions options = large();
    options.dale = false;
    const DaleModel model = make_dale_model(options, 1, 2);
    const Moments w = moments_of_nonzero(model.w);
    const double s = 1.5 / std::sqrt(200.0);
    CHECK(sigmas(w.mean, 0.0, s / std::sqrt(w.count)) < tolerance::kSigmas);
    CHECK(sigmas(w.square, s * s, s * s * std::sqrt(2.0 / w.count)) < tolerance::kSigmas);
    CHECK(model.sign == Eigen::VectorXd::Ones(1000));
    CHECK(inhibitory_count(model) == 0);
  }

  TEST_CASE("gamma weights have shape 2 and scale 0.003, whatever the gain") {
    NetworkOptions options = large();
    options.distribution = WeightDistribution::gamma;
    const DaleModel model = make_dale_model(options, 1, 2);
    const Moments w = moments_of_nonzero(model.w);
    // Gamma(2, b): mean 2 b, variance 2 b^2, second moment 6 b^2 with variance 84 b^4.
    const double b = 0.003;
    CHECK(sigmas(w.mean, 2.0 * b, b * std::sqrt(2.0 / w.count)) < tolerance::kSigmas);
    CHECK(sigmas(w.square, 6.0 * b * b, b * b * std::sqrt(84.0 / w.count)) < tolerance::kSigmas);
    options.gain = 3.0;
    CHECK(make_dale_model(options, 1, 2).w == model.w);
  }

  TEST_CASE("balanced initialisation cancels excitation and inhibition, the reference does not") {
    NetworkOptions options = large();
    const DaleModel reference = make_dale_model(options, 1, 2);
    options.initialisation = Initialisation::balanced;
    const DaleModel balanced = make_dale_model(options, 1, 2);
    // Sum of all entries: N columns of N P_rec half-normal weights; its sd under balance.
    const double s = 1.5 / std::sqrt(200.0);
    const double excitatory = 200.0 * 800.0;
    const double sd = s * std::sqrt(excitatory + 16.0 * 200.0 * 200.0);
    CHECK(std::abs(effective_weights(balanced).sum()) < tolerance::kSigmas * sd);
    CHECK(effective_weights(reference).sum() > 50.0 * sd);
    CHECK(effective_weights(balanced).cwiseMax(0.0) == effective_weights(reference).cwiseMax(0.0));
    // With one type of units there is nothing to balance.
    for (const double probability : {0.0, 1.0}) {
      NetworkOptions one{.inhibitory_probability = probability};
      const Eigen::MatrixXd plain = effective_weights(make_dale_model(one, 1, 2));
      one.initialisation = Initialisation::balanced;
      CHECK(effective_weights(make_dale_model(one, 1, 2)) == plain);
    }
  }
}

TEST_SUITE("unit") {
  TEST_CASE("Dale's principle: a column of the effective weights has one sign") {
    NetworkOptions options;
    options.som_units = 4;
    const DaleModel model = make_dale_model(options, 1, 5);
    const Eigen::MatrixXd w = effective_weights(model);
    for (Eigen::Index j = 0; j < w.cols(); ++j) {
      CHECK((model.inhibitory[static_cast<std::size_t>(j)] ? w.col(j).maxCoeff() <= 0.0
                                                           : w.col(j).minCoeff() >= 0.0));
    }
    CHECK(effective_initial_weights(model) == w);
  }

  TEST_CASE("inhibitory units do not reach SOM units; a user's mask comes on top") {
    NetworkOptions options;
    options.units = 60;
    options.som_units = 5;
    options.connection_probability = 1.0;
    Eigen::MatrixXd mask = Eigen::MatrixXd::Ones(60, 60);
    mask.col(7).setZero();
    options.mask = mask;
    const DaleModel model = make_dale_model(options, 1, 5);
    const std::vector<Eigen::Index> som = som_units(model);
    REQUIRE(som.size() == 5);
    CHECK(std::is_sorted(som.begin(), som.end()));
    const Eigen::MatrixXd w = effective_weights(model);
    for (Eigen::Index i = 0; i < 60; ++i) {
      for (Eigen::Index j = 0; j < 60; ++j) {
        const bool to_som = std::find(som.begin(), som.end(), i) != som.end();
        const bool forbidden = j == 7 || (to_som && model.inhibitory[static_cast<std::size_t>(j)]);
        CHECK((w(i, j) == 0.0) == forbidden);
      }
    }
  }

  TEST_CASE("an option changes only the quantity it is about") {
    NetworkOptions options;
    const DaleModel model = make_dale_model(options, 2, 8);
    CHECK(make_dale_model(options, 2, 8).w == model.w);
    CHECK(make_dale_model(options, 2, 9).w != model.w);
    options.inhibitory_probability = 0.5;
    options.tau_max_steps = 4.0;
    const DaleModel other = make_dale_model(options, 2, 8);
    CHECK(other.w == model.w);
    CHECK(other.w_in == model.w_in);
    CHECK(other.w_out == model.w_out);
    CHECK(other.tau_gate == model.tau_gate);
    CHECK(other.sign != model.sign);
  }

  TEST_CASE("time constants lie between their bounds, a single one is shared") {
    NetworkOptions options;
    DaleModel model = make_dale_model(options, 1, 8);
    model.tau_gate[0] = 0.0;
    model.tau_gate[1] = 40.0;
    model.tau_gate[2] = -40.0;
    CHECK(tau_steps(model)[0] == near(12.0, 1e-12));
    CHECK(tau_steps(model)[1] == near(20.0, 1e-12));
    CHECK(tau_steps(model)[2] == near(4.0, 1e-12));
    model.tau_max_steps = 4.0;
    CHECK(tau_steps(model) == Eigen::VectorXd::Constant(200, 4.0));
  }

  TEST_CASE("options out of range are named with what must hold") {
    NetworkOptions options;
    options.units = 30;
    options.som_units = 31;
    const auto inhibitory = inhibitory_count(make_dale_model({.units = 30}, 1, 1));
    CHECK(message_of(options) ==
          "network options: som_units: found 31; must be between 0 and the number of inhibitory "
          "units, here " +
              std::to_string(inhibitory));
    CHECK(message_of({.units = -3}) ==
          "network options: units: found -3; must be an integer, 1 to 65536");
    CHECK(message_of({.gain = 0.0}).find("gain: found 0;") != std::string::npos);
    CHECK(message_of({.inhibitory_probability = 1.2}).find("1.2; must be a number, 0 to 1") !=
          std::string::npos);
    CHECK(message_of({.connection_probability = 0.0}).find("connection_probability") !=
          std::string::npos);
    CHECK(message_of({.tau_min_steps = 0.5}).find("tau_min_steps: found 0.5") != std::string::npos);
    CHECK(message_of({.tau_min_steps = 20.0, .tau_max_steps = 4.0}) ==
          "network options: tau_max_steps: found 4; must be at least tau_min_steps, here 20");
    CHECK(message_of({.mask = Eigen::MatrixXd::Ones(3, 4)}) ==
          "network options: mask: found 3 x 4; must be N x N with N = 200");
    CHECK(message_of({.units = 2, .mask = Eigen::MatrixXd::Constant(2, 2, 0.5)})
              .find("mask: found 0.5 at (1, 1); must be 0 or 1") != std::string::npos);
    CHECK(message_of({}, 0).find("inputs: found 0") != std::string::npos);
  }
}
