#include <memory>

#include "apps/cli/innate/innate_commands.hpp"

namespace rheobase::cli {

namespace {

constexpr const char* kTimingExamples =
    "Examples:\n"
    "  rheobase innate timing -o timing.mat --plot timing.pdf\n"
    "  rheobase innate timing --delay 1000 --units 400 --gain 1.5 --seed 3 -o t.mat\n"
    "  rheobase innate timing --from start.mat --precision double -o replay.mat\n"
    "  rheobase innate timing --resume timing.checkpoint.mat\n"
    "  rheobase innate run timing.mat --amplitudes 0,0.2,0.5,1";

}  // namespace

void add_innate_timing_command(Command innate, const Console& console) {
  const auto request = std::make_shared<InnateRequest>(timing_request());
  const Command command = innate.add_command(
      "timing",
      "A chaotic network learns to give a pulse after a delay\n"
      "Figure 1 of Laje & Buonomano (2013) as replicated by Vitay (2016): recurrent weights learn "
      "to repeat the network's own noise-free trajectory, then a readout learns the pulse; "
      "tests with noise and perturbations before and after.");
  command.examples(kTimingExamples);
  add_fields(command, rate::timing_target_fields(), request->target, "Target");
  add_training_options(command, *request);
  command.short_help({"--output", "--plot", "--resume", "--json", "--delay", "--units", "--gain",
                      "--from", "--cue", "--perturbation", "--recurrent-trials", "--readout-trials",
                      "--tests", "--noise", "--seed", "--threads"});
  command.action([request, command, &console] {
    check_training_options(command, *request);
    run_innate_training(*request, console);
  });
}

}  // namespace rheobase::cli
