#include <memory>

#include <fmt/format.h>

#include "apps/cli/motif/motif_commands.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/text_table.hpp"
#include "apps/report/chart.hpp"
#include "apps/report/motif_picture.hpp"
#include "io/mat/motif_file.hpp"

namespace rheobase::cli {

namespace {

struct MotifTargetsRequest {
  rate::MotifTargetOptions options;
  std::filesystem::path output, plot;
};

void run_motif_targets(const MotifTargetsRequest& request, const Console& console) {
  check_output(console, "--output", request.output);
  if (!request.plot.empty()) {
    report::require_chart_name(request.plot);
    check_output(console, "--plot", request.plot, {request.output});
  }
  const std::vector<rate::MotifTarget> targets = rate::make_motif_targets(request.options);
  save_result(request.output, [&](const std::filesystem::path& path) {
    io::write_motif_targets(path, {targets, request.options.step_tau});
  });
  TextTable table({"motif", "samples", "rms"});
  for (const rate::MotifTarget& target : targets) {
    table.add_row({target.name, fmt::format("{}", target.samples.size()),
                   fmt::format("{:.3f}", rate::rms(target))});
  }
  console.out << table.text() << "saved  " << request.output.string() << '\n';
  if (!request.plot.empty()) {
    report::draw_motif_targets(targets, request.options.step_tau, request.plot);
  }
}

}  // namespace

void add_motif_targets_command(Command group, const Console& console) {
  const auto request = std::make_shared<MotifTargetsRequest>();
  const Command command =
      group.add_command("targets",
                        "Make motifs: steps, or oscillations\n"
                        "Step motifs are means of noise over random intervals; oscillatory ones "
                        "are four harmonics of "
                        "what a chaotic network does. Motifs of your own: a .mat file with "
                        "`motifs` (samples x motifs, "
                        "shorter ones end in NaN, or a cell a motif), and, if you like, `names` "
                        "and `step_tau`.");
  command.examples(
      "Examples:\n"
      "  rheobase motif targets -o targets.mat\n"
      "  rheobase motif targets --kind oscillatory --seed 4 -o waves.mat\n"
      "      --plot waves.png");
  command.add_file("-o,--output", request->output, "File of the motifs (.mat)").required();
  command.add_file("--plot", request->plot, "Draw them (.png, .svg or .pdf)");
  add_fields(command, rate::motif_target_fields(), request->options);
  command.action([request, &console] { run_motif_targets(*request, console); });
}

}  // namespace rheobase::cli
