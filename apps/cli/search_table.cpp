#include "apps/cli/search_table.hpp"

#include <fmt/format.h>

#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"

namespace rheobase::cli {

std::string search_table(const mapping::ScalingSearchResult& result) {
  TextTable table({"scaling", "accuracy", "95 % interval", "mean rate", "distance", ""});
  for (std::size_t i = 0; i < result.points.size(); ++i) {
    const mapping::ScalingPoint& point = result.points[i];
    table.add_row({fmt::format("{:7g}", point.scaling_factor), percent(point.accuracy.value),
                   interval(point.accuracy), fmt::format("{:.2f} Hz", point.mean_rate_hz),
                   fmt::format("{:.3f}", point.output_rmse), i == result.best ? "best" : ""});
  }
  return table.text();
}

}  // namespace rheobase::cli
