#include "apps/cli/help_formatter.hpp"

#include <sstream>

namespace rheobase::cli {

namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kNameColumn = 2;
constexpr std::size_t kTextColumn = 28;

/// A name at the left, its text at the right, or below it when the name is long.
std::string entry(const std::string& name, const std::string& text) {
  std::string line = std::string(kNameColumn, ' ') + wrapped(name, kWidth - kNameColumn, 6);
  const std::size_t last = line.size() - (line.rfind('\n') + 1);
  if (last + 2 > kTextColumn) {
    line += '\n' + std::string(kTextColumn, ' ');
  } else {
    line += std::string(kTextColumn - last, ' ');
  }
  return line + wrapped(text, kWidth - kTextColumn, kTextColumn) + '\n';
}

std::string names_of(const CLI::Option* option) {
  std::string names;
  for (const std::string& name : option->get_snames()) {
    names += (names.empty() ? "-" : ", -") + name;
  }
  for (const std::string& name : option->get_lnames()) {
    names += (names.empty() ? "--" : ", --") + name;
  }
  return names;
}

}  // namespace

std::string wrapped(const std::string& text, std::size_t width, std::size_t indent) {
  std::string result;
  std::istringstream lines(text);
  bool first_line = true;
  for (std::string line; std::getline(lines, line);) {
    if (!first_line) {
      result += '\n' + std::string(indent, ' ');
    }
    first_line = false;
    std::istringstream words(line);
    std::size_t used = 0;
    for (std::string word; words >> word;) {
      if (used > 0 && used + 1 + word.size() > width) {
        result += '\n' + std::string(indent, ' ');
        used = 0;
      }
      result += (used > 0 ? " " : "") + word;
      used += word.size() + (used > 0 ? 1 : 0);
    }
  }
  return result;
}

std::string HelpFormatter::make_help(const CLI::App* app, std::string name,
                                     CLI::AppFormatMode mode) const {
  // CLI11 puts two empty lines between groups.
  std::string help = CLI::Formatter::make_help(app, std::move(name), mode);
  for (auto at = help.find("\n\n\n"); at != std::string::npos; at = help.find("\n\n\n")) {
    help.erase(at, 1);
  }
  return help;
}

std::string HelpFormatter::make_group(std::string group, bool is_positional,
                                      std::vector<const CLI::Option*> options) const {
  std::string text = "\n" + group + ":\n";
  for (const CLI::Option* option : options) {
    text += make_option(option, is_positional);
  }
  return text;
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  std::string name = is_positional ? option->get_name(true, false) : names_of(option);
  if (!is_positional && option->get_items_expected_max() > 0) {
    name += ' ' + option->get_type_name();
  }
  return entry(name, option->get_description());
}

std::string HelpFormatter::make_usage(const CLI::App* app, std::string name) const {
  std::string line = "\nUsage: " + name;
  for (const CLI::Option* option :
       app->get_options([](const CLI::Option* o) { return o->get_positional(); })) {
    const std::string positional = option->get_name(true, false);
    line += option->get_required() ? " " + positional : " [" + positional + "]";
  }
  line += app->get_subcommands({}).empty() ? " [OPTIONS]" : " COMMAND [OPTIONS]";
  return line + '\n';
}

std::string HelpFormatter::make_subcommands(const CLI::App* app, CLI::AppFormatMode) const {
  const auto commands = app->get_subcommands({});
  std::string text = commands.empty() ? "" : "\nCommands:\n";
  for (const CLI::App* command : commands) {
    text += make_subcommand(command);
  }
  return text;
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
  const std::string description = command->get_description();
  return entry(command->get_name(), description.substr(0, description.find('\n')));
}

std::string HelpFormatter::make_description(const CLI::App* app) const {
  // The first line is the summary, the rest a paragraph of its own.
  const std::string text = app->get_description();
  const std::size_t end = text.find('\n');
  const std::string summary = wrapped(text.substr(0, end), kWidth, 0) + '\n';
  return end == std::string::npos
             ? summary
             : summary + '\n' + wrapped(text.substr(end + 1), kWidth, 0) + '\n';
}

}  // namespace rheobase::cli
