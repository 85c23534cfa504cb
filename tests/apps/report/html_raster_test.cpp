#include "apps/report/internal/html_raster.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <doctest/doctest.h>

#include "tests/tolerances.hpp"

namespace rheobase {

namespace {

constexpr rate::UnitType kE = rate::UnitType::excitatory;
constexpr rate::UnitType kI = rate::UnitType::inhibitory;
constexpr rate::UnitType kSom = rate::UnitType::som;

/// Unit u fires at 10, 20, ... ms, `spikes` times.
report::ReportRaster regular(int units, int spikes) {
  report::ReportRaster raster;
  for (int spike = spikes; spike >= 1; --spike) {
    for (int unit = 0; unit < units; ++unit) {
      raster.unit.push_back(unit);
      raster.time_ms.push_back(10.0 * spike + 0.001 * unit);
    }
  }
  return raster;
}

/// One in four units is inhibitory, one in twenty SOM.
std::vector<rate::UnitType> mixed_types(int units) {
  std::vector<rate::UnitType> types;
  for (int unit = 0; unit < units; ++unit) {
    types.push_back(unit % 20 == 0 ? kSom : unit % 4 == 0 ? kI : kE);
  }
  return types;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("rows are stacked by type, and by number within a type") {
    CHECK(report::order_by_type({kSom, kE, kI, kE, kSom}) == std::vector<int>{1, 3, 2, 0, 4});
  }

  TEST_CASE("a raster within the limit is whole and in order") {
    const report::PageRaster page = report::page_raster(regular(4, 3), {kI, kE, kE, kSom}, 12);
    CHECK(page.unit == std::vector<int>{1, 2, 0, 3});
    CHECK(page.count == std::vector<int>{3, 3, 3, 3});
    CHECK(page.time_ms.size() == 12);
    CHECK(std::is_sorted(page.time_ms.begin(), page.time_ms.begin() + 3));
    CHECK(page.time_ms[0] == near(10.001, 1e-12));
    CHECK(page.thinning.empty());
  }

  TEST_CASE("above the limit units are left out, the trains that stay are whole") {
    const std::vector<rate::UnitType> types = mixed_types(1000);
    const report::PageRaster page = report::page_raster(regular(1000, 10), types, 4000);
    CHECK(page.time_ms.size() <= 4000);
    CHECK(page.time_ms.size() > 3000);
    CHECK(std::all_of(page.count.begin(), page.count.end(), [](int n) { return n == 10; }));
    const auto of_type = [&](rate::UnitType type) {
      return std::count_if(page.unit.begin(), page.unit.end(),
                           [&](int unit) { return types[static_cast<std::size_t>(unit)] == type; });
    };
    // 750 E, 200 I and 50 SOM units, every third of each.
    CHECK(of_type(kE) == 250);
    CHECK(of_type(kI) == 67);
    CHECK(of_type(kSom) == 17);
    CHECK(page.thinning == "3340 of 10000 spikes drawn, 334 of 1000 units");
  }

  TEST_CASE("with few units the spikes of every train are thinned evenly") {
    const report::PageRaster page =
        report::page_raster(regular(100, 1000), std::vector(100, kE), 25'000);
    CHECK(page.unit.size() == 100);
    CHECK(page.time_ms.size() == 25'000);
    CHECK(std::all_of(page.count.begin(), page.count.end(), [](int n) { return n == 250; }));
    for (int k = 1; k < 250; ++k) {
      CHECK(page.time_ms[static_cast<std::size_t>(k)] -
                page.time_ms[static_cast<std::size_t>(k - 1)] ==
            near(40.0, 1e-12));
    }
    CHECK(page.thinning == "25000 of 100000 spikes drawn, all units");
  }

  TEST_CASE("the population rate of a trial ends with it, not with the longest") {
    report::ReportData data;
    data.duration_ms = 100.0;
    data.trials.start_ms = 5.0;
    data.trials.step_ms = 5.0;
    data.trials.outputs = 2;
    data.trials.rate = Eigen::MatrixXd::Zero(2, 2 * 19);
    for (const int output : {0, 1}) {
      data.trials.rate.row(1).segment(19 * output + 11, 8).setConstant(std::nan(""));
    }
    const report::ReportRaster shorter{1, {0}, {12.0}};
    CHECK(report::trial_end_ms(data, {0, {0}, {12.0}}) == 100.0);
    CHECK(report::trial_end_ms(data, shorter) == 60.0);
    const double end = report::trial_end_ms(data, shorter);
    CHECK(report::population_rate(shorter, {kE}, 1, end, 10.0).cols() == 6);
  }

  TEST_CASE("the population rate counts every spike once") {
    const std::vector<rate::UnitType> types{kE, kE, kI, kE};
    const report::ReportRaster raster{0, {0, 1, 1, 2, 3, 3}, {0.0, 9.99, 10.0, 55.0, 99.9, 100.0}};
    const Eigen::MatrixXd rate = report::population_rate(raster, types, 1, 100.0, 10.0);
    REQUIRE(rate.rows() == 4);
    REQUIRE(rate.cols() == 10);
    // Two E spikes of three units in 10 ms: 2 / (3 * 0.01 s).
    CHECK(rate(0, 0) == near(200.0 / 3.0, 1e-12));
    CHECK(rate(0, 1) == near(100.0 / 3.0, 1e-12));
    CHECK(rate(1, 5) == near(100.0, 1e-12));
    CHECK(rate(0, 9) == near(200.0 / 3.0, 1e-12));
    CHECK(rate.row(2).isZero());
    CHECK(rate.row(0).sum() * 0.01 * 3.0 == near(5.0, 1e-12));
    // Spikes of four neurons a unit: a quarter each.
    CHECK(report::population_rate(raster, types, 4, 100.0, 10.0).isApprox(rate / 4.0, 1e-12));
    // A last bin of 5 ms is one: two spikes of three units in 0.005 s.
    const report::ReportRaster brief{0, {0, 1, 3}, {1.0, 91.0, 94.0}};
    const Eigen::MatrixXd half = report::population_rate(brief, types, 1, 95.0, 10.0);
    CHECK(half(0, 9) == near(200.0 / (3.0 * 0.5), 1e-12));
    CHECK(half(0, 0) == near(100.0 / 3.0, 1e-12));
  }
}

}  // namespace rheobase
