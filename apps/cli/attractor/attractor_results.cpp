#include "apps/cli/attractor/attractor_results.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "apps/cli/side_style.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "core/error.hpp"
#include "core/field_table.hpp"
#include "io/comparison/json_values.hpp"

namespace rheobase::cli {

namespace {

struct MeanAndSd {
  double mean = 0.0, sd = 0.0;
};

MeanAndSd mean_and_sd(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  MeanAndSd result;
  result.mean = std::accumulate(values.begin(), values.end(), 0.0) / std::max(n, 1.0);
  for (const double value : values) {
    result.sd += (value - result.mean) * (value - result.mean);
  }
  result.sd = values.size() > 1 ? std::sqrt(result.sd / (n - 1.0)) : 0.0;
  return result;
}

std::string endpoint_text(const std::vector<double>& endpoints) {
  if (endpoints.empty()) {
    return "-";
  }
  const MeanAndSd value = mean_and_sd(endpoints);
  return fmt::format("{:.2f} +- {:.2f}", value.mean, value.sd);
}

/// Standard deviation of the projection at the delay's end against that at the sample's end.
double fluctuation_at_go(const io::AttractorFile& file, const rate::AttractorSummary& level,
                         int side) {
  const Eigen::VectorXd course = rate::relative_fluctuation(level, file.protocol, side);
  const auto at =
      static_cast<Eigen::Index>(std::lround(file.protocol.go_ms / level.sample_every_ms));
  return course[std::clamp<Eigen::Index>(at, 0, course.size() - 1)];
}

Json outcome_json(const rate::AttractorOutcome& outcome) {
  const MeanAndSd endpoint = mean_and_sd(outcome.endpoint);
  Json json = {{"trials", outcome.endpoint.size()}};
  json["endpoint_mean"] = outcome.endpoint.empty() ? Json() : Json(endpoint.mean);
  json["endpoint_sd"] = outcome.endpoint.empty() ? Json() : Json(endpoint.sd);
  return json;
}

}  // namespace

AttractorResults attractor_results(const io::AttractorFile& file) {
  AttractorResults results;
  const auto zero = std::find(file.levels.begin(), file.levels.end(), 0.0);
  if (zero == file.levels.end()) {
    throw InputError("levels", "", "none of 0",
                     "must hold 0: trials without photoinhibition define the coding direction");
  }
  results.unperturbed = static_cast<std::size_t>(zero - file.levels.begin());
  results.direction = rate::attractor_coding_direction(file.trials[results.unperturbed]);
  for (const rate::AttractorTrials& trials : file.trials) {
    results.levels.push_back(rate::summarise(trials, file.protocol, results.direction));
  }
  results.phase_line = rate::attractor_phase_line(results.levels, file.protocol);
  return results;
}

std::string attractor_table(const io::AttractorFile& file, const AttractorResults& results) {
  TextTable table({"photoinhibition", "correct right", "left", "endpoint right", "left",
                   "of errors", "left", "switched", "SD go/sample"});
  for (std::size_t i = 0; i < results.levels.size(); ++i) {
    const rate::AttractorSummary& level = results.levels[i];
    const double fluctuation =
        level.correct[0].successes > 0 ? fluctuation_at_go(file, level, 0) : std::nan("");
    table.add_row({fmt::format("{:g}", file.levels[i]), percent(level.correct[0].value),
                   percent(level.correct[1].value), endpoint_text(level.correct_trials[0].endpoint),
                   endpoint_text(level.correct_trials[1].endpoint),
                   endpoint_text(level.error_trials[0].endpoint),
                   endpoint_text(level.error_trials[1].endpoint),
                   fmt::format("{}", level.switched[0] + level.switched[1]),
                   std::isfinite(fluctuation) ? fmt::format("{:.2f}", fluctuation) : "-"});
  }
  return table.text();
}

Json attractor_json(const io::AttractorFile& file, const AttractorResults& results) {
  Json levels = Json::array();
  for (std::size_t i = 0; i < results.levels.size(); ++i) {
    const rate::AttractorSummary& level = results.levels[i];
    Json json = {{"photoinhibition", file.levels[i]}};
    for (const std::size_t side : {0U, 1U}) {
      const int s = static_cast<int>(side);
      json[kSideLabels.at(side)] = {{"correct", to_json(level.correct.at(side))},
                                    {"correct_trials", outcome_json(level.correct_trials.at(side))},
                                    {"error_trials", outcome_json(level.error_trials.at(side))},
                                    {"switched", level.switched.at(side)},
                                    {"histogram_correct", level.endpoint_histogram(s, false)},
                                    {"histogram_error", level.endpoint_histogram(s, true)}};
      json[kSideLabels.at(side)]["sd_go_relative_to_sample"] =
          level.correct.at(side).successes > 0 ? Json(fluctuation_at_go(file, level, s)) : Json();
    }
    levels.push_back(json);
  }
  Json model;
  io::put_values(model, rate::attractor_fields(), file.model);
  return {{"type", file.model.name},
          {"parameters", model},
          {"trials", file.options.trials},
          {"seed", file.options.seed},
          {"coding_direction", {results.direction.vector[0], results.direction.vector[1]}},
          {"histogram_edges", rate::endpoint_histogram_edges()},
          {"levels", levels},
          {"phase_line",
           {{"position", results.phase_line.position}, {"speed", results.phase_line.speed}}}};
}

}  // namespace rheobase::cli
