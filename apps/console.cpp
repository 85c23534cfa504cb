#include "apps/console.hpp"

#include <iostream>

#include <unistd.h>

namespace rheobase {

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
  std::string command = "rheobase";
  for (const std::string& argument : args) {
    command += ' ' + shell_quoted(argument);
  }
  const bool terminal = &err == &std::cerr && isatty(STDERR_FILENO) != 0;
  return {out, err, terminal, command};
}

void note(const Console& console, const std::string& message) {
  console.err << "rheobase: note: " << message << '\n';
}

std::string with_seed(const std::string& command_line, unsigned seed) {
  const bool given = command_line.find(" --seed ") != std::string::npos ||
                     command_line.find(" --seed=") != std::string::npos;
  return given ? command_line : command_line + " --seed " + std::to_string(seed);
}

}  // namespace rheobase
