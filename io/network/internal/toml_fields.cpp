#include "io/network/internal/toml_fields.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/nearest_name.hpp"

namespace rheobase::io {

namespace {

std::optional<double> as_number(const DocumentValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value.value)) {
    return static_cast<double>(*integer);
  }
  const auto* number = std::get_if<double>(&value.value);
  return number != nullptr ? std::optional(*number) : std::nullopt;
}

}  // namespace

TomlFields::TomlFields(const DocumentValue& table, const SourceMap& map, std::string part,
                       const std::vector<std::string>& known)
    : table_(table), map_(map), part_(std::move(part)) {
  if (table.table() == nullptr) {
    fail(table.position, "", table.describe(), "must be a table");
  }
  for (const DocumentEntry& entry : *table.table()) {
    if (std::ranges::find(known, entry.key) == known.end()) {
      fail(entry.position, "key", fmt::format("'{}'", entry.key), must_be_one_of(entry.key, known));
    }
  }
}

void TomlFields::fail(TextPosition place, std::string_view field, std::string_view found,
                      std::string_view required) const {
  throw InputError(map_.where(place) + (part_.empty() ? "" : ": " + one_line(part_)),
                   one_line(field), one_line(found), required);
}

const DocumentValue& TomlFields::get(std::string_view key, std::string_view required) const {
  const DocumentValue* value = find(key);
  if (value == nullptr) {
    fail(table_.position, key, "nothing", required);
  }
  return *value;
}

std::string TomlFields::text(std::string_view key, std::string_view required) const {
  const DocumentValue& value = get(key, required);
  if (value.text() == nullptr) {
    fail(value.position, key, value.describe(), required);
  }
  return *value.text();
}

std::string TomlFields::text_or(std::string_view key, std::string fallback) const {
  return has(key) ? text(key, "must be a text") : fallback;
}

double TomlFields::number(std::string_view key, const Range& range) const {
  const std::string allowed = describe(range);
  const std::string required = "must be a number" + (allowed.empty() ? "" : ", " + allowed);
  const DocumentValue& value = get(key, required);
  const std::optional<double> number = as_number(value);
  if (!number || !std::isfinite(*number) || !contains(range, *number)) {
    fail(value.position, key, value.describe(), required);
  }
  return *number;
}

double TomlFields::number_or(std::string_view key, double fallback, const Range& range) const {
  return has(key) ? number(key, range) : fallback;
}

std::int64_t TomlFields::integer_or(std::string_view key, std::int64_t fallback,
                                    const Range& range) const {
  const DocumentValue* value = find(key);
  if (value == nullptr) {
    return fallback;
  }
  const auto* integer = std::get_if<std::int64_t>(&value->value);
  if (integer == nullptr || !contains(range, static_cast<double>(*integer))) {
    const std::string allowed = describe(range);
    fail(value->position, key, value->describe(),
         "must be a whole number" + (allowed.empty() ? "" : ", " + allowed));
  }
  return *integer;
}

bool TomlFields::truth_or(std::string_view key, bool fallback) const {
  const DocumentValue* value = find(key);
  if (value == nullptr) {
    return fallback;
  }
  const auto* truth = std::get_if<bool>(&value->value);
  if (truth == nullptr) {
    fail(value->position, key, value->describe(), "must be true or false");
  }
  return *truth;
}

std::string TomlFields::word_or(std::string_view key, const std::string& fallback,
                                const std::vector<std::string>& words) const {
  const std::string word = text_or(key, fallback);
  if (std::ranges::find(words, word) == words.end()) {
    fail(find(key)->position, key, fmt::format("'{}'", word), must_be_one_of(word, words));
  }
  return word;
}

FieldValue TomlFields::field_value(const FieldInfo& field, const DocumentValue& value) const {
  FieldValue given = std::string(value.describe());
  if (const auto* truth = std::get_if<bool>(&value.value)) {
    given = *truth;
  } else if (const auto* integer = std::get_if<std::int64_t>(&value.value)) {
    given = *integer;
  } else if (const auto* number = std::get_if<double>(&value.value)) {
    given = *number;
  } else if (value.text() != nullptr) {
    given = *value.text();
  }
  if (const auto fault = value_fault(field, given)) {
    fail(value.position, field.name, fault->found,
         field.kind == FieldKind::word && value.text() != nullptr
             ? must_be_one_of(*value.text(), field.words)
             : fault->required);
  }
  return given;
}

}  // namespace rheobase::io
