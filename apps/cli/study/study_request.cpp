#include "apps/cli/study/study_request.hpp"

#include "apps/cli/command_line.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/subcommands.hpp"
#include "apps/study/study_file.hpp"

namespace rheobase::cli {

namespace {

void add_step_commands(study::Catalogue& catalogue, const CommandDescription& command,
                       const std::string& before) {
  const std::string name = before.empty() ? command.name : before + " " + command.name;
  if (name == "study" || name == "completion") {
    return;
  }
  for (const CommandDescription& part : command.commands) {
    add_step_commands(catalogue, part, name);
  }
  if (!command.commands.empty()) {
    return;
  }
  study::StepCommand step{name, {}};
  for (const OptionDescription& option : command.options) {
    step.options.push_back({option.names, option.argument, option.required, option.takes_value});
  }
  catalogue.push_back(std::move(step));
}

study::Catalogue step_commands() {
  study::Catalogue catalogue;
  for (const CommandDescription& command : program_description(all_commands()).commands) {
    add_step_commands(catalogue, command, "");
  }
  return catalogue;
}

}  // namespace

void add_study_file(Command command, StudyRequest& request) {
  command.add_file("FILE", request.file, "Study file (.toml)").required();
  command.add_flag("--quick", request.quick,
                   "A small version of the study, as its table [quick] has it; results need a "
                   "folder of their own");
}

void add_study_folder(Command command, StudyRequest& request) {
  command.add_folder("-o,--output", request.folder, "Folder of the study's results").required();
}

study::Study load_study(const StudyRequest& request) {
  return study::read_study(request.file, step_commands(), request.quick);
}

study::Study study_of_results(const study::ResultFolder& results) {
  study::Study study =
      study::read_study(results.path() / "study.toml", step_commands(), results.is_quick());
  results.open(study);
  return study;
}

std::vector<std::string> cell_commands(const study::Study& study, const study::Condition& condition,
                                       Seed seed, const std::string& study_folder) {
  std::vector<std::string> lines;
  for (const study::Step& step : study.steps) {
    if (study::runs(step, condition)) {
      std::string line = "rheobase";
      for (const std::string& word : study::command_line(step, condition, seed, study_folder)) {
        line += ' ' + shell_quoted(word);
      }
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

study::ResultFolder open_results(const StudyRequest& request, const study::Study& study) {
  study::ResultFolder results(request.folder);
  results.open(study);
  return results;
}

}  // namespace rheobase::cli
