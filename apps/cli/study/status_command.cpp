#include <memory>

#include "apps/cli/option.hpp"
#include "apps/cli/study/study_commands.hpp"
#include "apps/cli/study/study_progress.hpp"
#include "apps/cli/study/study_request.hpp"

namespace rheobase::cli {

namespace {

void run_study_status(const StudyRequest& request, const Console& console) {
  const study::Study study = load_study(request);
  const study::ResultFolder results = open_results(request, study);
  print_study_status(study, study::status_of(study, results), request.json, console);
}

}  // namespace

void add_study_status_command(Command group, const Console& console) {
  const auto request = std::make_shared<StudyRequest>();
  const Command command =
      group.add_command("status", "How far a study is, what failed and why, what time is left");
  command.examples("Examples:\n  rheobase study status study.toml -o results");
  add_study_file(command, *request);
  add_study_folder(command, *request);
  add_json(command, request->json);
  command.action([request, &console] { run_study_status(*request, console); });
}

}  // namespace rheobase::cli
