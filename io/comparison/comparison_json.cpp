#include "io/comparison/comparison_json.hpp"

#include <cmath>

#include <nlohmann/json.hpp>

#include "core/version.hpp"
#include "io/comparison/json_values.hpp"

namespace rheobase::io {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json to_json(const Eigen::VectorXd& values) {
  Json list = Json::array();
  for (const double value : values) {
    list.push_back(std::isnan(value) ? Json(nullptr) : Json(value));
  }
  return list;
}

Json to_json(const Proportion& proportion) {
  return proportion_json<Json>(proportion);
}

Json to_json(const analysis::McNemar& test) {
  return {{"both", test.both},
          {"only_rate", test.only_first},
          {"only_spiking", test.only_second},
          {"neither", test.neither},
          {"p_value", test.p_value}};
}

Json to_json(const mapping::TimeDifference& difference) {
  const auto where_any = [&](double value) {
    return difference.trials > 0 ? Json(value) : Json(nullptr);
  };
  return {{"trials", difference.trials},
          {"mean_ms", where_any(difference.mean_ms)},
          {"sd_ms", where_any(difference.sd_ms)}};
}

Json to_json(const analysis::Distribution& distribution) {
  return {{"count", distribution.count},
          {"mean", distribution.mean},
          {"sd", distribution.sd},
          {"minimum", distribution.minimum},
          {"lower_quartile", distribution.lower_quartile},
          {"median", distribution.median},
          {"upper_quartile", distribution.upper_quartile},
          {"maximum", distribution.maximum}};
}

Json to_json(const mapping::ConditionComparison& condition) {
  Json json{{"name", condition.name},
            {"trials", condition.trials},
            {"rate_accuracy", to_json(condition.rate_accuracy)},
            {"spiking_accuracy", to_json(condition.spiking_accuracy)},
            {"mcnemar", to_json(condition.paired)},
            {"output_rmse", to_json(condition.output_rmse)},
            {"output_correlation", to_json(condition.output_correlation)},
            {"onset_difference", to_json(condition.onset)},
            {"peak_difference", to_json(condition.peak)},
            {"rate_correlation", to_json(condition.rate_correlation)},
            {"rate_synchrony", to_json(condition.rate_synchrony)},
            {"spiking_synchrony", to_json(condition.spiking_synchrony)},
            {"mean_activity", to_json(condition.mean_activity)},
            {"mean_rate_hz", to_json(condition.mean_rate_hz)}};
  if (condition.rate_target_rmse) {
    json["rate_target_rmse"] = *condition.rate_target_rmse;
  }
  if (condition.spiking_target_rmse) {
    json["spiking_target_rmse"] = *condition.spiking_target_rmse;
  }
  return json;
}

Json to_json(const mapping::UnitComparison& units) {
  Json types = Json::array();
  for (const rate::UnitType type : units.type) {
    types.push_back(std::string(to_string(type)));
  }
  return {{"type", types},
          {"tau_ms", to_json(units.tau_ms)},
          {"rate_activity", to_json(units.rate_activity)},
          {"spiking_hz", to_json(units.spiking_hz)},
          {"correlation", to_json(units.correlation)},
          {"trial_correlation", to_json(units.trial_correlation)},
          {"isi_cv", to_json(units.isi_cv)},
          {"isi_cv2", to_json(units.isi_cv2)},
          {"drive_gain_mv", to_json(units.drive_gain_mv)},
          {"bias_mv", to_json(units.bias_mv)}};
}

Json to_json(const mapping::OutputComparison& output) {
  Json json;
  if (!output.name.empty()) {
    json["name"] = output.name;
  }
  json["rmse"] = output.rmse;
  json["correlation"] = to_json(output.correlation);
  return json;
}

Json to_json(const mapping::TypeComparison& type) {
  return {{"type", std::string(to_string(type.type))},
          {"rate_hz", to_json(type.rate_hz)},
          {"spiking_hz", to_json(type.spiking_hz)},
          {"correlation", to_json(type.correlation)},
          {"isi_cv", to_json(type.isi_cv)},
          {"isi_cv2", to_json(type.isi_cv2)}};
}

Json to_json(const mapping::CompareOptions& options) {
  Json json;
  put_values(json, mapping::stored_compare_fields(), options);
  return json;
}

Json to_json(const mapping::Comparison& comparison) {
  Json parameters = Json::object();
  for (const auto& [name, value] : comparison.task_parameters) {
    parameters[name] = value;
  }
  Json conditions = Json::array();
  for (const mapping::ConditionComparison& condition : comparison.conditions) {
    conditions.push_back(to_json(condition));
  }
  Json outputs = Json::array();
  for (const mapping::OutputComparison& output : comparison.outputs) {
    outputs.push_back(to_json(output));
  }
  Json types = Json::array();
  for (const mapping::TypeComparison& type : comparison.types) {
    types.push_back(to_json(type));
  }
  const mapping::SubspaceComparison& subspaces = comparison.subspaces;
  Json task = {{"name", comparison.task}, {"parameters", parameters}};
  if (comparison.split) {
    task["trials"] = split_json<Json>(*comparison.split);
  }
  Json json = {{"format", kComparisonFormatName},
               {"format_version", kComparisonFormat},
               {"rheobase_version", kVersion},
               {"command", comparison.command},
               {"model", comparison.model_file},
               {"network", comparison.network},
               {"task", task},
               {"options", to_json(comparison.options)},
               {"signed_rates", comparison.signed_rates},
               {"engine", comparison.engine},
               {"engine_reason", comparison.engine_reason},
               {"duration_ms", comparison.duration_ms},
               {"seconds", comparison.seconds},
               {"all", to_json(comparison.all)},
               {"conditions", conditions},
               {"outputs", outputs},
               {"types", types},
               {"subspaces",
                {{"rate_explained", to_json(subspaces.rate_explained)},
                 {"spiking_explained", to_json(subspaces.spiking_explained)},
                 {"angles_deg", to_json(subspaces.angles_deg)}}},
               {"units", to_json(comparison.units)}};
  if (!comparison.intervention.empty()) {
    json["intervention"] = comparison.intervention;
  }
  return json;
}

}  // namespace

std::string comparison_to_json(const mapping::Comparison& comparison) {
  return to_json(comparison).dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace rheobase::io
