#include "core/field_table.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"

namespace rheobase {

namespace {

bool is_number(const FieldValue& value) {
  return std::holds_alternative<double>(value) || std::holds_alternative<std::int64_t>(value);
}

bool fits(const FieldInfo& field, const FieldValue& value) {
  switch (field.kind) {
    case FieldKind::truth:
      return std::holds_alternative<bool>(value);
    case FieldKind::word: {
      const auto* word = std::get_if<std::string>(&value);
      return word != nullptr &&
             std::find(field.words.begin(), field.words.end(), *word) != field.words.end();
    }
    case FieldKind::integer:
      return is_number(value) && contains(field.range, number_of(value)) &&
             number_of(value) == std::floor(number_of(value));
    case FieldKind::number:
      return is_number(value) && contains(field.range, number_of(value));
  }
  return false;
}

}  // namespace

double number_of(const FieldValue& value) {
  const auto* integer = std::get_if<std::int64_t>(&value);
  return integer != nullptr ? static_cast<double>(*integer) : std::get<double>(value);
}

std::string value_text(const FieldValue& value) {
  if (const auto* truth = std::get_if<bool>(&value)) {
    return *truth ? "true" : "false";
  }
  if (const auto* word = std::get_if<std::string>(&value)) {
    return *word;
  }
  return fmt::format("{}", number_of(value));
}

std::string requirement(const FieldInfo& field) {
  if (field.kind == FieldKind::truth) {
    return "must be true or false";
  }
  if (field.kind == FieldKind::word) {
    return fmt::format("must be one of {}", fmt::join(field.words, ", "));
  }
  const std::string limits = describe(field.range);
  return fmt::format(
      "must be {}{}{}{}{}", field.kind == FieldKind::integer ? "an integer" : "a number",
      limits.empty() ? "" : ", ", limits, limits.empty() || field.unit.empty() ? "" : " ",
      limits.empty() ? "" : field.unit);
}

std::optional<FieldFault> value_fault(const FieldInfo& field, const FieldValue& value) {
  if (fits(field, value)) {
    return std::nullopt;
  }
  const bool text = std::holds_alternative<std::string>(value);
  return FieldFault{text ? fmt::format("'{}'", value_text(value)) : value_text(value),
                    requirement(field)};
}

void require(const FieldInfo& field, const FieldValue& value, std::string_view where,
             std::string_view spelled) {
  if (const std::optional<FieldFault> fault = value_fault(field, value)) {
    throw InputError(where, spelled, fault->found, fault->required);
  }
}

void no_such_word(std::string_view what, std::string_view word,
                  std::span<const std::string_view> words) {
  throw InputError(what, "", fmt::format("'{}'", word),
                   fmt::format("must be one of {}", fmt::join(words, ", ")));
}

void field_table::no_such_field(std::string_view name) {
  throw Error(fmt::format("no field '{}' in its table", name));
}

}  // namespace rheobase
