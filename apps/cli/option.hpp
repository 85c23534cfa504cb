#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/cli/command.hpp"
#include "core/field_table.hpp"

namespace rheobase::cli {

/// Adds the option of a field. --help ends with unit, range and `fallback`, what holds when it is
/// not given; a wrong value is refused with "--name: found X; must be ...".
/// @param take  gets the value that was given, which has no fault
Option add_field(Command command, const FieldInfo& field, const std::string& fallback,
                 std::function<void(const FieldValue&)> take);

/// "default 0.05", for the help of a field with this value; nothing for a flag.
std::string default_text(const FieldInfo& field, const FieldValue& value);

/// Adds the option of a field that is read into `options`; the value there is the default.
template <class Options>
Option add_field(Command command, const FieldTable<Options>& table, std::string_view name,
                 Options& options) {
  const Field<Options>& field = find_field(table, name);
  return add_field(command, field, default_text(field, field.get(options)),
                   [&field, &options](const FieldValue& value) { field.set(options, value); });
}

/// Adds an option for every field of a table that has one, in its order.
template <class Options>
void add_fields(Command command, const FieldTable<Options>& table, Options& options,
                const std::string& group = {}) {
  for (const Field<Options>& field : table) {
    if (!field.option.empty()) {
      const Option option = add_field(command, table, field.name, options);
      if (!group.empty()) {
        option.group(group);
      }
    }
  }
}

/// The same for options that belong to no table. `names` are as for CLI11.
Option add_integer(Command command, const std::string& names, int& value, const Range& range,
                   const std::string& help);
Option add_number(Command command, const std::string& names, double& value, const Range& range,
                  const std::string& unit, const std::string& help);
/// A number that may be left out. @param otherwise  what holds then, for --help
Option add_optional_number(Command command, const std::string& names, std::optional<double>& value,
                           const Range& range, const std::string& help,
                           const std::string& unit = {}, const std::string& otherwise = {});
/// One of some words, whatever their case; `value` becomes the word as listed.
Option add_choice(Command command, const std::string& names, std::string& value,
                  const std::vector<std::string>& words, const std::string& help);
/// Any text; `type` is what --help shows for it ("FILE").
/// One of the words, or several with a separator between: "go-nogo+xor".
Option add_choices(Command command, const std::string& names, std::string& value,
                   const std::vector<std::string>& words, char separator, const std::string& help);

Option add_text(Command command, const std::string& names, std::string& value,
                const std::string& type, const std::string& help);

Option add_seed(Command command, Seed& seed);
Option add_threads(Command command, int& threads);
Option add_json(Command command, bool& json);

/// The number that `text` spells. @throws InputError naming `option`
double number_from(const std::string& option, const std::string& text, const Range& range = {});

}  // namespace rheobase::cli
