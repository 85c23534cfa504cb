#include <memory>

#include <fmt/format.h>

#include "apps/cli/json_output.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/study/study_commands.hpp"
#include "apps/cli/study/study_request.hpp"
#include "apps/cli/text_format.hpp"

namespace rheobase::cli {

namespace {

struct StudyCheckRequest : StudyRequest {
  bool commands = false;
};

/// The commands of a condition's first cell.
std::vector<std::string> commands_of(const study::Study& study, const study::Condition& condition) {
  return cell_commands(study, condition, condition.seeds.front(), study.folder.string());
}

void print_study_json(const study::Study& study, const Console& console) {
  Json conditions = Json::array();
  for (const study::Condition& condition : study.conditions) {
    conditions.push_back({{"name", condition.name},
                          {"seeds", condition.seeds.size()},
                          {"commands", commands_of(study, condition)}});
  }
  print_json(console, {{"title", study.title},
                       {"cells", study::cells_of(study).size()},
                       {"conditions", conditions}});
}

void run_study_check(const StudyCheckRequest& request, const Console& console) {
  const study::Study study = load_study(request);
  if (request.json) {
    print_study_json(study, console);
    return;
  }
  console.out << fmt::format("{}: good; {} conditions, {} cells of {} steps\n",
                             request.file.string(), study.conditions.size(),
                             study::cells_of(study).size(), study.steps.size());
  for (const study::Condition& condition : study.conditions) {
    if (!request.commands && &condition != &study.conditions.front()) {
      break;
    }
    console.out << fmt::format("\n# {}, seed {}\n{}\n", condition.name, condition.seeds.front(),
                               joined(commands_of(study, condition), "\n"));
  }
}

}  // namespace

void add_study_check_command(Command group, const Console& console) {
  const auto request = std::make_shared<StudyCheckRequest>();
  const Command command = group.add_command(
      "check",
      "Say whether a study file is good, or what is wrong in which line and column\n"
      "Prints the commands of the first condition's first cell, as they may be typed.");
  command.examples(
      "Examples:\n"
      "  rheobase study check study.toml\n"
      "  rheobase study check study.toml --quick --commands");
  add_study_file(command, *request);
  command.add_flag("--commands", request->commands, "Print those of every condition");
  add_json(command, request->json);
  command.action([request, &console] { run_study_check(*request, console); });
}

}  // namespace rheobase::cli
