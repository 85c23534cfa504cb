#include "apps/cli/option.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "apps/cli/text_format.hpp"
#include "apps/cli/value_syntax.hpp"
#include "core/error.hpp"
#include "core/whole_number.hpp"

namespace rheobase::cli {

namespace {

std::optional<double> parse_number(const std::string& text) {
  double value = 0.0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc{} || stop != end || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

/// Help with the parts that are known put in brackets after it.
std::string with_details(const std::string& help, std::vector<std::string> details) {
  std::erase(details, std::string{});
  return details.empty() ? help : fmt::format("{} ({})", help, joined(details, "; "));
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// True, False, yes, no, 1, 0, ... as the original program takes them.
std::optional<FieldValue> parse_truth(const std::string& text) {
  static constexpr std::array kTrue{"true", "t", "yes", "y", "on", "1"};
  static constexpr std::array kFalse{"false", "f", "no", "n", "off", "0"};
  const std::string word = lower(text);
  if (std::find(kTrue.begin(), kTrue.end(), word) != kTrue.end()) {
    return true;
  }
  if (std::find(kFalse.begin(), kFalse.end(), word) != kFalse.end()) {
    return false;
  }
  return std::nullopt;
}

/// One of the words, whatever its case.
std::optional<FieldValue> parse_word(const std::vector<std::string>& words,
                                     const std::string& text) {
  for (const std::string& word : words) {
    if (lower(word) == lower(text)) {
      return word;
    }
  }
  return std::nullopt;
}

/// The value that `text` spells, or nothing where the field cannot have it.
std::optional<FieldValue> value_from(const FieldInfo& field, const std::string& text) {
  if (field.kind == FieldKind::truth) {
    return parse_truth(text);
  }
  if (field.kind == FieldKind::word) {
    return parse_word(field.words, text);
  }
  const std::optional<double> number = parse_number(text);
  return number && !value_fault(field, *number) ? std::optional<FieldValue>(*number) : std::nullopt;
}

/// Empty when the field can have the value, else what is wrong with it.
std::string text_fault(const FieldInfo& field, const std::string& text) {
  if (value_from(field, text)) {
    return "";
  }
  const bool quoted = field.kind == FieldKind::truth || field.kind == FieldKind::word;
  const std::string found = quoted ? fmt::format("'{}'", text) : text.empty() ? "nothing" : text;
  return fmt::format("found {}; {}", found, requirement(field));
}

std::string type_of(const FieldInfo& field) {
  switch (field.kind) {
    case FieldKind::truth:
      return "true|false";
    case FieldKind::word:
      return joined(field.words, "|");
    case FieldKind::integer:
      return "INT";
    case FieldKind::number:
      break;
  }
  return "NUMBER";
}

FieldInfo field_of(const std::string& names, FieldKind kind, const Range& range,
                   const std::string& help, const std::string& unit = {}) {
  FieldInfo field;
  field.option = names;
  field.unit = unit;
  field.help = help;
  field.kind = kind;
  field.range = range;
  return field;
}

}  // namespace

Option add_field(Command command, const FieldInfo& field, const std::string& fallback,
                 std::function<void(const FieldValue&)> take) {
  const std::string limits = describe(field.range);
  const std::string range =
      limits.empty() || field.unit.empty() ? limits + field.unit : limits + " " + field.unit;
  const std::string help = with_details(field.help, {range, fallback});
  if (field.flag) {
    return command.add_flag(
        field.option, [take](bool set) { take(set); }, help);
  }
  return command.add_value(
      field.option, type_of(field),
      [field](const std::string& given) { return text_fault(field, given); },
      [field, take](const std::string& given) { take(value_from(field, given).value()); }, help);
}

std::string default_text(const FieldInfo& field, const FieldValue& value) {
  return field.flag || value_text(value).empty() ? "" : "default " + value_text(value);
}

Option add_integer(Command command, const std::string& names, int& value, const Range& range,
                   const std::string& help) {
  FieldInfo field = field_of(names, FieldKind::integer, range, help);
  field.range.high = std::min<double>(range.high, std::numeric_limits<int>::max());
  return add_field(
      command, field, default_text(field, std::int64_t{value}),
      [&value](const FieldValue& given) { value = static_cast<int>(number_of(given)); });
}

Option add_number(Command command, const std::string& names, double& value, const Range& range,
                  const std::string& unit, const std::string& help) {
  const FieldInfo field = field_of(names, FieldKind::number, range, help, unit);
  return add_field(command, field, default_text(field, value),
                   [&value](const FieldValue& given) { value = number_of(given); });
}

Option add_optional_number(Command command, const std::string& names, std::optional<double>& value,
                           const Range& range, const std::string& help, const std::string& unit,
                           const std::string& otherwise) {
  return add_field(command, field_of(names, FieldKind::number, range, help, unit),
                   otherwise.empty() ? "" : "default: " + otherwise,
                   [&value](const FieldValue& given) { value = number_of(given); });
}

Option add_choice(Command command, const std::string& names, std::string& value,
                  const std::vector<std::string>& words, const std::string& help) {
  FieldInfo field = field_of(names, FieldKind::word, {}, help);
  field.words = words;
  return add_field(command, field, default_text(field, value),
                   [&value](const FieldValue& given) { value = std::get<std::string>(given); });
}

Option add_choices(Command command, const std::string& names, std::string& value,
                   const std::vector<std::string>& words, char separator, const std::string& help) {
  FieldInfo field = field_of(names, FieldKind::word, {}, help);
  field.words = words;
  return command.add_value(
      names, type_of(field) + fmt::format(", or several as A{}B", separator),
      [field, separator](const std::string& given) {
        for (const std::string& word : split(given, separator)) {
          if (std::string fault = text_fault(field, word); !fault.empty()) {
            return fault;
          }
        }
        return std::string{};
      },
      [&value, field, separator](const std::string& given) {
        value.clear();
        for (const std::string& word : split(given, separator)) {
          value += (value.empty() ? "" : std::string(1, separator)) +
                   std::get<std::string>(*parse_word(field.words, word));
        }
      },
      help);
}

Option add_text(Command command, const std::string& names, std::string& value,
                const std::string& type, const std::string& help) {
  return command.add_value(
      names, type,
      [type](const std::string& given) {
        return given.empty() ? fmt::format("found nothing; must be {}", type) : std::string{};
      },
      [&value](const std::string& given) { value = given; },
      with_details(help, {value.empty() ? std::string{} : "default " + value}));
}

Option add_seed(Command command, Seed& seed) {
  struct Holder {
    Seed seed;
  };
  static const FieldInfo field = seed_field(&Holder::seed);
  return add_field(
      command, field, default_text(field, std::int64_t{seed}),
      [&seed](const FieldValue& given) { seed = static_cast<Seed>(number_of(given)); });
}

Option add_threads(Command command, int& threads) {
  struct Holder {
    int threads;
  };
  static const FieldInfo field = threads_field(&Holder::threads);
  return add_field(
      command, field, default_text(field, std::int64_t{threads}),
      [&threads](const FieldValue& given) { threads = static_cast<int>(number_of(given)); });
}

Option add_json(Command command, bool& json) {
  return command.add_flag("--json", json, "Print one JSON object in place of text");
}

double number_from(const std::string& option, const std::string& text, const Range& range) {
  const FieldInfo field = field_of(option, FieldKind::number, range, "");
  const std::optional<FieldValue> value = value_from(field, text);
  if (!value) {
    throw InputError(option, "", text.empty() ? "nothing" : text, requirement(field));
  }
  return number_of(*value);
}

}  // namespace rheobase::cli
