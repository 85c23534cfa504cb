#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "apps/cli/command_description.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace rheobase::cli {

/// What is wrong with a command line, in one line.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An option of a command. Refers to it: copies are cheap and mean the same option.
class Option {
 public:
  explicit Option(CLI::Option& option) : option_(&option) {}

  Option required() const;
  /// The heading in the help; "Options" where none was given.
  Option group(const std::string& heading) const;
  bool given() const;
  const std::string& help() const;

 private:
  CLI::Option* option_;
};

/// A command that takes options and arguments, or a group of such commands. Refers to it: copies
/// are cheap and mean the same command. Values outlive the parser.
///
/// `names` are those of an option ("-o,--output") or the one of an argument ("MODEL").
class Command {
 public:
  explicit Command(CLI::App& command) : app_(&command) {}

  /// @param help  a summary of one line, and behind it a paragraph
  Command add_command(const std::string& name, const std::string& help) const;
  /// The end of the help.
  void examples(const std::string& text) const;
  /// Options that --help shows beside arguments and what is required; --help-all shows all. Called
  /// when all options are there; without it --help is the same. @param names  such as "--output"
  void short_help(const std::vector<std::string>& names) const;
  /// What is done when the command line was parsed.
  void action(std::function<void()> run) const;

  Option add_file(const std::string& names, std::filesystem::path& value,
                  const std::string& help) const;
  Option add_files(const std::string& names, std::vector<std::filesystem::path>& values,
                   const std::string& help) const;
  Option add_folder(const std::string& names, std::filesystem::path& value,
                    const std::string& help) const;
  Option add_flag(const std::string& names, bool& value, const std::string& help) const;
  /// @param take  false for a name that is given with a "!" before it ("--bias,!--no-bias")
  Option add_flag(const std::string& names, std::function<void(bool)> take,
                  const std::string& help) const;
  /// @param type   what the help shows for the value
  /// @param fault  empty when the text can be taken, else what is wrong with it; may be empty
  Option add_value(const std::string& names, const std::string& type,
                   std::function<std::string(const std::string&)> fault,
                   std::function<void(const std::string&)> take, const std::string& help) const;
  /// `least` to `most` values behind one name.
  Option add_values(const std::string& names, const std::string& type, int least, int most,
                    std::vector<std::string>& values, const std::string& help) const;

  CommandDescription description() const;

  /// Whether the command line has the option ("--output").
  bool given(const std::string& name) const;
  /// Names of all options and arguments that it has: "--output", "MODEL".
  std::vector<std::string> given() const;

 private:
  CLI::App* app_;
};

/// The command line of a program.
class Program {
 public:
  Program(const std::string& name, const std::string& help, const std::string& examples);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  Command root() const;
  /// Adds -V, --version. What is added last stands last in the help.
  void add_version(const std::string& text) const;
  /// Parses the arguments and runs the action of the command they name. --help, --help-all,
  /// --version and a group without a command write to `out`. @throws UsageError, and what the
  /// action throws
  void run(const std::vector<std::string>& args, std::ostream& out) const;
  /// Refuses options without a value that need one, in whose place another option stands, or with
  /// one that they do not take. @throws UsageError
  void check_values(const std::vector<std::string>& args) const;

 private:
  std::unique_ptr<CLI::App> app_;
};

}  // namespace rheobase::cli
