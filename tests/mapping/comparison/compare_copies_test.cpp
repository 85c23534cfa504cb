// Comparisons with networks that have copies of units.
#include <cmath>
#include <set>

#include <doctest/doctest.h>

#include "core/analysis/isi_statistics.hpp"
#include "mapping/comparison/compare.hpp"
#include "rate/tasks/task.hpp"
#include "tests/reference.hpp"
#include "tests/tolerances.hpp"

namespace rheobase::mapping {

using rate::Task;

namespace {

CompareOptions two_copies() {
  CompareOptions options;
  options.scaling_factor = 45.0;
  options.trials = 1;
  options.simulation.engine = "bridge";
  options.transfer.copies = 2;
  return options;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("spikes keep which of a unit's copies fired") {
    const Comparison two =
        compare(reference::network("go-nogo_N200_s1"), Task("go-nogo"), two_copies());
    const TrialSpikes& spikes = two.traces.spikes.at(0);
    CHECK(spikes.copy.size() == spikes.unit.size());
    CHECK(std::set(spikes.copy.begin(), spikes.copy.end()) == std::set<std::int32_t>{0, 1});
  }

  TEST_CASE("irregularity is that of LIF units: copies of different rates do not add to it") {
    CompareOptions options = two_copies();
    options.transfer.copy_bias_mv = {-3.0, 3.0};
    const Comparison two = compare(reference::network("go-nogo_N200_s1"), Task("go-nogo"), options);
    const TrialSpikes& spikes = two.traces.spikes.at(0);
    int differ = 0;
    for (std::int32_t unit = 0; unit < 200; ++unit) {
      std::vector<double> cv;
      for (const std::int32_t copy : {0, 1}) {
        std::vector<std::vector<double>> train(1);
        for (std::size_t k = 0; k < spikes.unit.size(); ++k) {
          if (spikes.unit[k] == unit && spikes.copy[k] == copy &&
              spikes.time_ms[k] >= options.analysis_start_ms) {
            train[0].push_back(spikes.time_ms[k]);
          }
        }
        const analysis::IsiStatistics isi = analysis::isi_statistics(train);
        if (isi.intervals >= 10) {
          cv.push_back(isi.cv.value());
        }
      }
      CHECK(std::isnan(two.units.isi_cv[unit]) == cv.empty());
      if (cv.size() == 2) {
        ++differ;
        CHECK(two.units.isi_cv[unit] == near(0.5 * (cv[0] + cv[1]), 1e-12));
      }
    }
    CHECK(differ > 0);
  }
}

}  // namespace rheobase::mapping
