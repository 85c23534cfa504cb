#include "apps/cli/completion.hpp"

#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "apps/cli/text_format.hpp"

namespace rheobase::cli {

namespace {

/// Branches of the case statements of the scripts for bash and zsh.
struct Branches {
  std::string commands;   ///< names of the program's commands
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
  return fmt::format("    {})\n      offers='{}' ;;\n", joined(patterns, " | "),
                     choices_of(option));
}

/// @param words  the command without the program's name: "innate timing"
void add_branches(const CommandDescription& command, const std::string& words, Branches& branches) {
  std::vector<std::string> names;
  for (const CommandDescription& part : command.commands) {
    names.push_back(part.name);
    add_branches(part, words + " " + part.name, branches);
  }
  if (!command.commands.empty()) {
    branches.groups += fmt::format("    '{}') offers='{}' ;;\n", words, joined(names, " "));
    return;
  }
  bool words_known = false;
  for (const OptionDescription& option : command.options) {
    if (option.argument) {
      const std::string choices = words_known ? "" : choices_of(option);
      if (!choices.empty()) {
        branches.arguments += fmt::format("      '{}') offers='{}' ;;\n", words, choices);
        words_known = true;
      }
      continue;
    }
    names.insert(names.end(), option.names.begin(), option.names.end());
    if (option.takes_value && !takes_file(option)) {
      branches.values += value_branch(words, option);
    }
  }
  branches.options += fmt::format("    '{}')\n      offers='{}' ;;\n", words, joined(names, " "));
}

Branches branches_of(const CommandDescription& program) {
  Branches branches;
  for (const CommandDescription& command : program.commands) {
    branches.commands += command.name + " ";
    add_branches(command, command.name, branches);
  }
  return branches;
}

/// A function that bash and zsh read alike. It gets the words behind the program's name up to the
/// one that is being typed, and sets `offers`: words, nothing, or "files".
std::string offers_function(const CommandDescription& program) {
  const Branches branches = branches_of(program);
  return fmt::format(R"(_{0}_offers() {{
  local command='' current='' previous=''
  if (($# == 1)); then
    offers='{1}--help --version'
    return 0
  fi
  command=$1
  shift
  # A group's next word is the name of one of its commands.
  while true; do
    offers=''
    case "$command" in
{2}    esac
    [[ -n $offers ]] || break
    if (($# == 1)); then
      offers+=' --help'
      return 0
    fi
    command+=" $1"
    shift
  done
  while (($# > 1)); do
    previous=$1
    shift
  done
  current=$1
  # The value of an option: one of its words, or nothing where it is a number.
  case "$command $previous" in
{3}    *)
      offers=files ;;
  esac
  [[ $offers == files ]] || return 0
  if [[ $current != -* ]]; then
    case "$command" in
{5}    esac
    return 0
  fi
  case "$command" in
{4}  esac
}}
)",
                     program.name, branches.commands, branches.groups, branches.values,
                     branches.options, branches.arguments);
}

std::string bash_completion(const CommandDescription& program) {
  return fmt::format(R"(# bash completion of {0}; load it with: source <({0} completion bash)
{1}_{0}() {{
  local offers=''
  _{0}_offers "${{COMP_WORDS[@]:1:COMP_CWORD}}"
  if [[ $offers == files ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "${{COMP_WORDS[COMP_CWORD]}}")
  else
    mapfile -t COMPREPLY < <(compgen -W "$offers" -- "${{COMP_WORDS[COMP_CWORD]}}")
  fi
}}
complete -o filenames -F _{0} {0}
)",
                     program.name, offers_function(program));
}

std::string zsh_completion(const CommandDescription& program) {
  return fmt::format(R"(#compdef {0}
# zsh completion of {0}: a file _{0} in a folder of fpath, or source <({0} completion zsh)
{1}_{0}() {{
  local offers=''
  _{0}_offers "${{(@)words[2,CURRENT]}}"
  if [[ $offers == files ]]; then
    _files
  elif [[ -n $offers ]]; then
    compadd -- ${{=offers}}
  fi
}}
if [[ ${{funcstack[1]:-}} == _{0} ]]; then
  _{0} "$@"
else
  compdef _{0} {0}
fi
)",
                     program.name, offers_function(program));
}

/// In single quotes, as fish reads them.
std::string fish_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') {
      quoted += '\\';
    }
    quoted += c;
  }
  return quoted + "'";
}

/// The first line, for a list of words beside their meaning.
std::string summary_of(const std::string& help) {
  return fish_quoted(help.substr(0, help.find('\n')));
}

/// What may follow an option or stand for an argument: words, files, or anything.
std::string fish_values(const OptionDescription& option) {
  if (takes_file(option)) {
    return " -r -F";
  }
  const std::string choices = choices_of(option);
  return choices.empty() ? " -x" : " -x -a " + fish_quoted(choices);
}

void add_fish_option(const OptionDescription& option, const std::string& start,
                     std::string& script) {
  script += start;
  for (const std::string& name : option.names) {
    const std::string_view word = std::string_view(name).substr(name.find_first_not_of('-'));
    script += fmt::format(" {} {}", name.starts_with("--") ? "-l" : "-s", word);
  }
  script +=
      (option.takes_value ? fish_values(option) : "") + " -d " + summary_of(option.help) + '\n';
}

/// @param words  the command without the program's name, empty for the program itself
void add_fish_command(const std::string& program, const CommandDescription& command,
                      const std::string& words, std::string& script) {
  const std::string space = words.empty() ? "" : " ";
  for (const CommandDescription& part : command.commands) {
    script += fmt::format("complete -c {0} -n '__{0}_next{1}{2}' -a {3} -d {4}\n", program, space,
                          words, part.name, summary_of(part.help));
    add_fish_command(program, part, words + space + part.name, script);
  }
  const std::string start = fmt::format("complete -c {0} -n '__{0}_{1}{2}{3}'", program,
                                        command.commands.empty() ? "in" : "next", space, words);
  for (const OptionDescription& option : command.options) {
    if (!option.argument) {
      add_fish_option(option, start, script);
    } else if (const std::string choices = choices_of(option); !choices.empty()) {
      script += start + " -a " + fish_quoted(choices) + '\n';
    } else {
      script += start + " -F\n";
    }
  }
}

std::string fish_completion(const CommandDescription& program) {
  std::string script =
      fmt::format(R"(# fish completion of {0}; load it with: {0} completion fish | source
function __{0}_in --description 'Whether these words name the command that is being typed'
  set -l typed (commandline -opc)
  set -e typed[1]
  set -l depth (count $argv)
  test "$typed[1..$depth]" = "$argv"
end
function __{0}_next --description 'Whether these are all words so far'
  set -l typed (commandline -opc)
  set -e typed[1]
  test "$typed" = "$argv"
end
complete -c {0} -f
)",
                  program.name);
  add_fish_command(program.name, program, "", script);
  return script;
}

struct Shell {
  const char* name;
  std::string (*script)(const CommandDescription&);
};

constexpr Shell kShells[] = {
    {"bash", bash_completion}, {"zsh", zsh_completion}, {"fish", fish_completion}};

}  // namespace

std::vector<std::string> completion_shells() {
  std::vector<std::string> names;
  for (const Shell& shell : kShells) {
    names.emplace_back(shell.name);
  }
  return names;
}

std::string completion_script(const CommandDescription& program, const std::string& name) {
  for (const Shell& shell : kShells) {
    if (shell.name == name) {
      return shell.script(program);
    }
  }
  return "";
}

}  // namespace rheobase::cli
