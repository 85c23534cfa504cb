#include "core/analysis/isi_statistics.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::analysis;

TEST_SUITE("unit") {
  TEST_CASE("a clock is perfectly regular") {
    const std::vector<std::vector<double>> trials{{0.0, 20.0, 40.0, 60.0}, {5.0, 25.0}};
    const IsiStatistics statistics = isi_statistics(trials);
    CHECK(statistics.intervals == 4);
    CHECK(*statistics.mean_ms == near(20.0, 1e-12));
    CHECK(*statistics.cv == within(0.0, 1e-12));
    CHECK(*statistics.cv2 == within(0.0, 1e-12));
  }

  TEST_CASE("alternating intervals a, b have known CV and CV2") {
    // Intervals 10, 30, 10, 30: mean 20, sd sqrt(4 * 100 / 3), CV2 = 2 * 20 / 40.
    const std::vector<std::vector<double>> trials{{0.0, 10.0, 40.0, 50.0, 80.0}};
    const IsiStatistics statistics = isi_statistics(trials);
    CHECK(*statistics.cv == near(std::sqrt(400.0 / 3.0) / 20.0, 1e-12));
    CHECK(*statistics.cv2 == near(1.0, 1e-12));
  }

  TEST_CASE("a slow change of rate moves CV, not CV2") {
    std::vector<double> times{0.0};
    for (int k = 0; k < 400; ++k) {
      times.push_back(times.back() + 5.0 * std::exp(0.01 * k));
    }
    const IsiStatistics statistics = isi_statistics(std::vector<std::vector<double>>{times});
    CHECK(*statistics.cv > 0.8);
    CHECK(*statistics.cv2 == near(2.0 * std::tanh(0.005), 1e-12));
  }

  TEST_CASE("no interval spans two trials, and missing values are missing") {
    CHECK(isi_statistics(std::vector<std::vector<double>>{{1.0}, {2.0}}).intervals == 0);
    const IsiStatistics one = isi_statistics(std::vector<std::vector<double>>{{1.0, 3.0}, {5.0}});
    CHECK(*one.mean_ms == 2.0);
    CHECK_FALSE(one.cv.has_value());
    CHECK_FALSE(one.cv2.has_value());
    // Two intervals of two trials: a CV, but no neighbours.
    const IsiStatistics two =
        isi_statistics(std::vector<std::vector<double>>{{1.0, 3.0}, {5.0, 9.0}});
    CHECK(two.cv.has_value());
    CHECK_FALSE(two.cv2.has_value());
  }

  TEST_CASE("sums of parts are the sums of the whole") {
    IsiSums parts;
    IsiSums part;
    IsiSums whole;
    parts.add_trial(std::vector{1.0, 4.0, 9.0});
    part.add_trial(std::vector{2.0, 3.0, 20.0, 21.0});
    parts.add(part);
    whole.add_trial(std::vector{1.0, 4.0, 9.0});
    whole.add_trial(std::vector{2.0, 3.0, 20.0, 21.0});
    parts.add(IsiSums{});
    CHECK(*parts.statistics().cv == near(*whole.statistics().cv, 1e-14));
    CHECK(*parts.statistics().cv2 == near(*whole.statistics().cv2, 1e-14));
    CHECK(*parts.statistics().mean_ms == near(*whole.statistics().mean_ms, 1e-12));
  }

  TEST_CASE("histogram bins are half-open and long intervals are left out") {
    const std::vector<std::vector<double>> trials{{0.0, 5.0, 15.0, 115.0}, {0.0, 9.0}, {0.0, 17.0}};
    const Eigen::VectorXi counts = isi_histogram(trials, 5.0, 4);
    CHECK(counts == Eigen::Vector4i(0, 2, 1, 1));
  }

  TEST_CASE("times that do not increase and empty histograms are refused") {
    const std::vector<std::vector<double>> bad{{1.0, 1.0}};
    CHECK_THROWS_AS(isi_statistics(bad), InputError);
    CHECK_THROWS_AS(isi_statistics(std::vector<std::vector<double>>{{NAN}}), InputError);
    CHECK_THROWS_AS(isi_histogram(bad, 5.0, 4), InputError);
    CHECK_THROWS_AS(isi_histogram({}, 0.0, 4), InputError);
    CHECK_THROWS_AS(isi_histogram({}, 1.0, 0), InputError);
  }
}

TEST_SUITE("statistical") {
  TEST_CASE("a Poisson train has CV and CV2 of 1") {
    RandomStream random(2, 0, Purpose::initialisation);
    std::vector<double> times{0.0};
    constexpr int count = 40000;
    for (int k = 0; k < count; ++k) {
      times.push_back(times.back() - 50.0 * std::log(random.uniform()));
    }
    const IsiStatistics statistics = isi_statistics(std::vector<std::vector<double>>{times});
    // Standard errors: CV 1 / sqrt(n); CV2 of exponentials is uniform on [0, 2], sd 1 / sqrt(3),
    // neighbours share an interval (covariance below that of a full repeat: factor sqrt(3)).
    CHECK(std::abs(*statistics.cv - 1.0) < tolerance::kSigmas / std::sqrt(count));
    CHECK(std::abs(*statistics.cv2 - 1.0) < tolerance::kSigmas / std::sqrt(count));
  }
}
