#include <algorithm>
#include <memory>

#include "apps/cli/option.hpp"
#include "apps/cli/study/study_chart.hpp"
#include "apps/cli/study/study_commands.hpp"
#include "apps/cli/study/study_page.hpp"
#include "apps/cli/study/study_request.hpp"
#include "apps/report/html_report.hpp"
#include "core/error.hpp"
#include "core/nearest_name.hpp"

namespace rheobase::cli {

namespace {

struct StudyPlotRequest : StudyRequest {
  std::string format = "svg";
  study::Plot plot;
};

void require_parameter(const study::Study& study, const std::string& option,
                       const std::string& name) {
  std::vector<std::string> known = study::parameter_names(study);
  known.emplace_back("condition");
  if (!name.empty() && std::ranges::find(known, name) == known.end()) {
    throw InputError(option, "", "'" + name + "'", must_be_one_of(name, known));
  }
}

/// "loss-over-N-by-task": figures of one measure over other parameters have other names.
std::string file_name_of(const study::Plot& plot) {
  std::string name = plot.measure;
  name += plot.over.empty() ? "" : "-over-" + plot.over;
  name += plot.by.empty() ? "" : "-by-" + plot.by;
  std::ranges::replace(name, '/', '_');
  return name;
}

/// The figure of the command line, or those of the file, of which there may be none.
std::vector<study::Plot> plots_of(const StudyPlotRequest& request, const study::Study& study) {
  if (request.plot.measure.empty()) {
    if (!request.plot.over.empty() || !request.plot.by.empty()) {
      throw InputError("--over, --by", "", "no --measure beside them", "must come with it");
    }
    return study.plots;
  }
  std::vector<std::string> measures;
  for (const study::Measure& measure : study.measures) {
    measures.push_back(measure.name);
  }
  study::Plot plot = request.plot;
  if (std::ranges::find(measures, plot.measure) == measures.end()) {
    throw InputError("--measure", "", "'" + plot.measure + "'",
                     must_be_one_of(plot.measure, measures));
  }
  require_parameter(study, "--over", plot.over);
  require_parameter(study, "--by", plot.by);
  plot.name = file_name_of(plot);
  plot.over = plot.over.empty() ? "condition" : plot.over;
  return {plot};
}

void run_study_plot(const StudyPlotRequest& request, const Console& console) {
  const study::Study study = load_study(request);
  const study::ResultFolder results = open_results(request, study);
  const std::vector<study::Plot> plots = plots_of(request, study);
  const study::Collected all = study::collect(study, results);
  const bool with_page = request.plot.measure.empty();
  for (const study::Plot& plot : plots) {
    report::Chart chart;
    try {
      chart = study_figure(study, all, plot).chart;
    } catch (const InputError& error) {
      if (!with_page) {
        throw;
      }
      note(console, error.what());  // the page has tables and failures all the same
      continue;
    }
    const std::filesystem::path path = results.path() / (plot.name + "." + request.format);
    report::draw_chart(chart, path);
    console.out << path.string() << '\n';
  }
  if (with_page) {
    const std::filesystem::path page = results.path() / (study.name + ".html");
    report::write_report(
        study_page(study, all, request.file.filename().string(), console.command_line), page);
    console.out << page.string() << '\n';
  }
}

}  // namespace

void add_study_plot_command(Command group, const Console& console) {
  const auto request = std::make_shared<StudyPlotRequest>();
  const Command command = group.add_command(
      "plot",
      "Figures of a study: a figure of merit over a parameter, every network a dot\n"
      "Draws the figures that the study file names, or the one of the options, into the folder of "
      "results. Bars are standard deviations or, for what is true or false, Wilson's 95 % "
      "intervals; rings are published values. Without --measure it also writes a page, NAME.html "
      "of NAME.toml: all figures, the tables of `study collect`, cells that failed, and the "
      "commands of one cell. The page holds all it needs and opens without a network.");
  command.examples(
      "Examples:\n"
      "  rheobase study plot study.toml -o results\n"
      "  rheobase study plot study.toml -o results --measure accuracy --over N\n"
      "      --by activation --format pdf");
  add_study_file(command, *request);
  add_study_folder(command, *request);
  add_text(command, "--measure", request->plot.measure, "NAME",
           "Figure of merit (default: the figures of the file)");
  add_text(command, "--over", request->plot.over, "PARAMETER",
           "Parameter at the x axis (default: the conditions in their order)");
  add_text(command, "--by", request->plot.by, "PARAMETER", "A colour for each of its values");
  add_choice(command, "--format", request->format, {"svg", "png", "pdf"}, "Kind of the files");
  command.action([request, &console] { run_study_plot(*request, console); });
}

}  // namespace rheobase::cli
