#include "apps/cli/option.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "apps/cli/text_format.hpp"
#include "core/error.hpp"
#include "core/whole_number.hpp"

namespace rheobase::cli {

namespace {

constexpr double kLargestSeed = 4294967295.0;
constexpr double kLargestInteger = std::numeric_limits<int>::max();

std::optional<double> parse_number(const std::string& text) {
  double value = 0.0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc{} || stop != end || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

bool contains(const Range& range, double value) {
  return (range.above_low ? value > range.low : value >= range.low) && value <= range.high;
}

std::string number_requirement(const char* kind, const Range& range) {
  const std::string limits = describe(range);
  return fmt::format("must be {}{}{}", kind, limits.empty() ? "" : ", ", limits);
}

/// Empty when `text` is a number in the range, else what is wrong with it.
std::string number_fault(const std::string& text, const Range& range, bool integer) {
  const std::optional<double> value = parse_number(text);
  const bool fits = value && contains(range, *value);
  const double largest = std::isfinite(range.high) ? range.high : kLargestInteger;
  if (fits && (!integer || (*value == std::floor(*value) && *value <= largest))) {
    return "";
  }
  return fmt::format("found {}; {}", text.empty() ? "nothing" : text,
                     number_requirement(integer ? "an integer" : "a number", range));
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

CLI::Validator word_of(const std::vector<std::string>& words) {
  return CLI::Validator(
      [words](std::string& text) -> std::string {
        const auto found = std::find_if(words.begin(), words.end(), [&text](const std::string& w) {
          return lower(w) == lower(text);
        });
        if (found == words.end()) {
          return fmt::format("found '{}'; must be one of {}", text, joined(words, ", "));
        }
        text = *found;
        return "";
      },
      "");
}

}  // namespace

std::string describe(const Range& range) {
  const bool low = std::isfinite(range.low);
  const bool high = std::isfinite(range.high);
  if (low && high) {
    return fmt::format("{}{} to {:.10g}", range.above_low ? "above " : "", range.low, range.high);
  }
  if (low) {
    return fmt::format("{} {}", range.above_low ? "above" : "at least", range.low);
  }
  return high ? fmt::format("at most {}", range.high) : "";
}

CLI::Option* add_integer(CLI::App& app, const std::string& names, int& value, const Range& range,
                         const std::string& help) {
  const std::string text = with_details(help, {describe(range), fmt::format("default {}", value)});
  return app
      .add_option_function<std::string>(
          names,
          [&value](const std::string& given) { value = to_integer<int>(*parse_number(given)); },
          text)
      ->type_name("INT")
      ->check(CLI::Validator(
          [range](std::string& given) { return number_fault(given, range, true); }, ""));
}

CLI::Option* add_number(CLI::App& app, const std::string& names, double& value, const Range& range,
                        const std::string& unit, const std::string& help) {
  const std::string limits = describe(range);
  const std::string text =
      with_details(help, {limits.empty() || unit.empty() ? limits + unit : limits + " " + unit,
                          fmt::format("default {}", value)});
  return app
      .add_option_function<std::string>(
          names, [&value](const std::string& given) { value = *parse_number(given); }, text)
      ->type_name("NUMBER")
      ->check(CLI::Validator(
          [range](std::string& given) { return number_fault(given, range, false); }, ""));
}

CLI::Option* add_optional_number(CLI::App& app, const std::string& names,
                                 std::optional<double>& value, const Range& range,
                                 const std::string& help, const std::string& unit,
                                 const std::string& otherwise) {
  const std::string fallback = otherwise.empty() ? "" : "default: " + otherwise;
  return app
      .add_option_function<std::string>(
          names, [&value](const std::string& given) { value = *parse_number(given); },
          with_details(help, {unit, describe(range), fallback}))
      ->type_name("NUMBER")
      ->check(CLI::Validator(
          [range](std::string& given) { return number_fault(given, range, false); }, ""));
}

CLI::Option* add_choice(CLI::App& app, const std::string& names, std::string& value,
                        const std::vector<std::string>& words, const std::string& help) {
  const std::string text = with_details(help, {value.empty() ? std::string{} : "default " + value});
  return app.add_option(names, value, text)
      ->type_name(joined(words, "|"))
      ->transform(word_of(words));
}

CLI::Option* add_truth(CLI::App& app, const std::string& names, bool& value,
                       const std::string& help) {
  const auto truth = [](const std::string& text) -> std::optional<bool> {
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
  };
  return app
      .add_option_function<std::string>(
          names,
          [&value, truth](const std::string& given) { value = truth(given).value_or(value); },
          with_details(help, {value ? "default true" : "default false"}))
      ->type_name("true|false")
      ->check(CLI::Validator(
          [truth](std::string& given) {
            return truth(given) ? std::string{}
                                : fmt::format("found '{}'; must be true or false", given);
          },
          ""));
}

CLI::Option* add_text(CLI::App& app, const std::string& names, std::string& value,
                      const std::string& type, const std::string& help) {
  return app
      .add_option(names, value,
                  with_details(help, {value.empty() ? std::string{} : "default " + value}))
      ->type_name(type)
      ->check(CLI::Validator(
          [type](std::string& given) {
            return given.empty() ? fmt::format("found nothing; must be {}", type) : std::string{};
          },
          ""));
}

CLI::Option* add_seed(CLI::App& app, Seed& seed) {
  const Range range{0.0, kLargestSeed, false};
  return app
      .add_option_function<std::string>(
          "--seed",
          [&seed](const std::string& given) { seed = static_cast<Seed>(*parse_number(given)); },
          with_details("Seed of every random number of the run: the same seed and options give the "
                       "same result on any machine and any number of threads",
                       {describe(range), fmt::format("default {}", seed)}))
      ->type_name("INT")
      ->check(CLI::Validator(
          [range](std::string& given) { return number_fault(given, range, true); }, ""));
}

CLI::Option* add_threads(CLI::App& app, int& threads) {
  return add_integer(
      app, "--threads", threads, {0.0, 1024.0, false},
      "Threads to use, without influence on the result; 0: as many as the machine has");
}

CLI::Option* add_json(CLI::App& app, bool& json) {
  return app.add_flag("--json", json, "Print one JSON object in place of text");
}

double number_from(const std::string& option, const std::string& text, const Range& range) {
  const std::optional<double> value = parse_number(text);
  if (!value || !contains(range, *value)) {
    throw InputError(option, "", text.empty() ? "nothing" : text,
                     number_requirement("a number", range));
  }
  return *value;
}

}  // namespace rheobase::cli
