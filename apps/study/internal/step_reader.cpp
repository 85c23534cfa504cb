#include "apps/study/internal/step_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/nearest_name.hpp"

namespace rheobase::study {

namespace {

const std::vector<std::string>& step_keys() {
  static const std::vector<std::string> kKeys{"name", "command", "arguments", "options", "only"};
  return kKeys;
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text + ' ') {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  return words;
}

std::string without_dashes(const std::string& name) {
  return name.substr(std::min(name.find_first_not_of('-'), name.size()));
}

const StepCommand& command_of(const StudyTable& table, const Catalogue& catalogue) {
  std::string name;
  for (const std::string& word : words_of(table.text("command"))) {
    name += (name.empty() ? "" : " ") + word;
  }
  const auto found = std::ranges::find(catalogue, name, &StepCommand::name);
  if (found == catalogue.end()) {
    std::vector<std::string> names;
    for (const StepCommand& command : catalogue) {
      names.push_back(command.name);
    }
    table.fail(table.place_of("command"), "command", fmt::format("'{}'", name),
               must_be_one_of(name, names));
  }
  return *found;
}

/// The option that a key means: its name on the command line, without dashes.
const CommandOption& option_of(const StudyTable& options, const DocumentEntry& entry,
                               const StepCommand& command) {
  std::vector<std::string> names;
  for (const CommandOption& option : command.options) {
    for (const std::string& name : option.names) {
      if (!option.argument && without_dashes(name) == entry.key) {
        return option;
      }
      if (!option.argument && name.starts_with("--")) {
        names.push_back(without_dashes(name));
      }
    }
  }
  options.fail(entry.position, "option", fmt::format("'{}'", entry.key),
               must_be_one_of(entry.key, names));
}

/// Placeholders of a text of the file. @throws InputError with its place
std::vector<std::string> placeholders_at(const StudyTable& table, TextPosition place,
                                         std::string_view field, const std::string& text) {
  try {
    return placeholders_of(text);
  } catch (const InputError& error) {
    table.fail(place, field, error.found(), error.required());
  }
}

StepOption read_option(const StudyTable& options, const DocumentEntry& entry,
                       const StepCommand& command) {
  const CommandOption& option = option_of(options, entry, command);
  StepOption made;
  made.name = *std::ranges::find(option.names, entry.key, without_dashes);
  made.values = options.scalars(entry);
  made.flag = !option.takes_value;
  if (made.flag) {
    const Scalar& value = made.values.front();
    const auto* text = std::get_if<std::string>(&value);
    const bool placeholder =
        text != nullptr &&
        placeholders_at(options, entry.value.position, entry.key, *text).size() == 1;
    if (made.values.size() > 1 || (!std::holds_alternative<bool>(value) && !placeholder)) {
      options.fail(entry.value.position, entry.key, entry.value.describe(),
                   "must be true or false: it takes no value");
    }
  }
  return made;
}

/// What a command must have is there, and nothing that it does not take.
void require_complete(const StudyTable& table, const Step& step, const StepCommand& command) {
  std::size_t needed = 0;
  bool takes_arguments = false;
  for (const CommandOption& option : command.options) {
    takes_arguments = takes_arguments || option.argument;
    needed += option.argument && option.required ? 1 : 0;
    const bool given = std::ranges::any_of(step.options, [&](const StepOption& one) {
      return std::ranges::find(option.names, one.name) != option.names.end();
    });
    if (!option.argument && option.required && !given) {
      table.fail(table.position(), "options", "no " + without_dashes(option.names.back()),
                 fmt::format("must have it: `rheobase {}` asks for {}", command.name,
                             option.names.back()));
    }
  }
  if (step.arguments.size() < needed) {
    table.fail(table.place_of("arguments"), "arguments",
               step.arguments.empty() ? "nothing" : fmt::format("{}", step.arguments.size()),
               fmt::format("must be at least {}: see rheobase {} --help", needed, command.name));
  }
  if (!takes_arguments && !step.arguments.empty()) {
    table.fail(table.place_of("arguments"), "arguments", fmt::format("{}", step.arguments.size()),
               fmt::format("must be left out: `rheobase {}` takes options alone", command.name));
  }
}

/// Figures are read from JSON, and a cell has one thread.
void add_standing_options(Step& step, const StepCommand& command) {
  const auto has = [&](const std::string& name) {
    return std::ranges::any_of(command.options, [&](const CommandOption& option) {
      return std::ranges::find(option.names, name) != option.names.end();
    });
  };
  const auto given = [&](const std::string& name) {
    return std::ranges::find(step.options, name, &StepOption::name) != step.options.end();
  };
  if (has("--json") && !given("--json")) {
    step.options.push_back({"--json", {true}, true});
  }
  if (has("--threads") && !given("--threads")) {
    step.options.push_back({"--threads", {std::int64_t{1}}});
  }
}

Step read_step(const StudyTable& table, const Catalogue& catalogue,
               const std::vector<std::string>& listed) {
  const StepCommand& command = command_of(table, catalogue);
  Step step;
  step.command = words_of(command.name);
  step.name = table.find("name") != nullptr ? table.name("name") : command.name;
  step.arguments = table.texts("arguments");
  const StudyTable options =
      table.table("options", fmt::format("options of step '{}'", step.name), {});
  for (const DocumentEntry& entry : options.entries()) {
    step.options.push_back(read_option(options, entry, command));
  }
  step.only = table.only(listed);
  require_complete(table, step, command);
  add_standing_options(step, command);
  return step;
}

/// @param use  what all uses in `value` have alike
void add_uses(std::vector<PlaceholderUse>& uses, const StudyTable& table,
              const DocumentValue& value, PlaceholderUse use) {
  if (value.array() != nullptr) {
    for (const DocumentValue& item : *value.array()) {
      add_uses(uses, table, item, use);
    }
    return;
  }
  if (value.text() == nullptr) {
    return;
  }
  use.place = value.position;
  use.text = *value.text();
  for (const std::string& name : placeholders_at(table, use.place, use.key, use.text)) {
    use.name = name;
    uses.push_back(use);
  }
}

bool is_flag(const Step& step, const std::string& key) {
  const auto option = std::ranges::find(
      step.options, key, [](const StepOption& one) { return without_dashes(one.name); });
  return option != step.options.end() && option->flag;
}

}  // namespace

std::vector<Step> read_steps(const StudyTable& top, const Catalogue& catalogue,
                             const std::vector<std::string>& listed) {
  std::vector<Step> steps;
  for (const StudyTable& table : top.tables("step", step_keys())) {
    steps.push_back(read_step(table, catalogue, listed));
    const auto same = std::ranges::count(steps, steps.back().name, &Step::name);
    if (same > 1) {
      table.fail(table.place_of("name"), "name", fmt::format("'{}' twice", steps.back().name),
                 "must be another name: figures of merit name the step they come from");
    }
  }
  if (steps.empty()) {
    top.fail({}, "step", "none", "must have at least one [[step]]");
  }
  return steps;
}

std::vector<PlaceholderUse> placeholder_uses(const StudyTable& top,
                                             const std::vector<Step>& steps) {
  std::vector<PlaceholderUse> uses;
  PlaceholderUse use;
  for (const StudyTable& table : top.tables("step", step_keys())) {
    if (const DocumentValue* arguments = table.find("arguments")) {
      use.key = "arguments";
      use.flag = false;
      add_uses(uses, table, *arguments, use);
    }
    const StudyTable options =
        table.table("options", fmt::format("options of step {}", use.step + 1), {});
    for (const DocumentEntry& entry : options.entries()) {
      use.key = entry.key;
      use.flag = is_flag(steps[use.step], entry.key);
      add_uses(uses, options, entry.value, use);
    }
    ++use.step;
  }
  return uses;
}

}  // namespace rheobase::study
