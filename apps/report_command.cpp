#include <memory>

#include <fmt/format.h>

#include "apps/interrupt.hpp"
#include "apps/json_output.hpp"
#include "apps/option.hpp"
#include "apps/output_file.hpp"
#include "apps/progress_bar.hpp"
#include "apps/spiking_options.hpp"
#include "apps/subcommands.hpp"
#include "apps/task_options.hpp"
#include "core/version.hpp"
#include "mapping/compare.hpp"
#include "report/html_collect.hpp"
#include "report/html_figures.hpp"
#include "report/html_report.hpp"

namespace rheobase {

namespace {

namespace fs = std::filesystem;

struct ReportRequest {
  fs::path model;
  fs::path output = "report.html";
  fs::path figures;
  std::string format = "pdf";
  TaskChoice task;
  SpikingChoice spiking;
  double scaling = 0.0;
  int trials = 100;
  int rasters = 4;
  Seed seed = 1;
  int threads = 0;
  bool json = false;
};

constexpr const char* kExamples =
    "Examples:\n"
    "  rheobase report model.lif.mat\n"
    "  rheobase report model.mat --scaling 50 --trials 400 --seed 7 -o network.html\n"
    "  rheobase report model.lif.mat --figures figures --format svg";

CompareOptions compare_options(const ReportRequest& request, const ModelFile& file) {
  // Refuses a file without scaling factor or initial weights in the words of the other commands.
  spiking_model_of(file, request.model.string(), request.scaling, request.spiking);
  CompareOptions options;
  options.scaling_factor = request.scaling;
  options.trials = request.trials;
  options.simulation = request.spiking.simulation;
  options.simulation.seed = request.seed;
  options.transfer = request.spiking.transfer;
  options.example_trials = request.rasters;
  options.threads = request.threads;
  return options;
}

Comparison compared(const ReportRequest& request, const ModelFile& file, const Task& task,
                    const Console& console) {
  const InterruptGuard guard;
  ProgressBar bar(console, "comparing");
  return compare(file.model, task, compare_options(request, file), bar.control(guard));
}

void tell(const ReportRequest& request, const std::vector<fs::path>& figures,
          const Console& console) {
  if (request.json) {
    Json files = Json::array();
    for (const fs::path& figure : figures) {
      files.push_back(figure.string());
    }
    print_json(console, {{"report", request.output.string()},
                         {"interactive", interactive_report_available()},
                         {"figures", files}});
    return;
  }
  console.out << request.output.string() << '\n';
  for (const fs::path& figure : figures) {
    console.out << figure.string() << '\n';
  }
}

void run_report(ReportRequest request, const Console& console) {
  finish_spiking_options(request.spiking);
  check_output("--output", request.output, request.model);
  const ModelFile file = read_model(request.model);
  const Task task = resolve_task(request.task, file, request.model.string());
  const Comparison comparison = compared(request, file, task, console);
  const ReportOrigin origin{request.model.filename().string(),
                            with_seed(console.command_line, request.seed), kVersion};
  const ReportData data = report_data(comparison, task, &file, origin);
  if (!interactive_report_available()) {
    note(console,
         "built without the chart library, the page holds static figures (scripts/install_page.sh "
         "installs it)");
  }
  write_report(data, request.output);
  std::vector<fs::path> figures;
  if (!request.figures.empty()) {
    figures = write_figures(data, request.figures, figure_format_from(request.format));
  }
  tell(request, figures, console);
}

}  // namespace

void add_report_command(CLI::App& program, const Console& console) {
  const auto request = std::make_shared<ReportRequest>();
  CLI::App& app = *program.add_subcommand(
      "report",
      "A page with figures of a rate network beside its spiking network\n"
      "Both networks get the same fresh trials. The page holds all it needs: it opens from disk, "
      "without a network, and says which options and seeds made it.");
  app.footer(kExamples);
  app.add_option("MODEL", request->model, "Model file (.mat), from `train` or `map`")->required();
  app.add_option("-o,--output", request->output, "The page")->type_name("FILE");
  app.add_option("--figures", request->figures, "Folder for the same figures as files of their own")
      ->type_name("DIR");
  add_choice(app, "--format", request->format, {"svg", "pdf", "png"}, "Format of these files");
  add_number(app, "--scaling", request->scaling, kNonNegative, "",
             "Scaling factor s = 1/lambda of the spiking network; 0: the one in the file");
  add_integer(app, "--trials", request->trials, {1.0, 1e6, false}, "Number of trials");
  add_integer(app, "--rasters", request->rasters, {0.0, 1000.0, false},
              "Trials of each condition whose spikes are on the page");
  add_seed(app, request->seed);
  add_threads(app, request->threads);
  add_json(app, request->json);
  add_task_options(app, request->task, "Task of the trials (default: the one the file names)");
  add_spiking_options(app, request->spiking);
  app.callback([request, &console] { run_report(*request, console); });
}

}  // namespace rheobase
