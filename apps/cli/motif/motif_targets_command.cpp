#include <array>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "apps/cli/motif/motif_commands.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/plot_output.hpp"
#include "apps/cli/text_table.hpp"
#include "apps/report/chart.hpp"
#include "apps/report/motif_picture.hpp"
#include "core/error.hpp"
#include "io/mat/motif_file.hpp"

namespace rheobase::cli {

namespace {

struct MotifTargetsRequest {
  rate::MotifTargetOptions options;
  std::filesystem::path output, plot;
  bool json = false;
};

/// Options of one kind say nothing to the other.
void refuse_other_kind(Command command, rate::MotifKind kind) {
  using enum rate::MotifKind;
  constexpr std::array kOfKind{std::pair{"--gamma", step},
                               std::pair{"--shortest", step},
                               std::pair{"--longest", step},
                               std::pair{"--samples", step},
                               std::pair{"--silence", step},
                               std::pair{"--period", oscillatory},
                               std::pair{"--harmonics", oscillatory},
                               std::pair{"--chaos-units", oscillatory},
                               std::pair{"--chaos-gain", oscillatory},
                               std::pair{"--scale", oscillatory}};
  for (const auto& [option, of] : kOfKind) {
    if (of != kind && command.given(option)) {
      throw InputError(option, "", fmt::format("--kind {}", to_string(kind)),
                       fmt::format("must come with --kind {}", to_string(of)));
    }
  }
}

void print_targets(const MotifTargetsRequest& request,
                   const std::vector<rate::MotifTarget>& targets, const Console& console) {
  TextTable table({"motif", "samples", "rms"});
  Json list = Json::array();
  for (const rate::MotifTarget& target : targets) {
    table.add_row({target.name, fmt::format("{}", target.samples.size()),
                   fmt::format("{:.3f}", rate::rms(target))});
    list.push_back(
        {{"name", target.name}, {"samples", target.samples.size()}, {"rms", rate::rms(target)}});
  }
  if (request.json) {
    print_json(console, with_plot({{"output", request.output.string()},
                                   {"kind", std::string(to_string(request.options.kind))},
                                   {"seed", request.options.seed},
                                   {"step_tau", request.options.step_tau},
                                   {"motifs", list}},
                                  request.plot));
    return;
  }
  console.out << table.text() << saved_text(request.output);
}

void run_motif_targets(const MotifTargetsRequest& request, Command command,
                       const Console& console) {
  refuse_other_kind(command, request.options.kind);
  check_output(console, "--output", request.output);
  if (!request.plot.empty()) {
    report::require_chart_name(request.plot);
    check_output(console, "--plot", request.plot, {request.output});
  }
  const std::vector<rate::MotifTarget> targets = rate::make_motif_targets(request.options);
  save_result(request.output, [&](const std::filesystem::path& path) {
    io::write_motif_targets(path, {targets, request.options.step_tau});
  });
  print_targets(request, targets, console);
  if (!request.plot.empty()) {
    report::draw_motif_targets(targets, request.options.step_tau, request.plot);
    console.out << (request.json ? "" : saved_text(request.plot));
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
  add_json(command, request->json);
  command.action([request, command, &console] { run_motif_targets(*request, command, console); });
}

}  // namespace rheobase::cli
