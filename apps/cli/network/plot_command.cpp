#include <algorithm>
#include <memory>
#include <tuple>

#include "apps/cli/network/network_commands.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/text_table.hpp"
#include "apps/cli/value_syntax.hpp"
#include "apps/report/network_picture.hpp"
#include "core/error.hpp"

namespace rheobase::cli {

namespace {

constexpr Eigen::Index kMostPlottedUnits = 1'000'000'000;

struct NetworkPlotRequest {
  std::filesystem::path run, output;
  std::string kind, signals, units, time;
};

/// Without a word a raster where there are spikes and no record is named, else lines.
report::NetworkPlot kind_of(const std::string& word, const std::vector<std::string>& named,
                            const io::NetworkRun& run) {
  const bool records = std::ranges::any_of(named, [&](const std::string& name) {
    return std::ranges::find(run.populations, name) == run.populations.end();
  });
  if (word == "raster" || (word.empty() && !records && run.spikes)) {
    return report::NetworkPlot::raster;
  }
  return word == "matrix" ? report::NetworkPlot::matrix : report::NetworkPlot::lines;
}

void run_network_plot(const NetworkPlotRequest& request, const Console& console) {
  check_output(console, "--output", request.output, {request.run});
  const io::NetworkRun run = io::read_network_run(request.run);
  report::NetworkPlotOptions options;
  if (!request.signals.empty()) {
    options.signals = split(request.signals, ',');
  }
  options.kind = kind_of(request.kind, options.signals, run);
  if (!request.units.empty()) {
    options.units = parse_units("--units", request.units, kMostPlottedUnits);
  }
  if (!request.time.empty()) {
    std::tie(options.start, options.end) = parse_window("--time", request.time);
  }
  report::draw_network_run(run, options, request.output);
  console.out << saved_text(request.output);
}

}  // namespace

void add_network_plot_command(Command group, const Console& console) {
  const auto request = std::make_shared<NetworkPlotRequest>();
  const Command command = group.add_command(
      "plot", "Draw the records or spikes of a run: lines, a raster or a map of units over time");
  command.examples(
      "Examples:\n"
      "  rheobase network plot run.mat -o run.png\n"
      "  rheobase network plot run.mat --kind raster --time 200:400 -o spikes.svg\n"
      "  rheobase network plot run.mat --kind matrix --record rnn.v -o map.pdf");
  command.add_file("RUN", request->run, "Run file (.mat) of `rheobase network run`").required();
  command.add_file("-o,--output", request->output, "Where to draw (.png, .svg or .pdf)").required();
  add_choice(
      command, "--kind", request->kind, {"lines", "raster", "matrix"},
      "What to draw (default: raster where there are spikes and no record is named, else lines)");
  add_text(command, "--record", request->signals, "NAMES",
           "Records, or populations of a raster, such as rnn.v,rnn.r (default: all)");
  add_text(command, "--units", request->units, "UNITS",
           "Units, counted from 1, such as 1,5,10:20 (default: all); lines show ten at most");
  add_text(command, "--time", request->time, "START:END",
           "Span of time, in the unit of the run, such as 500:700 (default: all)");
  command.action([request, &console] { run_network_plot(*request, console); });
}

}  // namespace rheobase::cli
