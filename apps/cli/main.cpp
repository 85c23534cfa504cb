#include <exception>
#include <iostream>

#include <fcntl.h>
#include <unistd.h>

#include "apps/cli/command_line.hpp"

namespace {

/// A closed standard stream would lend its number to the first file or pipe that is opened. In its
/// place comes one that cannot be written.
void occupy_standard_streams() {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
    if (fcntl(stream, F_GETFD) == -1) {
      open("/dev/null", O_RDONLY);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  occupy_standard_streams();
  try {
    const int code = rheobase::cli::run_command_line({argv + 1, argv + argc}, std::cout, std::cerr);
    if (!std::cout.flush()) {
      std::cerr << "rheobase: standard output: found a place that cannot be written; must take the "
                   "results\n";
      return code == rheobase::cli::kSuccess ? rheobase::cli::kOurFault : code;
    }
    return code;
  } catch (const std::exception& error) {
    std::cerr << "rheobase: " << error.what() << '\n';
    return rheobase::cli::kOurFault;
  }
}
