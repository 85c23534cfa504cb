#include "core/analysis/firing_rates.hpp"

#include <cmath>
#include <numbers>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "tests/max_abs.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::analysis;

namespace {

const std::vector<RateKernel> kKernels{
    {KernelShape::gaussian, 15.0, 2.0},          {KernelShape::boxcar, 30.0, 2.0},
    {KernelShape::exponential, 20.0, 2.0},       {KernelShape::double_exponential, 35.0, 2.0},
    {KernelShape::double_exponential, 5.0, 8.0}, {KernelShape::double_exponential, 10.0, 10.0}};

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("rates are the sum of the kernels at every spike") {
    RandomStream random(4, 0, Purpose::initialisation);
    std::vector<std::int32_t> unit;
    std::vector<double> time;
    for (int k = 0; k < 60; ++k) {
      unit.push_back(static_cast<std::int32_t>(random.below(6)));
      time.push_back(random.uniform(-50.0, 350.0));
    }
    const SampleGrid grid{10.0, 2.5, 110};
    const Eigen::MatrixXd rates = firing_rates({unit, time}, 6, grid, kKernels);
    double largest = 0.0;
    for (Eigen::Index i = 0; i < 6; ++i) {
      for (Eigen::Index k = 0; k < grid.samples; ++k) {
        double sum = 0.0;
        for (std::size_t s = 0; s < unit.size(); ++s) {
          const double lag = grid.start_ms + static_cast<double>(k) * grid.step_ms - time[s];
          sum += unit[s] == i ? 1000.0 * kernel_value(kKernels[static_cast<std::size_t>(i)], lag)
                              : 0.0;
        }
        largest = larger(largest, std::abs(rates(i, k) - sum));
      }
    }
    CHECK(largest < 1e-10);
  }

  TEST_CASE("one spike has area 1 whatever the kernel") {
    const std::vector<std::int32_t> unit{0};
    const std::vector<double> time{500.0};
    for (const RateKernel& kernel : kKernels) {
      const Eigen::MatrixXd rate = firing_rates({unit, time}, 1, {0.0, 0.05, 40000}, kernel);
      // Riemann sum of a kernel with a jump: wrong by at most half a step times the jump.
      CHECK(rate.sum() * 0.05 / 1000.0 == near(1.0, 3e-3));
    }
  }

  TEST_CASE("kernels have their closed forms") {
    CHECK(kernel_value({KernelShape::gaussian, 10.0}, 0.0) ==
          near(0.1 / std::sqrt(2.0 * std::numbers::pi), 1e-14));
    CHECK(kernel_value({KernelShape::boxcar, 10.0}, -5.0) == 0.1);
    CHECK(kernel_value({KernelShape::boxcar, 10.0}, 5.0) == 0.0);
    CHECK(kernel_value({KernelShape::exponential, 20.0}, 20.0) ==
          near(std::exp(-1.0) / 20.0, 1e-12));
    CHECK(kernel_value({KernelShape::exponential, 20.0}, -0.1) == 0.0);
    // Peak of the double exponential at ln(d / r) d r / (d - r).
    const RateKernel twice{KernelShape::double_exponential, 20.0, 2.0};
    const double peak = std::log(10.0) * 40.0 / 18.0;
    CHECK(kernel_value(twice, peak) > kernel_value(twice, peak - 0.01));
    CHECK(kernel_value(twice, peak) > kernel_value(twice, peak + 0.01));
    CHECK(kernel_value(twice, peak) ==
          near((std::exp(-peak / 20.0) - std::exp(-peak / 2.0)) / 18.0, 1e-12));
  }

  TEST_CASE("equal rise and decay are the limit of nearly equal ones") {
    const double limit = kernel_value({KernelShape::double_exponential, 10.0, 10.0}, 7.0);
    CHECK(limit == near(7.0 * std::exp(-0.7) / 100.0, 1e-14));
    for (const double offset : {1e-12, 1e-9, 1e-7, 1e-5}) {
      CHECK(kernel_value({KernelShape::double_exponential, 10.0, 10.0 + offset}, 7.0) ==
            near(limit, 1e-6));
    }
  }

  TEST_CASE("mean rates count spikes in a half-open interval") {
    const std::vector<std::int32_t> unit{0, 1, 1, 1};
    const std::vector<double> time{100.0, 100.0, 200.0, 300.0};
    const Eigen::VectorXd rates = mean_rates({unit, time}, 3, 100.0, 300.0);
    CHECK(rates[0] == near(5.0, 1e-12));
    CHECK(rates[1] == near(10.0, 1e-12));
    CHECK(rates[2] == 0.0);
  }

  TEST_CASE("spikes, grids and kernels that make no sense are refused") {
    const std::vector<std::int32_t> unit{0, 2};
    const std::vector<double> time{1.0, 2.0};
    const std::vector<double> bad{1.0, NAN};
    const RateKernel kernel;
    const SampleGrid grid{0.0, 1.0, 10};
    CHECK_THROWS_AS(firing_rates({unit, time}, 2, grid, kernel), InputError);
    CHECK_THROWS_AS(firing_rates({unit, bad}, 3, grid, kernel), InputError);
    CHECK_THROWS_AS(firing_rates({unit, std::span(time).first(1)}, 3, grid, kernel), InputError);
    CHECK_THROWS_AS(firing_rates({unit, time}, 3, {0.0, 0.0, 10}, kernel), InputError);
    CHECK_THROWS_AS(firing_rates({unit, time}, 3, grid, RateKernel{KernelShape::boxcar, -1.0}),
                    InputError);
    CHECK_THROWS_AS(
        firing_rates({unit, time}, 3, grid, {KernelShape::double_exponential, 5.0, 0.0}),
        InputError);
    CHECK_THROWS_AS(firing_rates({unit, time}, 3, grid, std::span(kKernels).first(2)), InputError);
    CHECK_THROWS_AS(mean_rates({unit, time}, 3, 5.0, 5.0), InputError);
  }

  TEST_CASE("rates of many spikes or samples can be stopped") {
    const std::vector<std::int32_t> unit(2000, 0);
    const std::vector<double> time(2000, 1.0);
    for (const KernelShape shape : {KernelShape::gaussian, KernelShape::exponential}) {
      const RateKernel kernel{shape, 5.0, 1.0};
      int asked = 0;
      CHECK_THROWS_AS(firing_rates({unit, time}, 1, {0.0, 1.0, 2000}, std::span(&kernel, 1),
                                   [&] { return ++asked == 12; }),
                      Cancelled);
      CHECK(asked == 12);
    }
  }
}
