#include "apps/cli/completion.hpp"

#include <vector>

#include <fmt/format.h>

#include "apps/cli/text_format.hpp"

namespace rheobase::cli {

namespace {

std::vector<std::string> names_of(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) {
    names.push_back("-" + name);
  }
  for (const std::string& name : option.get_lnames()) {
    names.push_back("--" + name);
  }
  return names;
}

std::vector<const CLI::Option*> named_options(const CLI::App& app) {
  return app.get_options([](const CLI::Option* option) { return option->nonpositional(); });
}

/// "a b c" for a type of the form a|b|c, else nothing.
std::string choices_of(const CLI::Option& option) {
  std::string type = option.get_type_name();
  if (type.find('|') == std::string::npos || type.find("FILE") != std::string::npos) {
    return "";
  }
  for (char& c : type) {
    c = c == '|' ? ' ' : c;
  }
  return type;
}

bool takes_file(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return type.rfind("FILE", 0) == 0 || type.rfind("DIR", 0) == 0;
}

/// One branch of the case over "<subcommand> <option>" for every option with a value.
std::string value_branches(const CLI::App& command) {
  std::string text;
  for (const CLI::Option* option : named_options(command)) {
    if (option->get_items_expected_max() == 0 || takes_file(*option)) {
      continue;
    }
    std::vector<std::string> patterns;
    for (const std::string& name : names_of(*option)) {
      patterns.push_back(fmt::format("'{} {}'", command.get_name(), name));
    }
    text +=
        fmt::format("    {})\n      words='{}' ;;\n", joined(patterns, " | "), choices_of(*option));
  }
  return text;
}

std::string option_branch(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : named_options(command)) {
    for (const std::string& name : names_of(*option)) {
      names.push_back(name);
    }
  }
  return fmt::format("    {})\n      words='{}' ;;\n", command.get_name(), joined(names, " "));
}

/// Words for the arguments of a subcommand that are no options, where they are a fixed set.
std::string argument_branch(const CLI::App& command) {
  for (const CLI::Option* option :
       command.get_options([](const CLI::Option* o) { return o->get_positional(); })) {
    if (const std::string words = choices_of(*option); !words.empty()) {
      return fmt::format("      {}) words='{}' ;;\n", command.get_name(), words);
    }
  }
  return "";
}

}  // namespace

std::string bash_completion(const CLI::App& program) {
  std::string commands;
  std::string values;
  std::string options;
  std::string arguments;
  for (const CLI::App* command : program.get_subcommands({})) {
    commands += command->get_name() + " ";
    values += value_branches(*command);
    options += option_branch(*command);
    arguments += argument_branch(*command);
  }
  const std::string name = program.get_name();
  return fmt::format(R"(# bash completion of {0}; load it with: source <({0} completion bash)
_{0}() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}}
  local command=${{COMP_WORDS[1]}} words=''
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W '{1}--help --version' -- "$current")
    return
  fi
  # The value of an option: one of its words, or nothing where it is a number.
  case "$command $previous" in
{2}    *)
      words=files ;;
  esac
  if [[ $words != files ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    return
  fi
  if [[ $current != -* ]]; then
    case "$command" in
{4}    esac
    if [[ $words == files ]]; then
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
    else
      mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    fi
    return
  fi
  case "$command" in
{3}  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}}
complete -o filenames -F _{0} {0}
)",
                     name, commands, values, options, arguments);
}

}  // namespace rheobase::cli
