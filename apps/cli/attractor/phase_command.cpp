#include <algorithm>

#include "apps/cli/attractor/attractor_commands.hpp"
#include "apps/cli/attractor/attractor_phase.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/plot_output.hpp"
#include "core/error.hpp"

namespace rheobase::cli {

namespace {

struct PhaseRequest {
  AttractorChoice choice;
  std::string side = "right";
  rate::ContinuationOptions branches;
  bool to_given = false;
  bool no_branches = false;
  std::filesystem::path plot;
  int noisy = 3;
  Seed seed = 1;
  bool json = false;
};

constexpr const char* kPhaseExamples =
    "Examples:\n"
    "  rheobase attractor phase\n"
    "  rheobase attractor phase --plot phase.png\n"
    "  rheobase attractor phase --type two-hemispheres-step --levels 1.5 --json\n"
    "  rheobase attractor phase --ramp 0 --no-bifurcations";

void run_phase(const PhaseRequest& request, const Console& console) {
  if (!request.plot.empty()) {
    report::require_chart_name(request.plot);
    check_output(console, "--plot", request.plot);
  }
  const rate::AttractorModel model = attractor_of(request.choice);
  rate::ContinuationOptions branches = request.branches;
  if (request.no_branches) {
    branches.high = branches.low;
  } else if (!request.to_given) {
    // The usual range may end below the inputs of this model's own epochs.
    constexpr double kBeyondHz = 2.0;
    const double highest = rate::common_input(model) + std::max(model.ramp, 0.0) + kBeyondHz;
    branches.high = std::max({branches.high, highest, branches.low + kBeyondHz});
  } else if (!(branches.high > branches.low)) {
    throw InputError("--from, --to", "", "an empty range", "must be a range of the common input");
  }
  const AttractorPhase phase = attractor_phase(model, attractor_levels(request.choice, model),
                                               request.side == "right" ? 0 : 1, branches);
  if (!request.plot.empty()) {
    report::draw_chart(phase_chart(phase, request.choice.protocol, request.noisy, request.seed),
                       request.plot);
  }
  if (request.json) {
    print_json(console, with_plot(phase_json(phase), request.plot));
    return;
  }
  console.out << phase_table(phase);
  if (!phase.branches.empty()) {
    console.out << '\n' << bifurcation_table(phase);
  }
  console.out << saved_plot(request.plot);
}

}  // namespace

void add_attractor_phase(Command group, const Console& console) {
  const auto request = std::make_shared<PhaseRequest>();
  const Command command = group.add_command(
      "phase",
      "Fixed points of every epoch, bifurcations, phase plane\n"
      "Fixed points of the model without noise with their eigenvalues, and its equilibria over the "
      "common input I (undisturbed input, ramp and photoinhibition), followed by continuation.");
  command.examples(kPhaseExamples);
  add_choice(command, "--side", request->side, {"right", "left"}, "Side of the cue in the sample");
  add_text(command, "--levels", request->choice.levels, "LIST",
           "Levels of photoinhibition: 1,2.5 (default: those of the type)");
  const Range range{.low = -1e3, .high = 1e3};
  add_number(command, "--from", request->branches.low, range, "Hz", "Lower end of I");
  add_number(command, "--to", request->branches.high, range, "Hz",
             "Upper end of I; left out: at least 2 Hz above the input of the delay");
  command.add_flag("--no-bifurcations", request->no_branches, "Only the fixed points");
  command.add_file("--plot", request->plot,
                   "Draw phase plane, equilibria and trials (.png, .svg or .pdf)");
  add_integer(command, "--noisy", request->noisy, {0.0, 1000.0},
              "Trials with noise of each side in the picture");
  add_seed(command, request->seed);
  add_json(command, request->json);
  add_attractor_options(command, request->choice);
  command.short_help({"--side", "--levels", "--from", "--to", "--no-bifurcations", "--plot",
                      "--seed", "--json", "--type"});
  command.action([request, command, &console] {
    request->to_given = command.given("--to");
    run_phase(*request, console);
  });
}

}  // namespace rheobase::cli
