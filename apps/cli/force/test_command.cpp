#include <algorithm>

#include "apps/cli/force/force_commands.hpp"
#include "apps/cli/force/force_test_results.hpp"
#include "apps/cli/interrupt.hpp"
#include "apps/cli/number_list.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/plot_output.hpp"
#include "apps/cli/progress_bar.hpp"

namespace rheobase::cli {

namespace {

struct ForceTestRequest {
  ForceTestOptions options;
  std::string noise = "0.1,0.2,0.5,1,2";
  std::string fractions = "0.02,0.05,0.1,0.2";
  double photoinhibition_ms = 579.0;
  std::filesystem::path network, plot;
  bool json = false;
};

constexpr const char* kForceTestExamples =
    "Examples:\n"
    "  rheobase force test network.mat\n"
    "  rheobase force test network.mat --plot network.png\n"
    "  rheobase force test network.mat --noise 1 --noise-from 1373 --noise-to 1973\n"
    "  rheobase force test network.mat --photoinhibition 0.2,0.5 --remaining 0.2";

void run_force_test(ForceTestRequest request, const Console& console) {
  if (!request.plot.empty()) {
    report::require_chart_name(request.plot);
    check_output(console, "--plot", request.plot, {request.network});
  }
  ForceTestOptions& options = request.options;
  options.amplitudes = number_list("--noise", request.noise, {.low = 0.0, .high = 1e6});
  options.fractions = number_list("--photoinhibition", request.fractions,
                                  {.low = 0.0, .high = 1.0, .above_low = true});
  const io::ForceFile file = io::read_force(request.network);
  const rate::TrialEpochs& epochs = file.task.epochs;
  options.clamp.from = epochs.delay + 1;
  options.clamp.to = std::min(
      epochs.steps, options.clamp.from + static_cast<Eigen::Index>(request.photoinhibition_ms /
                                                                   file.network.step_ms));
  const ForceTestResults results = [&] {
    const InterruptGuard guard;
    ProgressBar bar(console, "testing");
    return force_test_results(file, options, bar.control(guard));
  }();
  if (!request.plot.empty()) {
    report::draw_chart(force_test_chart(file, results), request.plot);
  }
  if (request.json) {
    print_json(console, with_plot(force_test_json(file, results), request.plot));
  } else {
    console.out << force_test_tables(file, results) << saved_plot(request.plot);
  }
}

}  // namespace

void add_force_test(Command group, const Console& console) {
  const auto request = std::make_shared<ForceTestRequest>();
  const Command command = group.add_command(
      "test",
      "What a network trained by FORCE has learnt and how robust it is\n"
      "Coding direction in both published definitions, selectivity, variability across trials, "
      "noise common to all units and independent, photoinhibition (a clamp of some units, drawn "
      "anew for every trial), weights, eigenvalues, changed directions and dimensions.");
  command.examples(kForceTestExamples);
  command.add_file("NETWORK", request->network, "Network of `force train` (.mat)").required();
  add_text(command, "--noise", request->noise, "LIST",
           "Amplitudes A of the noise, A sqrt(1 / (2 tau)) a step");
  add_text(command, "--photoinhibition", request->fractions, "LIST",
           "Fractions of the units that are photoinhibited");
  add_number(command, "--photoinhibition-time", request->photoinhibition_ms,
             {.low = 0.0, .high = 1e6, .above_low = true}, "ms",
             "Time of photoinhibition, from the start of the delay");
  add_fields(command, rate::force_clamp_fields(), request->options.clamp);
  add_fields(command, rate::force_trial_fields(), request->options.trials);
  add_number(command, "--coding-noise", request->options.coding_noise, {0.0, 1e6}, "",
             "Noise of the trials for projections, variability and photoinhibition");
  add_integer(command, "--trajectories", request->options.trajectories, {4.0, 10000.0},
              "Trials of each side for projections, variability and photoinhibition");
  command.add_file("--plot", request->plot, "Draw all of it (.png, .svg or .pdf)");
  add_json(command, request->json);
  command.action([request, &console] { run_force_test(*request, console); });
}

}  // namespace rheobase::cli
