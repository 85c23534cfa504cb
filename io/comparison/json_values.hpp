#pragma once

#include <optional>
#include <string>

#include "core/field_table.hpp"
#include "core/statistics.hpp"
#include "rate/tasks/task.hpp"

/// Field tables in JSON, both ways. Templates over the JSON library's type: no other header needs
/// the library.
namespace rheobase::io {

/// Sets a member of an object; "a.b" is member b of its member a.
template <class Json>
void put_value(Json& object, const std::string& name, const FieldValue& value) {
  if (const std::size_t dot = name.find('.'); dot != std::string::npos) {
    put_value(object[name.substr(0, dot)], name.substr(dot + 1), value);
    return;
  }
  std::visit([&](const auto& one) { object[name] = one; }, value);
}

/// Sets a member for every field of a table.
template <class Json, class Options>
void put_values(Json& object, const FieldTable<Options>& table, const Options& options) {
  for (const rheobase::Field<Options>& field : table) {
    put_value(object, field.name, field.get(options));
  }
}

template <class Json>
Json proportion_json(const Proportion& proportion) {
  return {{"value", proportion.value},
          {"low", proportion.low},
          {"high", proportion.high},
          {"successes", proportion.successes},
          {"trials", proportion.trials}};
}

/// Which given trials are for what.
template <class Json>
Json split_json(const rate::TrialSplit& split) {
  Json json = {{"file", split.file},
               {"sha256", split.hash},
               {"test_fraction", split.test_fraction},
               {"training", split.training},
               {"held_out", split.held_out},
               {"evaluated", std::string(to_string(split.evaluated))}};
  if (!split.test_file.empty()) {
    json["test_file"] = split.test_file;
    json["test_sha256"] = split.test_hash;
  }
  return json;
}

/// Nothing where the JSON value is none that a field can have.
template <class Json>
std::optional<FieldValue> json_value(const Json& json) {
  if (json.is_boolean()) {
    return FieldValue(json.template get<bool>());
  }
  if (json.is_number()) {
    return FieldValue(json.template get<double>());
  }
  if (json.is_string()) {
    return FieldValue(json.template get<std::string>());
  }
  return std::nullopt;
}

}  // namespace rheobase::io
