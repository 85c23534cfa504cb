#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include "apps/cli/force/force_test_results.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"

namespace rheobase::cli {

namespace {

using analysis::Selectivity;

constexpr std::array kDefinitionNames{"model", "recording"};

std::string spread_text(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double square = 0.0;
  for (const double value : values) {
    square += (value - mean) * (value - mean);
  }
  return fmt::format("{:.2f} +- {:.2f}", mean,
                     values.size() > 1 ? std::sqrt(square / (n - 1.0)) : 0.0);
}

std::string classes_text(const std::vector<Selectivity>& classes) {
  const auto count = [&](Selectivity one) {
    return std::count(classes.begin(), classes.end(), one);
  };
  return fmt::format("{} right, {} left, {} neither", count(Selectivity::right),
                     count(Selectivity::left), count(Selectivity::none));
}

std::vector<Selectivity> classes_of(const std::vector<double>& index) {
  std::vector<Selectivity> classes;
  for (const double value : index) {
    classes.push_back(value > 0.1    ? Selectivity::right
                      : value < -0.1 ? Selectivity::left
                                     : Selectivity::none);
  }
  return classes;
}

/// Of the units that the targets make selective, those that the network makes so on the same side:
/// "31.0 %".
std::string recovered_text(const ForceTestResults& results) {
  const std::vector<Selectivity> targets = classes_of(results.index[0]);
  const std::vector<Selectivity> network = classes_of(results.index[1]);
  int selective = 0;
  int same = 0;
  for (std::size_t unit = 0; unit < targets.size(); ++unit) {
    selective += targets[unit] != Selectivity::none ? 1 : 0;
    same += targets[unit] != Selectivity::none && targets[unit] == network[unit] ? 1 : 0;
  }
  return selective == 0 ? "-" : percent(static_cast<double>(same) / selective);
}

/// None where trials do not yet differ at the delay's start, as before noise that begins later.
std::optional<double> fluctuation_before_cue(const io::ForceFile& file,
                                             const rate::ForceCoding& coding, std::size_t side) {
  const rate::TrialEpochs& epochs = file.task.epochs;
  if (!coding.varies_at(side, epochs.delay)) {
    return std::nullopt;
  }
  const Eigen::VectorXd course = coding.relative_fluctuation(side, epochs.delay);
  const Eigen::Index sample = epochs.cue / coding.sample_every;
  return course[std::min(sample, course.size() - 1)];
}

std::string fluctuation_text(const std::optional<double>& ratio) {
  return ratio ? fmt::format("{:.2f}", *ratio) : "-";
}

std::string coding_table(const io::ForceFile& file, const ForceTestResults& results) {
  TextTable table(
      {"coding direction", "length", "endpoint right", "left", "SD cue/delay right", "left"});
  for (std::size_t i = 0; i < 2; ++i) {
    const rate::ForceCoding& coding = results.coding[i];
    table.add_row({kDefinitionNames.at(i), fmt::format("{:.3f}", coding.direction.vector.norm()),
                   spread_text(coding.endpoint[0]), spread_text(coding.endpoint[1]),
                   fluctuation_text(fluctuation_before_cue(file, coding, 0)),
                   fluctuation_text(fluctuation_before_cue(file, coding, 1))});
  }
  return table.text();
}

std::vector<std::string> outcome_cells(const rate::NoiseTest& test) {
  return {percent(test.correct[0].value),      percent(test.correct[1].value),
          percent(test.collapsed[0].value),    percent(test.collapsed[1].value),
          collapse_text(test.direction()),     fmt::format("{:.3f}", test.pvar[0]),
          fmt::format("{:.3f}", test.pvar[1]), percent(test.recovered),
          percent(test.well_recovered.value)};
}

std::vector<std::string> outcome_header(const std::string& first) {
  return {first,       "correct right", "left", "collapsed right", "left",
          "direction", "pVar right",    "left", "selectivity",     "above 0.7"};
}

std::string noise_tables(const ForceTestResults& results) {
  TextTable table(outcome_header("noise"));
  for (const NoisePoint& point : results.noise) {
    std::vector<std::string> row{
        fmt::format("{} {:g}", point.common ? "common" : "independent", point.test.amplitude)};
    for (std::string& cell : outcome_cells(point.test)) {
      row.push_back(std::move(cell));
    }
    table.add_row(row);
  }
  return table.text();
}

std::string clamp_table(const ForceTestResults& results) {
  TextTable table(outcome_header("photoinhibited"));
  for (const ClampPoint& point : results.clamped) {
    std::vector<std::string> row{percent(point.fraction)};
    for (std::string& cell : outcome_cells(point.test)) {
      row.push_back(std::move(cell));
    }
    table.add_row(row);
  }
  return table.text();
}

std::string structure_text(const ForceTestResults& results) {
  const rate::ForceStructure& s = results.structure;
  const auto largest_real = [](const analysis::Spectrum& spectrum) {
    return spectrum.eigenvalues.real().maxCoeff();
  };
  Summary summary;
  summary.add("weights",
              fmt::format("SD {:.3g}, largest {:.3g}; before {:.3g}, {:.3g}", s.weight_sd_after,
                          s.largest_after, s.weight_sd_before, s.largest_before));
  summary.add("eigenvalues",
              fmt::format("largest real part {:.3g}, {} outside the circular law's radius {:.3g}; "
                          "before {:.3g}, {}, {:.3g}",
                          largest_real(s.after), analysis::outliers(s.after, 1.0).size(),
                          s.after.random_radius, largest_real(s.before),
                          analysis::outliers(s.before, 1.0).size(), s.before.random_radius));
  summary.add("changed directions",
              fmt::format("{} of {}", s.changed_directions, s.singular_values.size()));
  const auto dimensions = [](const Eigen::Index(&sides)[2]) {
    return fmt::format("{} right, {} left", sides[0], sides[1]);
  };
  summary.add("dimensions (95 %)",
              fmt::format("targets {}; network {}; untrained {}", dimensions(s.target_dimensions),
                          dimensions(s.trained_dimensions), dimensions(s.untrained_dimensions)));
  return summary.text();
}

Json outcome_json(const rate::NoiseTest& test) {
  return {{"correct_right", to_json(test.correct[0])},
          {"correct_left", to_json(test.correct[1])},
          {"collapsed_right", to_json(test.collapsed[0])},
          {"collapsed_left", to_json(test.collapsed[1])},
          {"direction", collapse_text(test.direction())},
          {"pvar", {test.pvar[0], test.pvar[1]}},
          {"recovered_selectivity", test.recovered},
          {"well_recovered", to_json(test.well_recovered)}};
}

Json coding_json(const io::ForceFile& file, const rate::ForceCoding& coding) {
  const Eigen::VectorXd& vector = coding.direction.vector;
  const auto fluctuation = [&](std::size_t side) {
    const std::optional<double> ratio = fluctuation_before_cue(file, coding, side);
    return ratio ? Json(*ratio) : Json();
  };
  return {{"vector", std::vector<double>(vector.begin(), vector.end())},
          {"zero", coding.direction.scale.zero},
          {"one", coding.direction.scale.one},
          {"endpoints_right", coding.endpoint[0]},
          {"endpoints_left", coding.endpoint[1]},
          {"sd_cue_relative_to_delay", {fluctuation(0), fluctuation(1)}}};
}

Json structure_json(const rate::ForceStructure& s) {
  const auto spectrum = [](const analysis::Spectrum& one) {
    Json eigenvalues = Json::array();
    for (const std::complex<double>& value : one.eigenvalues) {
      eigenvalues.push_back({value.real(), value.imag()});
    }
    return Json{{"eigenvalues", eigenvalues}, {"circular_law_radius", one.random_radius}};
  };
  return {
      {"weight_sd", {s.weight_sd_before, s.weight_sd_after}},
      {"largest_weight", {s.largest_before, s.largest_after}},
      {"spectrum_before", spectrum(s.before)},
      {"spectrum_after", spectrum(s.after)},
      {"singular_values", std::vector<double>(s.singular_values.begin(), s.singular_values.end())},
      {"changed_directions", s.changed_directions},
      {"dimensions",
       {{"targets", {s.target_dimensions[0], s.target_dimensions[1]}},
        {"network", {s.trained_dimensions[0], s.trained_dimensions[1]}},
        {"untrained", {s.untrained_dimensions[0], s.untrained_dimensions[1]}}}}};
}

}  // namespace

std::string force_test_tables(const io::ForceFile& file, const ForceTestResults& results) {
  Summary summary;
  summary.add("targets", file.targets);
  summary.add("from x = 0", fmt::format("pVar {:.3f} right, {:.3f} left", results.fresh.pvar[0],
                                        results.fresh.pvar[1]));
  summary.add("selectivity",
              fmt::format("the targets' class in {} of the units, {} of the selective ones",
                          percent(results.recovered), recovered_text(results)));
  summary.add("  targets, index", classes_text(classes_of(results.index[0])));
  summary.add("  network, index", classes_text(classes_of(results.index[1])));
  summary.add("  network, rank-sum", classes_text(results.simulated));
  return summary.text() + '\n' + coding_table(file, results) + '\n' + noise_tables(results) + '\n' +
         clamp_table(results) + '\n' + structure_text(results);
}

Json force_test_json(const io::ForceFile& file, const ForceTestResults& results) {
  Json noise = Json::array();
  for (const NoisePoint& point : results.noise) {
    Json json = {{"kind", point.common ? "common" : "independent"},
                 {"amplitude", point.test.amplitude}};
    json.update(outcome_json(point.test));
    noise.push_back(json);
  }
  Json clamped = Json::array();
  for (const ClampPoint& point : results.clamped) {
    Json json = {{"fraction", point.fraction}};
    json.update(outcome_json(point.test));
    clamped.push_back(json);
  }
  Json classes = Json::array();
  for (const Selectivity one : results.simulated) {
    classes.push_back(analysis::to_string(one));
  }
  return {{"targets", file.targets},
          {"test_pvar", results.fresh.pvar},
          {"recovered_selectivity", results.recovered},
          {"selectivity_index_targets", results.index[0]},
          {"selectivity_index_network", results.index[1]},
          {"selectivity_rank_sum_network", classes},
          {"coding_direction_model", coding_json(file, results.coding[0])},
          {"coding_direction_recording", coding_json(file, results.coding[1])},
          {"noise", noise},
          {"photoinhibition", clamped},
          {"structure", structure_json(results.structure)}};
}

}  // namespace rheobase::cli
