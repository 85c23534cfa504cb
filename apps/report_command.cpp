#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "apps/interrupt.hpp"
#include "apps/json_output.hpp"
#include "apps/option.hpp"
#include "apps/output_file.hpp"
#include "apps/progress_bar.hpp"
#include "apps/spiking_options.hpp"
#include "apps/subcommands.hpp"
#include "apps/task_options.hpp"
#include "core/error.hpp"
#include "core/version.hpp"
#include "io/mat_file.hpp"
#include "mapping/compare.hpp"
#include "mapping/network_fingerprint.hpp"
#include "report/comparison_file.hpp"
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
    "  rheobase report comparison.mat\n"
    "  rheobase report model.lif.mat --figures figures --format svg";

/// What the figures are made from.
struct ReportSource {
  Comparison comparison;
  Task task;
  std::optional<ModelFile> model;
};

bool is_comparison(const fs::path& path) {
  if (path.extension() == ".json") {
    return true;
  }
  constexpr std::array<std::string_view, 2> kFields{"summary", "w"};
  const MatFile file(path, kFields);
  return file.has("summary") && !file.has("w");
}

/// The options of a new comparison say nothing about one that was made before.
void refuse_comparison_options(const CLI::App& app, const std::string& file) {
  constexpr std::array kAllowed{"MODEL",    "--help", "--output",     "--figures",
                                "--format", "--json", "--trials-file"};
  for (const CLI::Option* option : app.get_options()) {
    const bool allowed = std::any_of(kAllowed.begin(), kAllowed.end(),
                                     [&](const char* name) { return option->check_name(name); });
    if (option->count() > 0 && !allowed) {
      throw InputError(option->get_name(), "", "the comparison " + file + " beside it",
                       "must be left out: give the model to compare anew");
    }
  }
}

/// The model that was compared, where it is still there and the same.
std::optional<ModelFile> model_of(const Comparison& comparison) {
  if (comparison.model_file.empty() || !fs::exists(comparison.model_file)) {
    return std::nullopt;
  }
  try {
    ModelFile file = read_model(comparison.model_file);
    if (network_fingerprint(file.model) == comparison.network) {
      return file;
    }
  } catch (const InputError&) {
    // Another file has that name now.
  }
  return std::nullopt;
}

ReportSource saved_source(const ReportRequest& request) {
  Comparison comparison = read_comparison(request.model);
  if (comparison.traces.rate_output.size() == 0) {
    throw InputError(request.model.string(), "", "a comparison without traces",
                     "must be a .mat file: `rheobase compare MODEL -o comparison.mat`");
  }
  Task task = make_task(comparison.task, comparison.task_parameters, request.task.trials_file);
  std::optional<ModelFile> model = model_of(comparison);
  return {std::move(comparison), std::move(task), std::move(model)};
}

CompareOptions compare_options(const ReportRequest& request, const ModelFile& file) {
  CompareOptions options;
  options.scaling_factor =
      spiking_model_of(file, request.model.string(), request.scaling, request.spiking)
          .scaling_factor;
  options.trials = request.trials;
  options.simulation = request.spiking.simulation;
  options.simulation.seed = request.seed;
  options.transfer = request.spiking.transfer;
  options.example_trials = request.rasters;
  options.threads = request.threads;
  return options;
}

ReportSource fresh_source(ReportRequest& request, const Console& console) {
  ModelFile file = read_model(request.model);
  finish_spiking_options(request.spiking, file);
  Task task = resolve_task(request.task, file, request.model.string());
  const CompareOptions options = compare_options(request, file);
  const InterruptGuard guard;
  ProgressBar bar(console, "comparing");
  Comparison comparison = compare(file.model, task, options, bar.control(guard));
  comparison.model_file = request.model.string();
  comparison.command = with_seed(console.command_line, request.seed);
  return {std::move(comparison), std::move(task), std::move(file)};
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

void run_report(ReportRequest request, const CLI::App& app, const Console& console) {
  const FigureFormat format = figure_format_from(request.format);
  check_output("--output", request.output, {request.model, request.task.trials_file});
  const bool saved = is_comparison(request.model);
  if (saved) {
    refuse_comparison_options(app, request.model.string());
  }
  const ReportSource source = saved ? saved_source(request) : fresh_source(request, console);
  const ReportOrigin origin{
      request.model.filename().string(),
      saved ? console.command_line : with_seed(console.command_line, request.seed), kVersion};
  const ReportData data =
      report_data(source.comparison, source.task, source.model ? &*source.model : nullptr, origin);
  if (!interactive_report_available()) {
    note(console,
         "built without the chart library, the page holds static figures (scripts/install_page.sh "
         "installs it)");
  }
  write_report(data, request.output);
  std::vector<fs::path> figures;
  if (!request.figures.empty()) {
    figures = write_figures(data, request.figures, format);
  }
  tell(request, figures, console);
}

}  // namespace

void add_report_command(CLI::App& program, const Console& console) {
  const auto request = std::make_shared<ReportRequest>();
  CLI::App& app = *program.add_subcommand(
      "report",
      "A page with figures of a rate network beside its spiking network\n"
      "Of a model, both networks get the same fresh trials; of a comparison, the page shows what "
      "`rheobase compare` saved. The page holds all it needs: it opens from disk, "
      "without a network, and says which options and seeds made it.");
  app.footer(kExamples);
  app.add_option("MODEL", request->model,
                 "Model file (.mat), from `train` or `map`, or a comparison, from `compare`")
      ->required();
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
  app.callback([request, &app, &console] { run_report(*request, app, console); });
}

}  // namespace rheobase
