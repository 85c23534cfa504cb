#include "apps/cli/attractor/attractor_commands.hpp"
#include "apps/cli/attractor/attractor_results.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/plot_output.hpp"

namespace rheobase::cli {

namespace {

struct AttractorAnalysis {
  std::filesystem::path trials, plot;
  bool json = false;
};

constexpr const char* kAttractorAnalyseExamples =
    "Examples:\n"
    "  rheobase attractor analyse trials.mat\n"
    "  rheobase attractor analyse trials.mat --plot trials.png\n"
    "  rheobase attractor analyse trials.mat --json";

void run_attractor_analyse(const AttractorAnalysis& request, const Console& console) {
  if (!request.plot.empty()) {
    report::require_chart_name(request.plot);
    check_output(console, "--plot", request.plot, {request.trials});
  }
  const io::AttractorFile file = io::read_attractor(request.trials);
  const AttractorResults results = attractor_results(file);
  if (!request.plot.empty()) {
    report::draw_chart(attractor_chart(file, results), request.plot);
  }
  if (request.json) {
    print_json(console, with_plot(attractor_json(file, results), request.plot));
  } else {
    console.out << attractor_table(file, results) << saved_plot(request.plot);
  }
}

}  // namespace

void add_attractor_analyse(Command group, const Console& console) {
  const auto request = std::make_shared<AttractorAnalysis>();
  const Command command = group.add_command(
      "analyse",
      "Projection on the coding direction, endpoints, variability, phase line\n"
      "The coding direction is that of the correct trials without photoinhibition: left trials end "
      "around 0, right ones around 1. A switched trial is an error that stood on the cued side 50 "
      "ms before the delay.");
  command.examples(kAttractorAnalyseExamples);
  command.add_file("TRIALS", request->trials, "Trials of `attractor simulate` (.mat)").required();
  command.add_file("--plot", request->plot, "Draw all of it (.png, .svg or .pdf)");
  add_json(command, request->json);
  command.action([request, &console] { run_attractor_analyse(*request, console); });
}

}  // namespace rheobase::cli
