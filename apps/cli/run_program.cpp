#include "apps/cli/run_program.hpp"

#include <csignal>
#include <exception>
#include <iostream>

#include <fcntl.h>
#include <unistd.h>

#include "apps/cli/interrupt.hpp"
#include "core/memory.hpp"

namespace rheobase::cli {

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

/// A write beyond a file size limit then fails with EFBIG instead of ending the program.
void refuse_large_files_by_error() {
  std::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace

int run_program(std::span<const AddCommand> commands, const std::vector<std::string>& arguments) {
  occupy_standard_streams();
  end_on_signals();
  refuse_large_files_by_error();
  keep_freed_memory();
  try {
    const int code = run_command_line(commands, arguments, std::cout, std::cerr);
    if (!std::cout.flush()) {
      std::cerr << "rheobase: standard output: found a place that cannot be written; must take the "
                   "results\n";
      return code == kSuccess ? kUserFault : code;
    }
    return code;
  } catch (const std::exception& error) {
    std::cerr << "rheobase: " << error.what() << '\n';
    return kOurFault;
  }
}

}  // namespace rheobase::cli
