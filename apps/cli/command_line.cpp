#include "apps/cli/command_line.hpp"

#include <algorithm>
#include <sstream>

#include "apps/cli/checks_failed.hpp"
#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/help_text.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/text_format.hpp"
#include "core/error.hpp"
#include "core/version.hpp"

namespace rheobase::cli {

namespace {

constexpr const char* kName = "rheobase";
constexpr const char* kQuiet = "--quiet";
constexpr const char* kNoClobber = "--no-clobber";
constexpr const char* kSummary =
    "Train recurrent rate networks under Dale's principle, turn them into networks of spiking "
    "neurons, and simulate those";
constexpr const char* kExamples =
    "Examples:\n"
    "  rheobase demo\n"
    "  rheobase train --task go-nogo -o model.mat\n"
    "  rheobase map model.mat -o model.lif.mat\n"
    "  rheobase eval model.lif.mat\n"
    "\n"
    "Exit codes: 0 done, 1 a fault of the program, 2 a wrong option, file or value,\n"
    "3 a bound of compare not met, 130 stopped with Ctrl-C.\n"
    "More about a command: rheobase COMMAND --help, all of its options: --help-all";

void add_commands(const Program& program, std::span<const AddCommand> commands,
                  const Console& console) {
  for (const AddCommand add : commands) {
    add(program.root(), console);
  }
  // Taken out of the command line before it is parsed: they may stand anywhere.
  program.root().add_flag(
      kQuiet, [](bool) {}, "No notes and no progress, errors alone; behind any command");
  program.root().add_flag(
      kNoClobber, [](bool) {}, "Refuse an output that exists, before any work; behind any command");
  program.add_version(std::string("rheobase ") + kVersion);
}

/// The help of a command and of all below it.
std::string reference(const CommandDescription& command) {
  std::string text =
      "\n## " + command.path + "\n\n```text\n" + help_text(command, HelpLength::all) + "```\n";
  for (const CommandDescription& part : command.commands) {
    text += reference(part);
  }
  return text;
}

int complain(std::ostream& err, const std::string& message, ExitCode code) {
  err << "rheobase: " << visible(message) << '\n';
  return code;
}

/// Behind any command, as --help is.
bool asks_for_version(const std::vector<std::string>& args) {
  return std::ranges::any_of(
      args, [](const std::string& word) { return word == "-V" || word == "--version"; });
}

/// "help map" means "map --help", as in other programs.
std::vector<std::string> without_help_word(std::vector<std::string> args) {
  if (!args.empty() && args.front() == "help") {
    args.erase(args.begin());
    args.emplace_back("--help");
  }
  return args;
}

/// @param given  all words, before those that may stand anywhere were taken out
/// @returns the exit code
int run_and_complain(const Program& program, const std::vector<std::string>& given,
                     const std::vector<std::string>& args, std::ostream& out, std::ostream& err) {
  try {
    program.check_values(given);
    program.run(args, out);
    return kSuccess;
  } catch (const UsageError& error) {
    return complain(err, error.what(), kUserFault);
  } catch (const ChecksFailed& error) {
    for (const std::string& line : error.lines()) {
      complain(err, line, kCheckFailed);
    }
    return kCheckFailed;
  } catch (const InputError& error) {
    return complain(err, error.what(), kUserFault);
  } catch (const SavedElsewhere& error) {
    return complain(err, error.what(), kUserFault);
  } catch (const Cancelled& error) {
    return complain(err, error.what(), kInterrupted);
  } catch (const std::exception& error) {
    return complain(err, failure_text(error), kOurFault);
  }
}

}  // namespace

int run_command_line(std::span<const AddCommand> commands, const std::vector<std::string>& given,
                     std::ostream& out, std::ostream& err, const std::filesystem::path& own) {
  std::vector<std::string> args =
      asks_for_version(given) ? std::vector<std::string>{"--version"} : without_help_word(given);
  const bool quiet = std::erase(args, kQuiet) > 0;
  const bool no_clobber = std::erase(args, kNoClobber) > 0;
  Console console = make_console(args, out, err);
  console.program = own;
  console.quiet = quiet;
  console.no_clobber = no_clobber;
  const Program program(kName, kSummary, kExamples);
  add_commands(program, commands, console);
  const int code = run_and_complain(program, given, args, out, err);
  note_replaced(console);
  return code;
}

CommandDescription program_description(std::span<const AddCommand> commands) {
  std::ostringstream sink;
  const Console console = make_console({}, sink, sink);
  const Program program(kName, kSummary, kExamples);
  add_commands(program, commands, console);
  return program.root().description();
}

std::string command_line_reference(std::span<const AddCommand> commands) {
  return "# Command line\n\nMade from the program's own help by `cmake --build BUILD --target "
         "docs_cli`.\n" +
         reference(program_description(commands));
}

}  // namespace rheobase::cli
