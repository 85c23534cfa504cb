#include "apps/cli/completion.hpp"

#include <vector>

#include <fmt/format.h>

#include "apps/cli/text_format.hpp"

namespace rheobase::cli {

namespace {

/// Branches of the script's case statements.
struct Branches {
  std::string groups;     ///< words that are followed by another word of the command
  std::string values;     ///< over "command option", for every option with a value
  std::string options;    ///< over the command: names of its options
  std::string arguments;  ///< over the command, where an argument is one of some words
};

/// "a b c" for a type of the form a|b|c, else nothing.
std::string choices_of(const OptionDescription& option) {
  std::string type = option.type;
  if (type.find('|') == std::string::npos || type.find("FILE") != std::string::npos) {
    return "";
  }
  for (char& c : type) {
    c = c == '|' ? ' ' : c;
  }
  return type;
}

bool takes_file(const OptionDescription& option) {
  return option.type.starts_with("FILE") || option.type.starts_with("DIR");
}

std::string value_branch(const std::string& command, const OptionDescription& option) {
  std::vector<std::string> patterns;
  for (const std::string& name : option.names) {
    patterns.push_back(fmt::format("'{} {}'", command, name));
  }
  return fmt::format("    {})\n      words='{}' ;;\n", joined(patterns, " | "), choices_of(option));
}

/// @param words  the command without the program's name: "innate timing"
void add_branches(const CommandDescription& command, const std::string& words, Branches& branches) {
  std::vector<std::string> names;
  for (const CommandDescription& part : command.commands) {
    names.push_back(part.name);
    add_branches(part, words + " " + part.name, branches);
  }
  if (!command.commands.empty()) {
    branches.groups += fmt::format("    '{}') words='{}' ;;\n", words, joined(names, " "));
    return;
  }
  bool words_known = false;
  for (const OptionDescription& option : command.options) {
    if (option.argument) {
      const std::string choices = words_known ? "" : choices_of(option);
      if (!choices.empty()) {
        branches.arguments += fmt::format("      '{}') words='{}' ;;\n", words, choices);
        words_known = true;
      }
      continue;
    }
    names.insert(names.end(), option.names.begin(), option.names.end());
    if (option.takes_value && !takes_file(option)) {
      branches.values += value_branch(words, option);
    }
  }
  branches.options += fmt::format("    '{}')\n      words='{}' ;;\n", words, joined(names, " "));
}

}  // namespace

std::string bash_completion(const CommandDescription& program) {
  std::string commands;
  Branches branches;
  for (const CommandDescription& command : program.commands) {
    commands += command.name + " ";
    add_branches(command, command.name, branches);
  }
  return fmt::format(R"(# bash completion of {0}; load it with: source <({0} completion bash)
_{0}() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}}
  local command=${{COMP_WORDS[1]}} words='' at=2
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W '{1}--help --version' -- "$current")
    return
  fi
  # A group's next word is the name of one of its commands.
  while true; do
    words=''
    case "$command" in
{2}    esac
    [[ -n $words ]] || break
    if ((COMP_CWORD == at)); then
      mapfile -t COMPREPLY < <(compgen -W "$words --help" -- "$current")
      return
    fi
    command+=" ${{COMP_WORDS[at]}}"
    at=$((at + 1))
  done
  # The value of an option: one of its words, or nothing where it is a number.
  case "$command $previous" in
{3}    *)
      words=files ;;
  esac
  if [[ $words != files ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    return
  fi
  if [[ $current != -* ]]; then
    case "$command" in
{5}    esac
    if [[ $words == files ]]; then
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
    else
      mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    fi
    return
  fi
  case "$command" in
{4}  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}}
complete -o filenames -F _{0} {0}
)",
                     program.name, commands, branches.groups, branches.values, branches.options,
                     branches.arguments);
}

}  // namespace rheobase::cli
