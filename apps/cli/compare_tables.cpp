#include "apps/cli/compare_tables.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "apps/report/palette.hpp"

namespace rheobase::cli {

namespace {

std::string number(const std::optional<double>& value, int digits = 3) {
  return value ? fmt::format("{:.{}f}", *value, digits) : "-";
}

std::string difference(const mapping::TimeDifference& times) {
  if (times.trials == 0) {
    return "-";
  }
  return fmt::format("{:+.1f} +- {:.1f} ({})", times.mean_ms, times.sd_ms, times.trials);
}

/// One row per condition with trials, then one for all of them.
template <class Row>
std::string by_condition(const mapping::Comparison& comparison, std::vector<std::string> header,
                         Row row) {
  TextTable table(std::move(header));
  for (const mapping::ConditionComparison& condition : comparison.conditions) {
    if (condition.trials > 0) {
      table.add_row(row(condition));
    }
  }
  table.add_row(row(comparison.all));
  return table.text() + '\n';
}

std::string accuracy_table(const mapping::Comparison& comparison) {
  return by_condition(
      comparison,
      {"accuracy", "trials", "rate", "95 % interval", "spiking", "95 % interval", "McNemar p"},
      [](const mapping::ConditionComparison& c) {
        return std::vector<std::string>{c.name,
                                        std::to_string(c.trials),
                                        percent(c.rate_accuracy.value),
                                        interval(c.rate_accuracy),
                                        percent(c.spiking_accuracy.value),
                                        interval(c.spiking_accuracy),
                                        fmt::format("{:.3g}", c.paired.p_value)};
      });
}

std::string output_table(const mapping::Comparison& comparison) {
  const bool targets = comparison.all.rate_target_rmse.has_value();
  // Behind the RMSE between the networks.
  const auto with_targets = [&](std::vector<std::string> row,
                                const std::vector<std::string>& more) {
    if (targets) {
      row.insert(row.begin() + 2, more.begin(), more.end());
    }
    return row;
  };
  return by_condition(
      comparison,
      with_targets({"output", "RMSE", "correlation", "onset later by (ms)", "peak later by (ms)"},
                   {std::string("RMSE, rate to target"), std::string("RMSE, spiking to target")}),
      [&](const mapping::ConditionComparison& c) {
        return with_targets({c.name, number(c.output_rmse), number(c.output_correlation),
                             difference(c.onset), difference(c.peak)},
                            {number(c.rate_target_rmse), number(c.spiking_target_rmse)});
      });
}

/// Of a network of several readouts each by itself.
std::string outputs_table(const mapping::Comparison& comparison) {
  if (comparison.outputs.size() < 2) {
    return "";
  }
  TextTable table({"readout", "RMSE", "correlation"});
  for (std::size_t k = 0; k < comparison.outputs.size(); ++k) {
    const mapping::OutputComparison& output = comparison.outputs[k];
    table.add_row({output.name.empty() ? std::to_string(k + 1) : output.name, number(output.rmse),
                   number(output.correlation)});
  }
  return table.text() + '\n';
}

std::string activity_table(const mapping::Comparison& comparison) {
  return by_condition(
      comparison,
      {"activity", "correlation", "mean r", "mean rate", "synchrony, rate", "synchrony, spiking"},
      [](const mapping::ConditionComparison& c) {
        return std::vector<std::string>{
            c.name,
            number(c.rate_correlation),
            number(c.mean_activity),
            c.mean_rate_hz ? fmt::format("{:.2f} Hz", *c.mean_rate_hz) : "-",
            number(c.rate_synchrony),
            number(c.spiking_synchrony)};
      });
}

std::string type_table(const mapping::Comparison& comparison) {
  TextTable table({"units", "number", "predicted", "mean rate", "median", "quartiles",
                   "correlation", "ISI CV", "ISI CV2"});
  for (const mapping::TypeComparison& type : comparison.types) {
    const analysis::Distribution& rate = type.spiking_hz;
    table.add_row({report::shown_type(type.type), std::to_string(rate.count),
                   fmt::format("{:.2f} Hz", type.rate_hz.mean), fmt::format("{:.2f} Hz", rate.mean),
                   fmt::format("{:.2f} Hz", rate.median),
                   fmt::format("{:.2f} to {:.2f} Hz", rate.lower_quartile, rate.upper_quartile),
                   number(type.correlation), number(type.isi_cv), number(type.isi_cv2)});
  }
  return table.text() + '\n';
}

std::string component_table(const mapping::Comparison& comparison) {
  const mapping::SubspaceComparison& subspaces = comparison.subspaces;
  TextTable table({"component", "variance, rate", "variance, spiking", "angle"});
  const Eigen::Index count =
      std::min<Eigen::Index>(subspaces.rate_explained.size(), comparison.options.components);
  for (Eigen::Index k = 0; k < count; ++k) {
    const bool known = k < subspaces.angles_deg.size();
    table.add_row({fmt::format("{}", k + 1), percent(subspaces.rate_explained[k]),
                   percent(subspaces.spiking_explained[k]),
                   known ? fmt::format("{:.1f} deg", subspaces.angles_deg[k]) : "-"});
  }
  return table.text();
}

}  // namespace

std::string comparison_tables(const mapping::Comparison& comparison) {
  return accuracy_table(comparison) + output_table(comparison) + outputs_table(comparison) +
         activity_table(comparison) + type_table(comparison) + component_table(comparison);
}

}  // namespace rheobase::cli
