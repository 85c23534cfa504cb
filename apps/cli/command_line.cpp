#include "apps/cli/command_line.hpp"

#include <algorithm>
#include <memory>
#include <sstream>

#include <CLI/CLI.hpp>

#include "apps/cli/checks_failed.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/help_formatter.hpp"
#include "apps/cli/subcommands.hpp"
#include "apps/cli/suggestion.hpp"
#include "apps/cli/text_format.hpp"
#include "core/error.hpp"
#include "core/version.hpp"

namespace rheobase::cli {

namespace {

constexpr const char* kFooter =
    "Examples:\n"
    "  rheobase demo\n"
    "  rheobase train --task go-nogo -o model.mat\n"
    "  rheobase map model.mat -o model.lif.mat\n"
    "  rheobase eval model.lif.mat\n"
    "\n"
    "Exit codes: 0 done, 1 a fault of the program, 2 a wrong option, file or value,\n"
    "3 a bound of compare not met, 130 stopped with Ctrl-C.\n"
    "More about a command: rheobase COMMAND --help";

std::unique_ptr<CLI::App> make_program(const Console& console) {
  auto program = std::make_unique<CLI::App>(
      "Train recurrent rate networks under Dale's principle, turn them into networks of spiking "
      "neurons, and simulate those",
      "rheobase");
  const auto formatter = std::make_shared<HelpFormatter>();
  formatter->label("Positionals", "Arguments");
  program->formatter(formatter);
  program->set_help_flag("-h,--help", "Show this help");
  program->option_defaults()->group("Options");
  add_demo_command(*program, console);
  add_train_command(*program, console);
  add_map_command(*program, console);
  add_eval_command(*program, console);
  add_compare_command(*program, console);
  add_report_command(*program, console);
  add_simulate_command(*program, console);
  add_export_command(*program, console);
  add_import_command(*program, console);
  add_info_command(*program, console);
  add_task_command(*program, console);
  add_completion_command(*program, console);
  program->set_version_flag("--version", std::string("rheobase ") + kVersion, "Show the version");
  program->require_subcommand(0, 1);
  program->footer(kFooter);
  return program;
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  return names;
}

std::vector<std::string> command_names(const CLI::App& program) {
  std::vector<std::string> names;
  for (const CLI::App* command : program.get_subcommands({})) {
    names.push_back(command->get_name());
  }
  return names;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
  const std::string near = nearest(word, candidates);
  return near.empty() ? "" : "; did you mean " + near + "?";
}

/// The first argument that nothing takes, options first, or empty.
std::string unknown_argument(const CLI::App& program) {
  const std::vector<std::string> rest = program.remaining(true);
  const auto option = std::find_if(rest.begin(), rest.end(), [](const std::string& argument) {
    return argument.size() > 1 && argument.front() == '-';
  });
  if (option != rest.end()) {
    return *option;
  }
  return rest.empty() ? "" : rest.front();
}

std::string unknown_command(const CLI::App& program, const std::string& word) {
  return "unknown command '" + word + "'" + did_you_mean(word, command_names(program)) +
         " (see rheobase --help)";
}

/// What is wrong with the command line, in one line.
std::string describe(const CLI::App& program, const CLI::ParseError& error) {
  const auto chosen = program.get_subcommands();
  const std::string unknown = unknown_argument(program);
  if (!unknown.empty() && unknown.front() == '-') {
    const CLI::App& app = chosen.empty() ? program : *chosen.front();
    const std::string name = unknown.substr(0, unknown.find('='));
    return "unknown option " + name + did_you_mean(name, option_names(app));
  }
  if (!unknown.empty() && chosen.empty()) {
    return unknown_command(program, unknown);
  }
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    return "unexpected argument '" + unknown + "'";
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    const std::string what = error.what();
    return what.substr(0, what.find(':')) +
           ": found twice or with another number of values than it takes (see " + "rheobase " +
           (chosen.empty() ? "" : chosen.front()->get_name() + " ") + "--help)";
  }
  std::string text = error.what();
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !chosen.empty()) {
    text += " (see rheobase " + chosen.front()->get_name() + " --help)";
  }
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

int complain(std::ostream& err, const std::string& message, ExitCode code) {
  err << "rheobase: " << message << '\n';
  return code;
}

/// "help map" means "map --help", as in other programs.
std::vector<std::string> without_help_word(std::vector<std::string> args) {
  if (!args.empty() && args.front() == "help") {
    args.erase(args.begin());
    args.emplace_back("--help");
  }
  return args;
}

}  // namespace

int run_command_line(const std::vector<std::string>& given, std::ostream& out, std::ostream& err) {
  const std::vector<std::string> args = without_help_word(given);
  const Console console = make_console(args, out, err);
  const std::unique_ptr<CLI::App> program = make_program(console);
  try {
    // CLI11 takes the arguments in reverse order.
    program->parse(std::vector<std::string>{args.rbegin(), args.rend()});
    if (program->get_subcommands().empty()) {
      out << program->help();
    }
    return kSuccess;
  } catch (const CLI::CallForHelp&) {
    if (!args.empty() && !args.front().starts_with('-') && program->get_subcommands().empty()) {
      return complain(err, unknown_command(*program, args.front()), kUserFault);
    }
    out << program->help();
    return kSuccess;
  } catch (const CLI::Success& success) {
    out << success.what() << '\n';
    return kSuccess;
  } catch (const CLI::ParseError& error) {
    return complain(err, describe(*program, error), kUserFault);
  } catch (const ChecksFailed& error) {
    for (const std::string& line : error.lines()) {
      complain(err, line, kCheckFailed);
    }
    return kCheckFailed;
  } catch (const InputError& error) {
    return complain(err, error.what(), kUserFault);
  } catch (const Cancelled& error) {
    return complain(err, error.what(), kInterrupted);
  } catch (const std::exception& error) {
    return complain(err, failure_text(error), kOurFault);
  }
}

std::string command_line_reference() {
  std::ostringstream sink;
  const Console console = make_console({}, sink, sink);
  const std::unique_ptr<CLI::App> program = make_program(console);
  std::string page =
      "# Command line\n\nMade from the program's own help by `cmake --build BUILD --target "
      "docs_cli`.\n";
  const auto add = [&page](const std::string& title, const std::string& help) {
    page += "\n## " + title + "\n\n```text\n" + help + "```\n";
  };
  add("rheobase", program->help());
  for (const CLI::App* command : program->get_subcommands({})) {
    add("rheobase " + command->get_name(), command->help("rheobase"));
  }
  return page;
}

}  // namespace rheobase::cli
