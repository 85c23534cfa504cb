// The one file that knows CLI11.
#include "apps/cli/command.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/cli/help_text.hpp"
#include "core/nearest_name.hpp"

namespace rheobase::cli {

namespace {

constexpr const char* kHelpAll = "--help-all";

/// A command that knows what of it is shown at once.
class Node : public CLI::App {
 public:
  Node(const std::string& help, const std::string& name, CLI::App* parent)
      : CLI::App(help, name, parent) {}

  std::set<const CLI::Option*> common;  ///< options of --help; none: all are
};

OptionDescription describe(const CLI::Option& option) {
  OptionDescription description;
  for (const std::string& name : option.get_snames()) {
    description.names.push_back("-" + name);
  }
  for (const std::string& name : option.get_lnames()) {
    description.names.push_back("--" + name);
  }
  description.argument = option.get_positional();
  if (description.argument) {
    description.names = {option.get_name(true, false)};
  }
  description.required = option.get_required();
  description.takes_value = option.get_items_expected_max() > 0;
  description.type = option.get_type_name();
  description.help = option.get_description();
  description.group = option.get_group();
  return description;
}

CommandDescription describe(const CLI::App& app, const std::string& before) {
  CommandDescription description;
  description.name = app.get_name();
  description.path = before.empty() ? app.get_name() : before + " " + app.get_name();
  description.help = app.get_description();
  description.examples = app.get_footer();
  const auto& common = dynamic_cast<const Node&>(app).common;
  for (const CLI::Option* option : app.get_options()) {
    if (option == app.get_help_all_ptr() && common.empty()) {
      continue;  // the same as --help
    }
    description.options.push_back(describe(*option));
    description.options.back().common = common.empty() || common.count(option) > 0;
  }
  description.groups = app.get_groups();
  for (const CLI::App* command : app.get_subcommands({})) {
    description.commands.push_back(describe(*command, description.path));
  }
  return description;
}

/// The command that was named, down to the last word, with the commands that lead to it.
struct Chosen {
  CLI::App* app;
  std::string path;
  std::size_t depth = 0;

  bool is_group() const { return !app->get_subcommands({}).empty(); }
};

Chosen chosen_of(CLI::App& program) {
  Chosen chosen{&program, program.get_name()};
  while (!chosen.app->get_subcommands().empty()) {
    chosen.app = chosen.app->get_subcommands().front();
    chosen.path += " " + chosen.app->get_name();
    ++chosen.depth;
  }
  return chosen;
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

std::vector<std::string> command_names(const CLI::App& group) {
  std::vector<std::string> names;
  for (const CLI::App* command : group.get_subcommands({})) {
    names.push_back(command->get_name());
  }
  return names;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
  const std::string near = nearest_name(word, candidates);
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

std::string unknown_command(const Chosen& group, const std::string& word) {
  return "unknown command '" + word + "'" + did_you_mean(word, command_names(*group.app)) +
         " (see " + group.path + " --help)";
}

/// What is wrong with the command line, in one line.
std::string fault_of(CLI::App& program, const CLI::ParseError& error) {
  const Chosen chosen = chosen_of(program);
  const std::string unknown = unknown_argument(program);
  // A word where a command belongs: what follows it are options of that command.
  const std::vector<std::string> rest = program.remaining(true);
  if (chosen.is_group() && !rest.empty() && !rest.front().starts_with('-')) {
    return unknown_command(chosen, rest.front());
  }
  if (!unknown.empty() && unknown.front() == '-') {
    const std::string name = unknown.substr(0, unknown.find('='));
    return "unknown option " + name + did_you_mean(name, option_names(*chosen.app));
  }
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    return "unexpected argument '" + unknown + "'";
  }
  const std::string see = " (see " + chosen.path + " --help)";
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    const std::string what = error.what();
    return what.substr(0, what.find(':')) +
           ": found twice or with another number of values than it takes" + see;
  }
  std::string text = error.what();
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && chosen.depth > 0) {
    text += see;
  }
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

/// The option of a word of the command line, or of the program itself; null: it is none.
const CLI::Option* option_of(const CLI::App& app, const CLI::App& program,
                             const std::string& name) {
  if (!name.starts_with('-')) {
    return nullptr;
  }
  const CLI::Option* option = app.get_option_no_throw(name);
  return option != nullptr ? option : program.get_option_no_throw(name);
}

/// What an option takes, in words.
std::string value_of(const CLI::Option& option) {
  return fmt::format("must be followed by {}: {}", option.get_type_name(),
                     option.get_description());
}

bool is_truth(const std::string& word) {
  return word == "true" || word == "false";
}

/// An option's value behind a function, so that every type is read in one way.
CLI::Option* add_text_option(CLI::App& app, const std::string& names, const std::string& type,
                             std::function<void(const std::string&)> take,
                             const std::string& help) {
  const auto taken = take ? std::move(take) : [](const std::string&) {};
  return app.add_option_function<std::string>(names, taken, help)->type_name(type);
}

/// A variable of the shell that is not set is no name of a file.
const CLI::Validator& named() {
  static const CLI::Validator validator(
      [](const std::string& given) {
        return given.empty() ? std::string("found nothing; must be a name") : std::string{};
      },
      "");
  return validator;
}

}  // namespace

Option Option::required() const {
  option_->required();
  return *this;
}

Option Option::group(const std::string& heading) const {
  option_->group(heading);
  return *this;
}

bool Option::given() const {
  return option_->count() > 0;
}

const std::string& Option::help() const {
  return option_->get_description();
}

Command Command::add_command(const std::string& name, const std::string& help) const {
  app_->require_subcommand(0, 1);
  CLI::App& command = *app_->add_subcommand(std::make_shared<Node>(help, name, app_));
  command.footer("");  // not that of the group
  return Command(command);
}

void Command::examples(const std::string& text) const {
  app_->footer(text);
}

void Command::short_help(const std::vector<std::string>& names) const {
  auto& common = dynamic_cast<Node&>(*app_).common;
  common = {app_->get_help_ptr(), app_->get_help_all_ptr()};
  for (const std::string& name : names) {
    common.insert(app_->get_option(name));
  }
  for (const CLI::Option* option : app_->get_options()) {
    if (option->get_positional() || option->get_required()) {
      common.insert(option);
    }
  }
}

void Command::action(std::function<void()> run) const {
  app_->callback(std::move(run));
}

Option Command::add_file(const std::string& names, std::filesystem::path& value,
                         const std::string& help) const {
  return Option(
      *add_text_option(
           *app_, names, "FILE", [&value](const std::string& given) { value = given; }, help)
           ->check(named()));
}

Option Command::add_files(const std::string& names, std::vector<std::filesystem::path>& values,
                          const std::string& help) const {
  return Option(*app_->add_option_function<std::vector<std::string>>(
                         names,
                         [&values](const std::vector<std::string>& given) {
                           values.assign(given.begin(), given.end());
                         },
                         help)
                     ->type_name("FILE")
                     ->check(named()));
}

Option Command::add_folder(const std::string& names, std::filesystem::path& value,
                           const std::string& help) const {
  return Option(
      *add_text_option(
           *app_, names, "DIR", [&value](const std::string& given) { value = given; }, help)
           ->check(named()));
}

Option Command::add_flag(const std::string& names, bool& value, const std::string& help) const {
  return Option(*app_->add_flag(names, value, help));
}

Option Command::add_flag(const std::string& names, std::function<void(bool)> take,
                         const std::string& help) const {
  return Option(*app_->add_flag_function(
      names, [take](std::int64_t count) { take(count > 0); }, help));
}

Option Command::add_value(const std::string& names, const std::string& type,
                          std::function<std::string(const std::string&)> fault,
                          std::function<void(const std::string&)> take,
                          const std::string& help) const {
  CLI::Option& option = *add_text_option(*app_, names, type, std::move(take), help);
  if (fault) {
    option.check(CLI::Validator([fault](std::string& given) { return fault(given); }, ""));
  }
  return Option(option);
}

Option Command::add_values(const std::string& names, const std::string& type, int least, int most,
                           std::vector<std::string>& values, const std::string& help) const {
  return Option(*app_->add_option(names, values, help)->type_name(type)->expected(least, most));
}

CommandDescription Command::description() const {
  std::string before;
  for (const CLI::App* parent = app_->get_parent(); parent != nullptr;
       parent = parent->get_parent()) {
    before = parent->get_name() + (before.empty() ? "" : " ") + before;
  }
  return describe(*app_, before);
}

bool Command::given(const std::string& name) const {
  return app_->get_option(name)->count() > 0;
}

std::vector<std::string> Command::given() const {
  std::vector<std::string> names;
  for (const CLI::Option* option : app_->get_options()) {
    if (option->count() > 0) {
      names.push_back(option->get_name());
    }
  }
  return names;
}

Program::Program(const std::string& name, const std::string& help, const std::string& examples)
    : app_(std::make_unique<Node>(help, name, nullptr)) {
  app_->set_help_flag("-h,--help", "Show this help");
  app_->set_help_all_flag(kHelpAll, "Show all options");
  app_->option_defaults()->group("Options");
  app_->footer(examples);
}

Program::~Program() = default;

Command Program::root() const {
  return Command(*app_);
}

void Program::add_version(const std::string& text) const {
  app_->set_version_flag("-V,--version", text, "Show the version; behind any command");
}

void Program::check_values(const std::vector<std::string>& args) const {
  const CLI::App* app = app_.get();
  for (std::size_t i = 0; i < args.size() && args[i] != "--"; ++i) {
    const std::string name = args[i].substr(0, args[i].find('='));
    const bool assigned = name.size() < args[i].size();
    const CLI::Option* option = option_of(*app, *app_, name);
    if (option == nullptr) {
      const auto commands =
          app->get_subcommands([&](const CLI::App* one) { return one->get_name() == args[i]; });
      app = commands.empty() ? app : commands.front();
    } else if (option->get_items_expected_max() == 0) {
      if (assigned && !is_truth(args[i].substr(name.size() + 1))) {
        throw UsageError(
            fmt::format("{}: found '{}'; takes no value", name, args[i].substr(name.size() + 1)));
      }
    } else if (option->get_items_expected_min() > 0 && assigned) {
      if (args[i].size() == name.size() + 1) {
        throw UsageError(fmt::format("{}: found no value; {}", name, value_of(*option)));
      }
    } else if (option->get_items_expected_min() > 0) {
      if (++i == args.size()) {
        throw UsageError(fmt::format("{}: found no value; {}", name, value_of(*option)));
      }
      if (option_of(*app, *app_, args[i]) != nullptr) {
        throw UsageError(fmt::format("{}: found the option {} in place of a value; {}", name,
                                     args[i], value_of(*option)));
      }
    }
  }
}

void Program::run(const std::vector<std::string>& args, std::ostream& out) const {
  const auto show_help = [&](HelpLength length) {
    out << help_text(Command(*chosen_of(*app_).app).description(), length);
  };
  try {
    // CLI11 takes the arguments in reverse order.
    app_->parse(std::vector<std::string>{args.rbegin(), args.rend()});
    if (chosen_of(*app_).is_group()) {
      show_help(HelpLength::common);
    }
  } catch (const CLI::CallForAllHelp&) {
    show_help(HelpLength::all);
  } catch (const CLI::CallForHelp&) {
    const Chosen chosen = chosen_of(*app_);
    if (chosen.is_group() && chosen.depth < args.size() && !args[chosen.depth].starts_with('-')) {
      throw UsageError(unknown_command(chosen, args[chosen.depth]));
    }
    show_help(HelpLength::common);
  } catch (const CLI::Success& success) {
    out << success.what() << '\n';
  } catch (const CLI::ParseError& error) {
    throw UsageError(fault_of(*app_, error));
  }
}

}  // namespace rheobase::cli
