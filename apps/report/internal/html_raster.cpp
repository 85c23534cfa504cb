#include "apps/report/internal/html_raster.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/whole_number.hpp"

namespace rheobase::report {

namespace {

constexpr std::size_t kFewestUnits = 100;
constexpr int kTypeRows = static_cast<int>(rate::kUnitTypes.size());

using Trains = std::vector<std::vector<double>>;

Trains trains_of(const ReportRaster& raster, std::size_t units) {
  Trains trains(units);
  for (std::size_t i = 0; i < raster.unit.size(); ++i) {
    trains[static_cast<std::size_t>(raster.unit[i])].push_back(raster.time_ms[i]);
  }
  for (std::vector<double>& train : trains) {
    std::sort(train.begin(), train.end());
  }
  return trains;
}

/// Every `stride`-th unit of each type, the first included.
std::vector<int> every_unit(const std::vector<int>& order,
                            const std::vector<rate::UnitType>& unit_type, std::size_t stride) {
  std::array<std::size_t, rate::kUnitTypes.size()> seen{};
  std::vector<int> kept;
  for (const int unit : order) {
    const auto type = static_cast<std::size_t>(unit_type[static_cast<std::size_t>(unit)]);
    if (seen[type]++ % stride == 0) {
      kept.push_back(unit);
    }
  }
  return kept;
}

std::size_t spikes_of(const Trains& trains, const std::vector<int>& units) {
  std::size_t total = 0;
  for (const int unit : units) {
    total += trains[static_cast<std::size_t>(unit)].size();
  }
  return total;
}

/// `fraction` of the values, at even distances.
std::vector<double> evenly_thinned(const std::vector<double>& values, double fraction) {
  std::vector<double> kept;
  double credit = 0.0;
  for (const double value : values) {
    credit += fraction;
    if (credit >= 1.0) {
      kept.push_back(value);
      credit -= 1.0;
    }
  }
  return kept;
}

std::string thinning_text(std::size_t shown_units, std::size_t units, std::size_t shown,
                          std::size_t spikes) {
  if (shown == spikes && shown_units == units) {
    return {};
  }
  const std::string of_units = shown_units == units
                                   ? "all units"
                                   : fmt::format("{} of {}", shown_units, counted(units, "unit"));
  return fmt::format("{} of {} drawn, {}", shown, counted(spikes, "spike"), of_units);
}

}  // namespace

std::vector<int> order_by_type(const std::vector<rate::UnitType>& unit_type) {
  std::vector<int> order(unit_type.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&unit_type](int a, int b) {
    return unit_type[static_cast<std::size_t>(a)] < unit_type[static_cast<std::size_t>(b)];
  });
  return order;
}

PageRaster page_raster(const ReportRaster& raster, const std::vector<rate::UnitType>& unit_type,
                       std::size_t max_spikes) {
  const Trains trains = trains_of(raster, unit_type.size());
  const std::vector<int> order = order_by_type(unit_type);
  PageRaster page;
  page.unit = order;
  std::size_t total = raster.unit.size();
  for (std::size_t stride = 2; total > max_spikes && order.size() / stride >= kFewestUnits;
       ++stride) {
    page.unit = every_unit(order, unit_type, stride);
    total = spikes_of(trains, page.unit);
  }
  const double fraction =
      total > max_spikes ? static_cast<double>(max_spikes) / static_cast<double>(total) : 1.0;
  for (const int unit : page.unit) {
    const auto& train = trains[static_cast<std::size_t>(unit)];
    const std::vector<double> kept = fraction < 1.0 ? evenly_thinned(train, fraction) : train;
    page.count.push_back(static_cast<int>(kept.size()));
    page.time_ms.insert(page.time_ms.end(), kept.begin(), kept.end());
  }
  page.thinning =
      thinning_text(page.unit.size(), unit_type.size(), page.time_ms.size(), raster.unit.size());
  return page;
}

double trial_end_ms(const ReportData& data, const ReportRaster& raster) {
  const ReportTrials& trials = data.trials;
  const Eigen::Index samples = trials.rate.cols() / trials.outputs;
  const auto row = trials.rate.row(static_cast<Eigen::Index>(raster.trial)).head(samples);
  Eigen::Index count = samples;
  while (count > 0 && std::isnan(row[count - 1])) {
    --count;
  }
  return count == samples ? data.duration_ms
                          : trials.start_ms + trials.step_ms * static_cast<double>(count);
}

Eigen::MatrixXd population_rate(const ReportRaster& raster,
                                const std::vector<rate::UnitType>& unit_type, int copies,
                                double duration_ms, double bin_ms) {
  const auto bins = to_integer<Eigen::Index>(std::ceil(duration_ms / bin_ms - 1e-9));
  Eigen::MatrixXd rate = Eigen::MatrixXd::Zero(kTypeRows, bins);
  for (std::size_t i = 0; i < raster.unit.size(); ++i) {
    const auto type =
        static_cast<Eigen::Index>(unit_type[static_cast<std::size_t>(raster.unit[i])]);
    const auto bin = static_cast<Eigen::Index>(raster.time_ms[i] / bin_ms);
    rate(type, std::clamp<Eigen::Index>(bin, 0, bins - 1)) += 1.0;
  }
  for (int type = 0; type < kTypeRows; ++type) {
    const auto units =
        std::count(unit_type.begin(), unit_type.end(), static_cast<rate::UnitType>(type));
    if (units > 0) {
      rate.row(type) *= 1000.0 / (bin_ms * static_cast<double>(units * copies));
    }
  }
  const double last_ms = duration_ms - bin_ms * static_cast<double>(bins - 1);
  if (last_ms < bin_ms) {  // the last bin ends with the trial
    rate.col(bins - 1) *= bin_ms / last_ms;
  }
  return rate;
}

}  // namespace rheobase::report
