#include "apps/cli/man_page.hpp"

#include <sstream>

#include <fmt/format.h>

namespace rheobase::cli {

namespace {

/// Text as roff takes it literally: hyphens stay what is typed, no line is a request.
std::string literal(const std::string& text) {
  std::string roff;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) {
      roff += "\\&";
    }
    if (c == '\\') {
      roff += "\\e";
    } else if (c == '-') {
      roff += "\\-";
    } else {
      roff += c;
    }
    line_start = c == '\n';
  }
  return roff;
}

/// Lines of a description: the first is the summary, the rest a paragraph of its own.
std::string paragraphs(const std::string& help) {
  const std::size_t end = help.find('\n');
  const std::string summary = literal(help.substr(0, end)) + ".\n";
  return end == std::string::npos ? summary
                                  : summary + ".PP\n" + literal(help.substr(end + 1)) + '\n';
}

std::string option_entry(const OptionDescription& option) {
  std::string names;
  for (const std::string& name : option.names) {
    names += (names.empty() ? "\\fB" : ", \\fB") + literal(name) + "\\fR";
  }
  if (option.takes_value && !option.argument) {
    // Words of a long list may go to the next line.
    std::string type = literal(option.type);
    for (std::size_t at = 0; (at = type.find('|', at)) != std::string::npos; at += 3) {
      type.insert(at + 1, "\\:");
    }
    names += " \\fI" + type + "\\fR";
  }
  return ".TP\n" + names + '\n' + literal(option.help) + '\n';
}

std::string option_entries(const CommandDescription& command) {
  std::string text;
  for (const bool arguments : {true, false}) {
    for (const std::string& group : command.groups) {
      for (const OptionDescription& option : command.options) {
        if (option.argument == arguments && option.group == group) {
          text += option_entry(option);
        }
      }
    }
  }
  return text;
}

/// Examples as they are typed, in a fixed pitch and not filled.
std::string example_text(const std::string& examples) {
  return examples.empty() ? "" : ".PP\n.nf\n" + literal(examples) + "\n.fi\n";
}

void add_command(const CommandDescription& command, std::string& text) {
  text += ".SS \"" + literal(command.path) + "\"\n" + paragraphs(command.help) +
          option_entries(command) + example_text(command.examples);
  for (const CommandDescription& part : command.commands) {
    add_command(part, text);
  }
}

}  // namespace

std::string man_page(const CommandDescription& program, const std::string& version) {
  const std::string name = literal(program.name);
  std::string upper = program.name;
  for (char& c : upper) {
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  std::string text = fmt::format(
      ".TH {} 1 \"\" \"{} {}\" \"User Commands\"\n.SH NAME\n{} \\- rate networks trained, turned "
      "into spiking networks and simulated\n.SH SYNOPSIS\n.B {}\n.I COMMAND\n.RI [ OPTIONS ]\n.SH "
      "DESCRIPTION\n{}",
      upper, name, literal(version), name, name, paragraphs(program.help));
  text += ".SH OPTIONS\n" + option_entries(program) + ".SH COMMANDS\n";
  for (const CommandDescription& command : program.commands) {
    add_command(command, text);
  }
  return text + ".SH EXAMPLES\n" + example_text(program.examples);
}

}  // namespace rheobase::cli
