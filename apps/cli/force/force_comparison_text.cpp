#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "apps/cli/force/force_chart_parts.hpp"
#include "apps/cli/force/force_comparison.hpp"
#include "apps/cli/force/force_test_results.hpp"
#include "apps/cli/side_style.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"

namespace rheobase::cli {

namespace {

using report::ChartPanel;
using Style = report::ChartSeries::Style;

struct Endpoints {
  double mean = 0.0, sd = 0.0, switched = 0.0;
};

/// Mean and spread of a side's endpoints, and the fraction on the other side of the middle.
Endpoints endpoints_of(const rate::ForceCoding& coding, std::size_t side) {
  const std::vector<double>& values = coding.endpoint[side];
  const Eigen::Map<const Eigen::ArrayXd> all(values.data(),
                                             static_cast<Eigen::Index>(values.size()));
  Endpoints endpoints;
  endpoints.mean = all.mean();
  endpoints.sd = values.size() > 1 ? std::sqrt((all - endpoints.mean).square().sum() /
                                               static_cast<double>(values.size() - 1))
                                   : 0.0;
  const auto over = static_cast<double>(side == 0 ? (all < 0.5).count() : (all > 0.5).count());
  endpoints.switched = over / static_cast<double>(values.size());
  return endpoints;
}

std::vector<std::string> comparison_row(const std::string& what, const Proportion (&correct)[2],
                                        const rate::ForceCoding& coding) {
  const Endpoints right = endpoints_of(coding, 0);
  const Endpoints left = endpoints_of(coding, 1);
  return {what,
          percent(correct[0].value),
          percent(correct[1].value),
          fmt::format("{:.2f} +- {:.2f}", right.mean, right.sd),
          fmt::format("{:.2f} +- {:.2f}", left.mean, left.sd),
          percent(right.switched),
          percent(left.switched)};
}

Json comparison_point(const char* name, double value, const Proportion (&correct)[2],
                      const rate::ForceCoding& coding) {
  Json json = {{name, value}};
  for (const std::size_t side : {0U, 1U}) {
    const Endpoints endpoints = endpoints_of(coding, side);
    json[kSideLabels.at(side)] = {{"correct", to_json(correct[side])},
                                  {"endpoint_mean", endpoints.mean},
                                  {"endpoint_sd", endpoints.sd},
                                  {"other_side", endpoints.switched},
                                  {"endpoints", coding.endpoint[side]}};
  }
  return json;
}

/// Mean endpoints over the strength of photoinhibition.
template <class Points, class Strength>
ChartPanel response_panel(const std::string& title, const std::string& x_label,
                          const Points& points, const Strength& strength) {
  ChartPanel panel{title, x_label, "Endpoint, mean ± SD", {}};
  for (const std::size_t side : {0U, 1U}) {
    Eigen::MatrixXd bars(static_cast<Eigen::Index>(points.size()), 4);
    for (std::size_t i = 0; i < points.size(); ++i) {
      const Endpoints endpoints = endpoints_of(points[i].coding, side);
      bars.row(static_cast<Eigen::Index>(i)) << strength(points[i]), endpoints.mean,
          endpoints.mean - endpoints.sd, endpoints.mean + endpoints.sd;
    }
    panel.series.push_back({Style::bars, bars, kSideColours.at(side), kSideLabels.at(side), 0.9});
  }
  panel.y_range = projection_range(panel.series);
  const double strongest = points.empty() ? 1.0 : std::max(1e-9, strength(points.back()));
  panel.x_range = {{-0.05 * strongest, 1.05 * strongest}};
  return panel;
}

}  // namespace

std::string force_comparison_table(const rate::ForceComparison& comparison) {
  TextTable table({"photoinhibition", "correct right", "left", "endpoint right", "left",
                   "on the other side", "left"});
  for (const rate::AttractorPoint& point : comparison.model) {
    table.add_row(comparison_row(fmt::format("structured model, {:g}", point.level), point.correct,
                                 point.coding));
  }
  for (const rate::ForcePoint& point : comparison.network) {
    table.add_row(comparison_row(
        fmt::format("trained network, {:.0f} % of the units", 100.0 * point.fraction),
        point.test.correct, point.coding));
  }
  return table.text();
}

Json force_comparison_json(const rate::ForceComparison& comparison) {
  Json model = Json::array();
  for (const rate::AttractorPoint& point : comparison.model) {
    model.push_back(comparison_point("photoinhibition", point.level, point.correct, point.coding));
  }
  Json network = Json::array();
  for (const rate::ForcePoint& point : comparison.network) {
    Json json = comparison_point("fraction", point.fraction, point.test.correct, point.coding);
    json["collapse"] = collapse_text(point.test.direction());
    network.push_back(json);
  }
  return {{"structured_model", model}, {"trained_network", network}};
}

std::string convergence_note(const io::ForceFile& file) {
  if (file.converged || file.pvar.empty()) {
    return {};
  }
  return fmt::format(
      "the network did not converge (pVar {:.3f} right, {:.3f} left; above {:g} is wanted): what "
      "it "
      "answers, and the direction that it is projected on, say little about the two sides",
      file.pvar.back().at(0), file.pvar.back().at(1), file.options.threshold);
}

report::Chart force_comparison_chart(const io::ForceFile& file,
                                     const rate::ForceComparison& comparison) {
  const rate::TrialEpochs& epochs = file.task.epochs;
  const double step = file.network.step_ms;
  const rate::AttractorPoint& strong = comparison.model.back();
  const rate::ForcePoint& most = comparison.network.back();
  report::Chart chart;
  chart.columns = 4;
  chart.panels = {
      force_projection_panel("Structured model", comparison.model.front().coding, epochs, step),
      force_endpoint_panel("Endpoints", comparison.model.front().coding),
      force_projection_panel(fmt::format("Photoinhibition {:g}", strong.level), strong.coding,
                             epochs, step, comparison.clamp),
      response_panel("Response", "Photoinhibition", comparison.model,
                     [](const rate::AttractorPoint& point) { return point.level; }),
      force_projection_panel("Trained network", comparison.network.front().coding, epochs, step),
      force_endpoint_panel("Endpoints", comparison.network.front().coding),
      force_projection_panel(
          fmt::format("{:.0f} % of the units photoinhibited", 100.0 * most.fraction), most.coding,
          epochs, step, comparison.clamp),
      response_panel("Response", "Photoinhibited units (%)", comparison.network,
                     [](const rate::ForcePoint& point) { return 100.0 * point.fraction; })};
  return chart;
}

}  // namespace rheobase::cli
