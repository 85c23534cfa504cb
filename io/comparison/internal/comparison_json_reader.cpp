#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/whole_number.hpp"
#include "io/comparison/comparison_json.hpp"
#include "io/comparison/internal/comparison_check.hpp"
#include "io/comparison/json_values.hpp"
#include "mapping/conversion/transfer_fields.hpp"

namespace rheobase::io {

namespace {

using Json = nlohmann::ordered_json;

/// Levels of lists and objects in a comparison: six. What is nested deeper is another text, and
/// one without end would exhaust the stack.
constexpr int kDeepestLevel = 32;

/// An object of the text with typed access; every message names the field by its path.
class Field {
 public:
  Field(const Json& json, const std::string& where, std::string path)
      : json_(json), where_(where), path_(std::move(path)) {}

  Field at(const char* name) const {
    const std::string path = path_.empty() ? name : path_ + "." + name;
    if (!json_.is_object() || !json_.contains(name)) {
      throw InputError(where_, path, "nothing", "must be there in a comparison");
    }
    return {json_.at(name), where_, path};
  }
  bool has(const char* name) const { return json_.is_object() && json_.contains(name); }
  std::vector<Field> list() const {
    require(json_.is_array(), "a list");
    std::vector<Field> fields;
    for (std::size_t k = 0; k < json_.size(); ++k) {
      fields.emplace_back(json_.at(k), where_, fmt::format("{}[{}]", path_, k));
    }
    return fields;
  }
  double number() const {
    require(json_.is_number(), "a number");
    return json_.get<double>();
  }
  std::optional<double> optional() const {
    return json_.is_null() ? std::nullopt : std::optional(number());
  }
  template <class Integer>
  Integer integer() const {
    const std::optional<Integer> value = whole_number<Integer>(number());
    require(value.has_value(), "a whole number in range");
    return *value;
  }
  std::string text() const {
    require(json_.is_string(), "a text");
    return json_.get<std::string>();
  }
  bool truth() const {
    require(json_.is_boolean(), "true or false");
    return json_.get<bool>();
  }
  /// A word, turned into what it stands for; an unknown one is the file's fault.
  template <class Convert>
  auto word(const Convert& convert) const {
    try {
      return convert(text());
    } catch (const InputError& error) {
      throw InputError(where_, path_, error.found(), error.required());
    }
  }
  /// Numbers, null for NaN; of any length where `size` is negative.
  Eigen::VectorXd vector(Eigen::Index size = -1) const {
    require(json_.is_array(), "a list of numbers");
    const std::vector<Field> fields = list();
    const auto count = static_cast<Eigen::Index>(fields.size());
    require(size < 0 || count == size, fmt::format("a list of {}", counted(size, "number")));
    Eigen::VectorXd values(count);
    for (Eigen::Index k = 0; k < count; ++k) {
      values[k] = fields[static_cast<std::size_t>(k)].optional().value_or(
          std::numeric_limits<double>::quiet_NaN());
    }
    return values;
  }
  /// A value of a field table.
  FieldValue value(const FieldInfo& field) const {
    const std::optional<FieldValue> found = json_value(json_);
    if (!found || value_fault(field, *found)) {
      throw InputError(where_, path_, shortened(), requirement(field));
    }
    return *found;
  }
  const Json& json() const { return json_; }
  void require(bool holds, const std::string& required) const {
    if (!holds) {
      throw InputError(where_, path_, shortened(), "must be " + required);
    }
  }

 private:
  std::string shortened() const {
    const std::string text = json_.dump(-1, ' ', false, Json::error_handler_t::replace);
    return text.size() <= 40 ? text : text.substr(0, 40) + "...";
  }

  const Json& json_;
  const std::string& where_;
  std::string path_;
};

Proportion proportion_from(const Field& field) {
  const int successes = field.at("successes").integer<int>();
  const int trials = field.at("trials").integer<int>();
  field.require(trials >= 0 && successes >= 0 && successes <= trials,
                "a proportion with 0 <= successes <= trials");
  return wilson_interval(successes, trials);
}

analysis::McNemar mcnemar_from(const Field& field) {
  return {field.at("both").integer<int>(), field.at("only_rate").integer<int>(),
          field.at("only_spiking").integer<int>(), field.at("neither").integer<int>(),
          field.at("p_value").number()};
}

mapping::TimeDifference time_difference_from(const Field& field) {
  const int trials = field.at("trials").integer<int>();
  if (trials == 0) {  // null; 0 in files of older versions
    return {0, field.at("mean_ms").optional().value_or(0.0),
            field.at("sd_ms").optional().value_or(0.0)};
  }
  return {trials, field.at("mean_ms").number(), field.at("sd_ms").number()};
}

analysis::Distribution distribution_from(const Field& field) {
  return {field.at("count").integer<int>(),
          field.at("mean").number(),
          field.at("sd").number(),
          field.at("minimum").number(),
          field.at("lower_quartile").number(),
          field.at("median").number(),
          field.at("upper_quartile").number(),
          field.at("maximum").number()};
}

mapping::ConditionComparison condition_from(const Field& field) {
  mapping::ConditionComparison condition;
  condition.name = field.at("name").text();
  condition.trials = field.at("trials").integer<int>();
  condition.rate_accuracy = proportion_from(field.at("rate_accuracy"));
  condition.spiking_accuracy = proportion_from(field.at("spiking_accuracy"));
  condition.paired = mcnemar_from(field.at("mcnemar"));
  condition.output_rmse = field.at("output_rmse").optional();
  condition.output_correlation = field.at("output_correlation").optional();
  condition.onset = time_difference_from(field.at("onset_difference"));
  condition.peak = time_difference_from(field.at("peak_difference"));
  condition.rate_correlation = field.at("rate_correlation").optional();
  condition.rate_synchrony = field.at("rate_synchrony").optional();
  condition.spiking_synchrony = field.at("spiking_synchrony").optional();
  condition.mean_activity = field.at("mean_activity").optional();
  condition.mean_rate_hz = field.at("mean_rate_hz").optional();
  if (field.has("rate_target_rmse")) {  // of trials that are judged by it
    condition.rate_target_rmse = field.at("rate_target_rmse").optional();
  }
  if (field.has("spiking_target_rmse")) {
    condition.spiking_target_rmse = field.at("spiking_target_rmse").optional();
  }
  return condition;
}

rate::UnitType unit_type_from(const Field& field) {
  for (const rate::UnitType type : rate::kUnitTypes) {
    if (field.text() == to_string(type)) {
      return type;
    }
  }
  field.require(false, "E, I, SOM or mixed");
  return {};
}

mapping::UnitComparison units_from(const Field& field) {
  mapping::UnitComparison units;
  for (const Field& type : field.at("type").list()) {
    units.type.push_back(unit_type_from(type));
  }
  const auto count = static_cast<Eigen::Index>(units.type.size());
  units.tau_ms = field.at("tau_ms").vector(count);
  units.rate_activity = field.at("rate_activity").vector(count);
  units.spiking_hz = field.at("spiking_hz").vector(count);
  units.correlation = field.at("correlation").vector(count);
  units.trial_correlation = field.at("trial_correlation").vector(count);
  units.isi_cv = field.at("isi_cv").vector(count);
  units.isi_cv2 = field.at("isi_cv2").vector(count);
  if (field.json().contains("drive_gain_mv")) {  // older files have neither
    units.drive_gain_mv = field.at("drive_gain_mv").vector(count);
    units.bias_mv = field.at("bias_mv").vector(count);
  }
  return units;
}

mapping::TypeComparison type_from(const Field& field) {
  return {unit_type_from(field.at("type")),
          distribution_from(field.at("rate_hz")),
          distribution_from(field.at("spiking_hz")),
          field.at("correlation").optional(),
          field.at("isi_cv").optional(),
          field.at("isi_cv2").optional()};
}

mapping::CompareOptions options_from(const Field& root) {
  mapping::CompareOptions options;
  for (const auto& field : mapping::stored_compare_fields()) {
    const std::size_t dot = field.name.find('.');
    const bool member = dot != std::string::npos;
    const Field parent = member ? root.at(field.name.substr(0, dot).c_str()) : root;
    const std::string name = member ? field.name.substr(dot + 1) : field.name;
    if (mapping::came_later(field.name) && !parent.json().contains(name)) {
      continue;
    }
    field.set(options, parent.at(name.c_str()).value(field));
  }
  return options;
}

void check_format(const Field& root, const std::string& where) {
  const bool ours = root.json().is_object() && root.json().contains("format") &&
                    root.json().at("format") == kComparisonFormatName;
  if (!ours) {
    throw InputError(where, "", "no comparison", "must be what `rheobase compare` writes");
  }
  const int version = root.at("format_version").integer<int>();
  if (version != kComparisonFormat) {
    const char* age = version < kComparisonFormat ? "an older" : "a newer";
    throw InputError(
        where, "format_version", fmt::format("{}, of {} rheobase", version, age),
        fmt::format("must be {}: make the comparison again with this version", kComparisonFormat));
  }
}

rate::TrialSplit split_from(const Field& field) {
  rate::TrialSplit split;
  split.file = field.at("file").text();
  split.hash = field.at("sha256").text();
  split.test_fraction = field.at("test_fraction").number();
  field.at("test_fraction")
      .require(split.test_fraction >= 0.0 && split.test_fraction < 1.0, "within 0 ... 1");
  split.training = field.at("training").integer<int>();
  split.held_out = field.at("held_out").integer<int>();
  field.require(split.training >= 0 && split.held_out >= 0, "numbers of trials, not negative");
  const auto evaluated = rate::evaluated_trials_from(field.at("evaluated").text());
  field.at("evaluated").require(evaluated.has_value(), "held_out, training or given");
  split.evaluated = *evaluated;
  if (field.has("test_file")) {
    split.test_file = field.at("test_file").text();
    split.test_hash = field.at("test_sha256").text();
  }
  return split;
}

mapping::Comparison comparison_from(const Field& root) {
  mapping::Comparison comparison;
  comparison.command = root.at("command").text();
  comparison.model_file = root.at("model").text();
  comparison.network = root.at("network").text();
  comparison.task = root.at("task").at("name").text();
  const Field parameters = root.at("task").at("parameters");
  parameters.require(parameters.json().is_object(), "an object");
  for (const auto& [name, value] : parameters.json().items()) {
    comparison.task_parameters[name] = parameters.at(name.c_str()).number();
  }
  if (root.at("task").has("trials")) {
    comparison.split = split_from(root.at("task").at("trials"));
  }
  comparison.options = options_from(root.at("options"));
  if (root.has("intervention")) {
    comparison.intervention = root.at("intervention").text();
  }
  if (root.has("signed_rates")) {  // older files do not say
    comparison.signed_rates = root.at("signed_rates").truth();
  }
  comparison.engine = root.at("engine").text();
  comparison.engine_reason = root.at("engine_reason").text();
  comparison.duration_ms = root.at("duration_ms").number();
  comparison.seconds = root.at("seconds").number();
  comparison.all = condition_from(root.at("all"));
  for (const Field& condition : root.at("conditions").list()) {
    comparison.conditions.push_back(condition_from(condition));
  }
  if (root.json().contains("outputs")) {
    for (const Field& output : root.at("outputs").list()) {
      comparison.outputs.push_back({output.at("rmse").number(), output.at("correlation").optional(),
                                    output.has("name") ? output.at("name").text() : std::string()});
    }
  }
  for (const Field& type : root.at("types").list()) {
    comparison.types.push_back(type_from(type));
  }
  const Field subspaces = root.at("subspaces");
  comparison.subspaces.rate_explained = subspaces.at("rate_explained").vector();
  comparison.subspaces.spiking_explained = subspaces.at("spiking_explained").vector();
  comparison.subspaces.angles_deg = subspaces.at("angles_deg").vector();
  comparison.units = units_from(root.at("units"));
  return comparison;
}

}  // namespace

mapping::Comparison comparison_from_json(std::string_view text, const std::string& where,
                                         TaskNames names) {
  const auto not_too_deep = [&](int depth, Json::parse_event_t, const Json&) {
    if (depth > kDeepestLevel) {
      throw InputError(where, "", fmt::format("more than {} levels of lists", kDeepestLevel),
                       "must be what `rheobase compare` writes");
    }
    return true;
  };
  const Json json = Json::parse(text, not_too_deep, false);
  if (json.is_discarded()) {
    throw InputError(where, "", "text that is not JSON", "must be what `rheobase compare` writes");
  }
  const Field root(json, where, "");
  check_format(root, where);
  mapping::Comparison comparison = comparison_from(root);
  validate_figures(comparison, where, names);
  return comparison;
}

}  // namespace rheobase::io
