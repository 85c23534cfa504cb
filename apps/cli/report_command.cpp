#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "apps/cli/interrupt.hpp"
#include "apps/cli/json_output.hpp"
#include "apps/cli/model_input.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/overflow.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/cli/spiking_options.hpp"
#include "apps/cli/study/study_page.hpp"
#include "apps/cli/study/study_request.hpp"
#include "apps/cli/subcommands.hpp"
#include "apps/cli/task_options.hpp"
#include "apps/cli/text_table.hpp"
#include "apps/report/html_collect.hpp"
#include "apps/report/html_report.hpp"
#include "apps/report/innate_report.hpp"
#include "apps/report/internal/html_figures.hpp"
#include "apps/report/network_report.hpp"
#include "core/error.hpp"
#include "core/version.hpp"
#include "io/comparison/comparison_file.hpp"
#include "io/mat/innate_file.hpp"
#include "io/mat/innate_task_file.hpp"
#include "io/mat/mat_file.hpp"
#include "io/network/network_run_file.hpp"
#include "mapping/comparison/compare.hpp"
#include "mapping/conversion/network_fingerprint.hpp"
#include "rate/tasks/trajectory_task.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;

struct ReportRequest {
  fs::path model;
  fs::path output = "report.html";
  fs::path figures;
  fs::path study;
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

constexpr const char* kReportExamples =
    "Examples:\n"
    "  rheobase report model.lif.mat\n"
    "  rheobase report model.mat --scaling 50 --trials 400 --seed 7 -o network.html\n"
    "  rheobase report comparison.mat\n"
    "  rheobase report run.mat                       # of `rheobase network run`\n"
    "  rheobase report model.lif.mat --figures figures --format svg\n"
    "  rheobase report model.lif.mat --study results  # with the figures of a study";

/// What the figures are made from.
struct ReportSource {
  mapping::Comparison comparison;
  rate::Task task;
  std::optional<io::ModelFile> model;
};

bool is_comparison(const fs::path& path) {
  if (path.extension() == ".json") {
    return true;
  }
  constexpr std::array<std::string_view, 2> kFields{"summary", "w"};
  const io::MatFile file(path, kFields);
  return file.has("summary") && !file.has("w");
}

/// The options of a new comparison say nothing about one that was made before.
void refuse_comparison_options(Command command, const std::string& file) {
  constexpr std::array kAllowed{"MODEL",  "--help",        "--output",    "--figures", "--format",
                                "--json", "--trials-file", "--test-file", "--study"};
  for (const std::string& name : command.given()) {
    if (std::find(kAllowed.begin(), kAllowed.end(), name) == kAllowed.end()) {
      throw InputError(name, "", "the comparison " + file + " beside it",
                       "must be left out: give the model to compare anew");
    }
  }
}

/// The model that was compared, where it is still there and the same.
std::optional<io::ModelFile> model_of(const mapping::Comparison& comparison) {
  if (comparison.model_file.empty() || !fs::exists(comparison.model_file)) {
    return std::nullopt;
  }
  try {
    io::ModelFile file = io::read_model(comparison.model_file);
    if (mapping::network_fingerprint(file.network) == comparison.network) {
      return file;
    }
  } catch (const InputError&) {
    // Another file has that name now.
  }
  return std::nullopt;
}

/// Figures have names of their own: one may be an input, by a link or a name like theirs.
void require_other_files(const ReportRequest& request, const std::vector<fs::path>& figures,
                         const std::vector<fs::path>& inputs) {
  std::vector<fs::path> others = inputs;
  others.push_back(request.output);
  for (const fs::path& figure : figures) {
    for (const fs::path& other : others) {
      if (!other.empty() && same_file(figure, other)) {
        throw InputError("--figures", figure.string(),
                         other == request.output ? "the page itself" : "an input file",
                         "must be another file: name another folder");
      }
    }
  }
}

/// @param figures  all that the command may draw
void check_figures(const ReportRequest& request, const std::vector<fs::path>& figures,
                   const std::vector<fs::path>& inputs, const Console& console) {
  require_other_files(request, figures, inputs);
  for (const fs::path& figure : figures) {
    check_replaced(console, "--figures", figure);
  }
}

std::vector<fs::path> comparison_figures(const ReportRequest& request) {
  const report::FigureFormat format = report::figure_format_from(request.format);
  return request.figures.empty() ? std::vector<fs::path>()
                                 : report::figure_files(request.figures, format);
}

ReportSource saved_source(const ReportRequest& request, const Console& console) {
  mapping::Comparison comparison = io::read_comparison(request.model);
  if (comparison.traces.rate_output.size() == 0) {
    throw InputError(request.model.string(), "", "a comparison without traces",
                     "must be a .mat file: `rheobase compare MODEL -o comparison.mat`");
  }
  check_continued("--output", request.output, {comparison.model_file});
  require_other_files(request, comparison_figures(request), {comparison.model_file});
  rate::Task task =
      comparison.task.starts_with(rate::kInnateTask)
          ? io::read_innate_task(comparison.model_file, comparison.task, comparison.task_parameters)
          : make_task(comparison.task, comparison.task_parameters, request.task,
                      TrialsUse::evaluation, {comparison.split, request.model}, console);
  std::optional<io::ModelFile> model = model_of(comparison);
  return {std::move(comparison), std::move(task), std::move(model)};
}

mapping::CompareOptions compare_options(const ReportRequest& request, const io::ModelFile& file) {
  mapping::CompareOptions options;
  options.scaling_factor =
      spiking_model_of(file, request.model.string(), request.scaling, request.spiking)
          .scaling_factor;
  options.trials = request.trials;
  options.simulation = request.spiking.simulation;
  options.simulation.seed = request.seed;
  options.transfer = request.spiking.transfer;
  options.example_trials = request.rasters;
  options.components = static_cast<int>(std::min<Eigen::Index>(3, file.network.units()));
  options.threads = request.threads;
  return options;
}

ReportSource fresh_source(ReportRequest& request, const Console& console) {
  io::ModelFile file = read_noted_model(request.model, console);
  finish_spiking_options(request.spiking, file);
  note_spiking_network(request.spiking, file.network.units(), console);
  rate::Task task =
      resolve_task(request.task, file, request.model.string(), TrialsUse::evaluation, console);
  const mapping::CompareOptions options = compare_options(request, file);
  const InterruptGuard guard;
  ProgressBar bar(console, "comparing");
  mapping::Comparison comparison = naming_overflow(request.model.string(), [&] {
    return mapping::compare(file.network, task, options, bar.control(guard));
  });
  comparison.model_file = request.model.string();
  comparison.command = with_seed(console.command_line, request.seed);
  return {std::move(comparison), std::move(task), std::move(file)};
}

void tell(const ReportRequest& request, const std::vector<fs::path>& figures, bool interactive,
          const Console& console) {
  if (request.json) {
    Json files = Json::array();
    for (const fs::path& figure : figures) {
      files.push_back(figure.string());
    }
    print_json(
        console,
        {{"report", request.output.string()}, {"interactive", interactive}, {"figures", files}});
    return;
  }
  console.out << saved_text(request.output);
  for (const fs::path& figure : figures) {
    console.out << saved_text(figure);
  }
}

/// A network of innate training without a spiking network: the page of its own tests.
bool is_innate_alone(const fs::path& path) {
  constexpr std::array<std::string_view, 2> kFields{"innate", "opt_scaling_factor"};
  const io::MatFile file(path, kFields);
  return file.has("innate") && !file.has("opt_scaling_factor");
}

/// A page of what a file holds has no trials of its own. @param kind  "a run of a network"
void refuse_trial_options(Command command, const std::string& kind, const std::string& rule) {
  constexpr std::array kAllowed{"MODEL", "--output", "--figures", "--format", "--json"};
  for (const std::string& name : command.given()) {
    if (std::find(kAllowed.begin(), kAllowed.end(), name) == kAllowed.end()) {
      throw InputError(name, "", kind + " beside it", "must be left out: " + rule);
    }
  }
}

/// A run file of `rheobase network run`.
bool is_network_run(const fs::path& path) {
  constexpr std::array<std::string_view, 2> kFields{"record_fields", "population_sizes"};
  const io::MatFile file(path, kFields);
  return file.has("record_fields") && file.has("population_sizes");
}

void report_network(const ReportRequest& request, Command command, const Console& console) {
  refuse_trial_options(command, "a run of a network", "the page shows the run as it is");
  const io::NetworkRun run = io::read_network_run(request.model);
  std::vector<fs::path> figures;
  if (!request.figures.empty()) {
    figures = report::network_figure_files(run, request.figures, request.format);
  }
  check_figures(request, figures, {request.model}, console);
  save_result(request.output, [&](const fs::path& path) {
    report::write_network_report(run, request.model.filename().string(), console.command_line,
                                 path);
  });
  if (!request.figures.empty()) {
    report::write_network_figures(run, request.figures, request.format);
  }
  tell(request, figures, false, console);
}

void report_innate(const ReportRequest& request, Command command, const Console& console) {
  refuse_trial_options(command, "a network of innate training",
                       "the page shows the tests that its file holds; other tests: rheobase "
                       "innate run");
  const io::InnateFile file = io::read_innate_file(request.model);
  std::vector<fs::path> figures;
  if (!request.figures.empty()) {
    figures = report::innate_figure_files(file, request.figures, request.format);
  }
  check_figures(request, figures, {request.model}, console);
  save_result(request.output, [&](const fs::path& path) {
    report::write_innate_report(file, request.model.filename().string(), console.command_line,
                                path);
  });
  if (!request.figures.empty()) {
    report::write_innate_figures(file, request.figures, request.format);
  }
  tell(request, figures, false, console);
}

/// Sections and facts of a study, read before any long work.
struct StudyPart {
  std::vector<report::ReportSection> sections;
  std::vector<report::ReportFact> facts;

  void add_to(report::ReportData& data) const {
    data.sections.insert(data.sections.end(), sections.begin(), sections.end());
    data.facts.insert(data.facts.end(), facts.begin(), facts.end());
  }
};

StudyPart study_part(const fs::path& folder) {
  if (folder.empty()) {
    return {};
  }
  const study::ResultFolder results(folder);
  const study::Study study = study_of_results(results);
  const study::Collected all = study::collect(study, results);
  return {study_sections(study, all),
          study_facts(study, all, (folder / "study.toml").lexically_normal().string())};
}

/// Files that the page must not replace.
std::vector<fs::path> inputs_of(const ReportRequest& request) {
  std::vector<fs::path> inputs{request.model, request.task.trials_file, request.task.test_file};
  if (!request.study.empty()) {
    inputs.push_back(request.study / "study.toml");
    inputs.push_back(request.study / "plan.json");
  }
  return inputs;
}

void run_report(ReportRequest request, Command command, const Console& console) {
  const report::FigureFormat format = report::figure_format_from(request.format);
  check_output(console, "--output", request.output, inputs_of(request));
  const bool saved = is_comparison(request.model);
  if (!saved && is_network_run(request.model)) {
    report_network(request, command, console);
    return;
  }
  if (!saved && is_innate_alone(request.model)) {
    report_innate(request, command, console);
    return;
  }
  check_figures(request, comparison_figures(request), inputs_of(request), console);
  if (saved) {
    refuse_comparison_options(command, request.model.string());
  }
  const StudyPart study = study_part(request.study);
  const ReportSource source =
      saved ? saved_source(request, console) : fresh_source(request, console);
  const report::ReportOrigin origin{
      request.model.filename().string(),
      saved ? console.command_line : with_seed(console.command_line, request.seed), kVersion};
  report::ReportData data = report::report_data(source.comparison, source.task,
                                                source.model ? &*source.model : nullptr, origin);
  study.add_to(data);
  if (!report::interactive_report_available()) {
    note(console,
         "built without the chart library, the page holds static figures (scripts/install_page.sh "
         "installs it)");
  }
  save_result(request.output, [&](const fs::path& path) { report::write_report(data, path); });
  std::vector<fs::path> figures;
  if (!request.figures.empty()) {
    figures = report::write_figures(data, request.figures, format);
  }
  tell(request, figures, report::interactive_report_available(), console);
}

}  // namespace

void add_report_command(Command program, const Console& console) {
  const auto request = std::make_shared<ReportRequest>();
  const Command command = program.add_command(
      "report",
      "A page with figures of a rate network beside its spiking network\n"
      "Of a model, both networks get the same fresh trials; of a comparison, the page shows what "
      "`rheobase compare` saved; of a run of `rheobase network run`, its records and spikes. The "
      "page holds all it needs: it opens from disk, "
      "without a network, and says which options and seeds made it.");
  command.examples(kReportExamples);
  command
      .add_file("MODEL", request->model,
                "Model file (.mat), from `train` or `map`, a comparison, from `compare`, or a run, "
                "from `network run`")
      .required();
  command.add_file("-o,--output", request->output, "The page");
  command.add_folder("--figures", request->figures,
                     "Folder for the same figures as files of their own");
  add_choice(command, "--format", request->format, {"svg", "pdf", "png"}, "Format of these files");
  command.add_folder("--study", request->study,
                     "Folder of a study's results: its figures and tables on the page, too");
  add_number(command, "--scaling", request->scaling, kNonNegative, "",
             "Scaling factor s = 1/lambda of the spiking network; 0: the one in the file");
  add_integer(command, "--trials", request->trials, {1.0, 1e6, false}, "Number of trials");
  add_integer(command, "--rasters", request->rasters, {0.0, 1000.0, false},
              "Trials of each condition whose spikes are on the page");
  add_seed(command, request->seed);
  add_threads(command, request->threads);
  add_json(command, request->json);
  add_task_options(command, request->task, "Task of the trials (default: the one the file names)");
  add_spiking_options(command, request->spiking);
  command.short_help({"--output", "--figures", "--format", "--study", "--trials", "--rasters",
                      "--seed", "--threads", "--json", "--task", "--trials-file", "--engine",
                      "--noise"});
  command.action([request, command, &console] { run_report(*request, command, console); });
}

}  // namespace rheobase::cli
