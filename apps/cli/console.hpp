#pragma once

#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <sys/types.h>

namespace rheobase::cli {

/// A file that an output has the name of. What replaces it is another file (its inode).
struct StandingFile {
  std::filesystem::path name;
  ino_t inode = 0;
  std::string option = {};  ///< what named it
};

/// Where a subcommand's results and messages go, and how it was called.
struct Console {
  std::ostream& out;
  std::ostream& err;
  bool err_is_terminal = false;
  std::string command_line;            ///< "rheobase map model.mat", quoted for a shell
  std::vector<std::string> arguments;  ///< the same as it was given, without the program
  std::filesystem::path program;       ///< whose commands its child processes are
  bool quiet = false;                  ///< no notes, no progress: errors alone
  bool no_clobber = false;             ///< outputs replace no file
  /// Of all outputs of the command; shared by its parts.
  std::shared_ptr<std::vector<StandingFile>> standing =
      std::make_shared<std::vector<StandingFile>>();
  /// Files that are read without being named, such as the trials that a model names.
  std::shared_ptr<std::vector<std::filesystem::path>> found_inputs =
      std::make_shared<std::vector<std::filesystem::path>>();
};

Console make_console(const std::vector<std::string>& args, std::ostream& out, std::ostream& err);

/// The file of the running program.
std::filesystem::path own_program();

/// A line on stderr that is no error: "rheobase: note: ...".
void note(const Console& console, const std::string& message);

/// The command line with the seed it used, so that it makes the same file again whatever the
/// default seed will be one day.
std::string with_seed(const std::string& command_line, unsigned seed);

/// "rheobase map model.mat": the arguments behind the program's name, quoted for a shell.
std::string command_text(const std::vector<std::string>& arguments);

/// Arguments, their first one apart, without some words and without some options that take a value:
/// what stays the same for each of many.
std::vector<std::string> arguments_without(const std::vector<std::string>& arguments,
                                           const std::vector<std::string>& words,
                                           const std::vector<std::string>& options);

/// The same of a command line that is quoted for a shell.
std::string command_without(const std::string& command_line,
                            const std::vector<std::string>& options);

/// The argument as it must be typed in a POSIX shell.
std::string shell_quoted(const std::string& argument);

}  // namespace rheobase::cli
