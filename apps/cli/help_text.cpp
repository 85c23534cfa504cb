#include "apps/cli/help_text.hpp"

#include <algorithm>
#include <sstream>

#include "core/counted.hpp"

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

std::string name_of(const OptionDescription& option) {
  std::string text;
  for (const std::string& name : option.names) {
    text += (text.empty() ? "" : ", ") + name;
  }
  if (option.argument || !option.takes_value) {
    return text;
  }
  text += ' ' + option.type;
  // A long list of words is broken like text.
  constexpr std::size_t kLongest = 72;
  for (std::size_t start = 0; text.size() - start > kLongest;) {
    const std::size_t bar = text.rfind('|', start + kLongest);
    if (bar == std::string::npos || bar < start) {
      break;
    }
    text.insert(bar + 1, " ");
    start = bar + 2;
  }
  return text;
}

bool shown(const OptionDescription& option, HelpLength length) {
  return length == HelpLength::all || option.common;
}

/// The options of a group under its heading; nothing for none.
std::string group_text(const CommandDescription& command, const std::string& heading,
                       bool arguments, HelpLength length) {
  std::string text;
  for (const OptionDescription& option : command.options) {
    if (option.argument == arguments && (arguments || option.group == heading) &&
        shown(option, length)) {
      text += entry(name_of(option), option.help);
    }
  }
  return text.empty() ? "" : "\n" + heading + ":\n" + text;
}

std::string usage_text(const CommandDescription& command) {
  std::string line = "\nUsage: " + command.path;
  for (const OptionDescription& option : command.options) {
    if (option.argument) {
      const std::string& name = option.names.front();
      line += option.required ? " " + name : " [" + name + "]";
    }
  }
  return line + (command.commands.empty() ? " [OPTIONS]\n" : " COMMAND [OPTIONS]\n");
}

/// The first line is the summary, the rest a paragraph of its own.
std::string description_text(const std::string& text) {
  const std::size_t end = text.find('\n');
  const std::string summary = wrapped(text.substr(0, end), kWidth, 0) + '\n';
  return end == std::string::npos
             ? summary
             : summary + '\n' + wrapped(text.substr(end + 1), kWidth, 0) + '\n';
}

std::string commands_text(const CommandDescription& group) {
  std::string text = group.commands.empty() ? "" : "\nCommands:\n";
  for (const CommandDescription& command : group.commands) {
    text += entry(command.name, command.help.substr(0, command.help.find('\n')));
  }
  return text;
}

/// How many options a short help leaves out, and where they are.
std::string rest_text(const CommandDescription& command, HelpLength length) {
  const auto left_out = std::ranges::count_if(
      command.options, [&](const OptionDescription& option) { return !shown(option, length); });
  return left_out == 0
             ? ""
             : "\n" + counted(left_out, "more option") + ": " + command.path + " --help-all\n";
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

std::string help_text(const CommandDescription& command, HelpLength length) {
  std::string text = description_text(command.help) + usage_text(command) +
                     group_text(command, "Arguments", true, length);
  for (const std::string& heading : command.groups) {
    text += group_text(command, heading, false, length);
  }
  text += rest_text(command, length) + commands_text(command);
  return command.examples.empty() ? text : text + '\n' + command.examples + '\n';
}

}  // namespace rheobase::cli
