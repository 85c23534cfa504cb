#include "apps/cli/console.hpp"

#include <algorithm>
#include <iostream>

#include <unistd.h>

#include "apps/cli/text_format.hpp"

namespace rheobase::cli {

namespace {

std::vector<std::string> shell_words(const std::string& line) {
  std::vector<std::string> words;
  bool quoted = false;
  std::string word;
  for (const char c : line) {
    quoted = c == '\'' ? !quoted : quoted;
    if (c == ' ' && !quoted) {
      words.push_back(word);
      word.clear();
    } else {
      word += c;
    }
  }
  words.push_back(word);
  return words;
}

}  // namespace

std::string shell_quoted(const std::string& argument) {
  constexpr const char* kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,=+@%";
  if (!argument.empty() && argument.find_first_not_of(kPlain) == std::string::npos) {
    return argument;
  }
  std::string quoted = "'";
  for (const char c : argument) {
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return quoted + "'";
}

Console make_console(const std::vector<std::string>& args, std::ostream& out, std::ostream& err) {
  const bool terminal = &err == &std::cerr && isatty(STDERR_FILENO) != 0;
  return {out, err, terminal, command_text(args), args, {}};
}

std::filesystem::path own_program() {
  std::error_code unknown;
  return std::filesystem::read_symlink("/proc/self/exe", unknown);
}

void note(const Console& console, const std::string& message) {
  if (!console.quiet) {
    console.err << "rheobase: note: " << visible(message) << '\n';
  }
}

std::string with_seed(const std::string& command_line, unsigned seed) {
  const bool given = command_line.find(" --seed ") != std::string::npos ||
                     command_line.find(" --seed=") != std::string::npos;
  return given ? command_line : command_line + " --seed " + std::to_string(seed);
}

std::string command_text(const std::vector<std::string>& arguments) {
  std::string command = "rheobase";
  for (const std::string& argument : arguments) {
    command += ' ' + shell_quoted(argument);
  }
  return command;
}

std::vector<std::string> arguments_without(const std::vector<std::string>& arguments,
                                           const std::vector<std::string>& words,
                                           const std::vector<std::string>& options) {
  const auto among = [](const std::vector<std::string>& list, const std::string& word) {
    return std::find(list.begin(), list.end(), word) != list.end();
  };
  const auto has_value = [&](const std::string& word) {
    return among(options, word.substr(0, word.find('='))) ||
           (!word.starts_with("--") && among(options, word.substr(0, 2)));  // -oFILE
  };
  std::vector<std::string> rest;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0 && has_value(arguments[i])) {
      i += among(options, arguments[i]) ? 1 : 0;
    } else if (i == 0 || !among(words, arguments[i])) {
      rest.push_back(arguments[i]);
    }
  }
  return rest;
}

std::string command_without(const std::string& command_line,
                            const std::vector<std::string>& options) {
  std::string command;
  for (const std::string& word : arguments_without(shell_words(command_line), {}, options)) {
    command += (command.empty() ? "" : " ") + word;
  }
  return command;
}

}  // namespace rheobase::cli
