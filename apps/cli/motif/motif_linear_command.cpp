#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "apps/cli/interrupt.hpp"
#include "apps/cli/json_output.hpp"
#include "apps/cli/motif/motif_commands.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "core/error.hpp"
#include "io/mat/linear_motif_file.hpp"
#include "io/mat/motif_file.hpp"
#include "rate/learning/motif/linear_evaluation.hpp"

namespace rheobase::cli {

namespace {

struct MotifLinearRequest {
  rate::LinearOptions options;
  std::filesystem::path targets, output;
  bool json = false;
};

void print_linear(const MotifLinearRequest& request, const rate::LinearModel& model, double seconds,
                  const Console& console) {
  const rate::MotifScores errors = rate::evaluate_linear(model, {.seed = model.options.seed});
  const std::size_t count = model.motifs.size();
  TextTable table({"motif", "rms", "fit", "from random states", "after others", "noise cost",
                   "of a random loop"});
  Json list = Json::array();
  for (std::size_t k = 0; k < count; ++k) {
    const rate::LinearMotif& motif = model.motifs[k];
    const auto at = static_cast<Eigen::Index>(k);
    table.add_row({motif.target.name, fmt::format("{:.3f}", rate::rms(motif.target)),
                   fmt::format("{:.4f}", motif.fit.rmse), fmt::format("{:.4f}", errors.random[at]),
                   count > 1 ? fmt::format("{:.4f}", errors.others[at]) : "-",
                   fmt::format("{:.3f}", motif.cost), fmt::format("{:.3f}", motif.random_cost)});
    list.push_back({{"name", motif.target.name},
                    {"rms", rate::rms(motif.target)},
                    {"fit_rmse", motif.fit.rmse},
                    {"rmse_random", errors.random[at]},
                    {"rmse_others", count > 1 ? Json(errors.others[at]) : Json(nullptr)},
                    {"cost", motif.cost},
                    {"random_cost", motif.random_cost}});
  }
  if (request.json) {
    print_json(console, {{"output", request.output.string()},
                         {"seed", request.options.seed},
                         {"motifs", list},
                         {"p_value", errors.difference.p_value},
                         {"preparation_cost", model.preparation_cost},
                         {"random_preparation_cost", model.random_preparation_cost},
                         {"seconds", seconds}});
    return;
  }
  Summary summary;
  if (count > 1) {
    summary.add("signed-rank test over motifs",
                fmt::format("p = {:.3g}", errors.difference.p_value));
  }
  summary.add("preparatory cost a unit",
              fmt::format("{:.3f}, at the start {:.3f}", model.preparation_cost,
                          model.random_preparation_cost));
  summary.add("time", seconds_text(seconds));
  summary.add("saved", request.output.string());
  console.out << table.text() << '\n' << summary.text();
}

void run_motif_linear(const MotifLinearRequest& request, const Console& console) {
  check_output(console, "--output", request.output, {request.targets});
  const io::MotifTargets targets = io::read_motif_targets(request.targets);
  rate::LinearOptions options = request.options;
  options.step_tau = targets.step_tau;
  rate::LinearModel model = rate::make_linear_model(options);
  double seconds = 0.0;
  {
    const InterruptGuard guard;
    ProgressBar bar(console, "loops of motifs");
    rate::add_linear_motifs(model, targets.targets, bar.control(guard));
    seconds += bar.seconds();
  }
  {
    const InterruptGuard guard;
    ProgressBar bar(console, "preparatory weights");
    rate::prepare_linear_model(model, bar.control(guard));
    seconds += bar.seconds();
  }
  save_result(request.output, [&](const std::filesystem::path& path) {
    io::write_linear_model(path, model, with_seed(console.command_line, options.seed));
  });
  print_linear(request, model, seconds, console);
}

}  // namespace

void add_motif_linear_command(Command group, const Console& console) {
  const auto request = std::make_shared<MotifLinearRequest>();
  const Command command = group.add_command(
      "linear",
      "The linear thalamocortical model of motifs\n"
      "Every motif becomes a sum of exponentials; a loop of rank one places their exponents among "
      "the eigenvalues of the network and is chosen to suffer least from noise; preparatory "
      "weights "
      "lead from any state to where a motif starts. `motif chain` and `motif plot` take the file "
      "as they take a library.");
  command.examples(
      "Examples:\n"
      "  rheobase motif linear targets.mat -o linear.mat\n"
      "  rheobase motif chain linear.mat --chain step1,step3,step1\n"
      "  rheobase motif plot linear.mat -o linear.png\n"
      "  rheobase motif linear targets.mat --terms 12 --seed 2 -o linear.mat --json");
  command.add_file("TARGETS", request->targets, "Motifs (.mat), from `motif targets` or your own")
      .required();
  command.add_file("-o,--output", request->output, "Where to write the model (.mat)").required();
  add_fields_but(command, rate::linear_fields(), request->options, {"step_tau"});
  add_json(command, request->json);
  command.action([request, &console] { run_motif_linear(*request, console); });
}

}  // namespace rheobase::cli
