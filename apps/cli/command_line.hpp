#pragma once

#include <filesystem>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"

namespace rheobase::cli {

/// Exit codes of the program.
enum ExitCode : int {
  kSuccess = 0,
  kOurFault = 1,      ///< an error that the user did not make
  kUserFault = 2,     ///< a wrong option, file or value, or a place that cannot be written
  kCheckFailed = 3,   ///< a bound or baseline of `compare` was not met
  kInterrupted = 130  ///< Ctrl-C
};

/// The set-up call of a command (subcommands.hpp). The console outlives the parser.
using AddCommand = void (*)(Command program, const Console& console);

/// Runs `rheobase args...` (without the program's name), which knows these commands. Results go to
/// `out`; errors go to `err`, one line each. @param program  whose commands child processes are
/// @returns the exit code
int run_command_line(std::span<const AddCommand> commands, const std::vector<std::string>& given,
                     std::ostream& out, std::ostream& err,
                     const std::filesystem::path& program = own_program());

/// All commands with their options, as help and completion read them.
CommandDescription program_description(std::span<const AddCommand> commands);

/// The help of every command as one Markdown page.
std::string command_line_reference(std::span<const AddCommand> commands);

}  // namespace rheobase::cli
