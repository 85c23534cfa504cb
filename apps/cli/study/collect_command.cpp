#include <memory>

#include <fmt/format.h>

#include "apps/cli/option.hpp"
#include "apps/cli/study/study_commands.hpp"
#include "apps/cli/study/study_request.hpp"
#include "apps/cli/study/study_tables.hpp"

namespace rheobase::cli {

namespace {

void run_study_collect(const StudyRequest& request, const Console& console) {
  const study::Study study = load_study(request);
  const study::ResultFolder results = open_results(request, study);
  const study::Collected all = study::collect(study, results);
  write_collected(results.path(), study, all);
  if (request.json) {
    print_json(console, collected_json(study, all));
    return;
  }
  console.out << study.title << "\n\n"
              << collected_text(study, all)
              << fmt::format("\nsaved: summary.csv, cells.csv, summary.json, summary.mat in {}\n",
                             results.path().string());
}

}  // namespace

void add_study_collect_command(Command group, const Console& console) {
  const auto request = std::make_shared<StudyRequest>();
  const Command command = group.add_command(
      "collect",
      "Tables of a study's results: mean, standard deviation and successes of each condition\n"
      "Successes come with Wilson's 95 % interval; published values stand beside ours. Conditions "
      "are compared with Wilcoxon's rank-sum test and, over the seeds that both have, with the "
      "signed-rank test. Works while the study runs, on what there is.");
  command.examples(
      "Examples:\n"
      "  rheobase study collect study.toml -o results\n"
      "  rheobase study collect study.toml -o results --json");
  add_study_file(command, *request);
  add_study_folder(command, *request);
  add_json(command, request->json);
  command.action([request, &console] { run_study_collect(*request, console); });
}

}  // namespace rheobase::cli
