#include <algorithm>
#include <array>

#include "apps/cli/force/force_commands.hpp"
#include "apps/cli/force/force_training_run.hpp"
#include "apps/cli/option.hpp"
#include "core/error.hpp"

namespace rheobase::cli {

namespace {

constexpr const char* kForceTrainExamples =
    "Examples:\n"
    "  rheobase force train -o network.mat\n"
    "  rheobase force train --targets session.mat --suppress -o suppressed.mat\n"
    "  rheobase force train --targets rates.mat --sample-step 200 --delay-step 1200\n"
    "      --cue-step 3200 -o network.mat\n"
    "  rheobase force train --fraction 0.5 --checkpoint-every 5 -o half.mat\n"
    "  rheobase force train --resume half.checkpoint.mat -o half.mat\n"
    "  rheobase force train --from start.mat --iterations 3 -o replayed.mat";

/// What a start that is given leaves to the command line.
void refuse_start_options(Command command) {
  constexpr std::array kResumed{"--resume",     "--output", "--checkpoint", "--checkpoint-every",
                                "--iterations", "--keep-p", "--plot",       "--json"};
  constexpr std::array kNew{"--targets",     "--suppress",
                            "--N",           "--selective",
                            "--ramping",     "--diversity",
                            "--target-seed", "--g",
                            "--tau",         "--step",
                            "--threshold",   "--input-amplitude",
                            "--input-tau",   "--side-amplitude",
                            "--input-start", "--sample-step",
                            "--delay-step",  "--cue-step",
                            "--trial-steps", "--trial-range",
                            "--smoothing",   "--selectivity-level",
                            "--first-bin",   "--after-cue"};
  const auto refuse = [](const std::string& option, const char* beside, const char* why) {
    throw InputError(option, "", std::string(beside) + " beside it",
                     std::string("must be left out: ") + why);
  };
  const auto within = [](const auto& names, const std::string& option) {
    return std::find(names.begin(), names.end(), option) != names.end();
  };
  for (const std::string& option : command.given()) {
    if (command.given("--resume") && !within(kResumed, option)) {
      refuse(option, "--resume", "a resumed training keeps what its checkpoint says");
    }
    if (command.given("--from") && within(kNew, option)) {
      refuse(option, "--from", "the start has its own network, input and targets");
    }
  }
}

void add_target_options(Command command, TargetChoice& targets) {
  const char* group = "Targets";
  command
      .add_file("--targets", targets.file,
                "Targets: a recorded session (`unit`, an array of structures) or rates (`target`, "
                "units x time x 2); default: generated from the structured model")
      .group(group);
  command
      .add_flag("--suppress", targets.suppressed,
                "Selective units are silent on the side they do not prefer")
      .group(group);
  add_fields(command, rate::generated_target_fields(), targets.generated, group);
  add_fields(command, rate::trial_epoch_fields(), targets.epochs, group);
  add_fields(command, rate::session_fields(), targets.session, group);
  static const FieldTable<TargetChoice> bins{
      field("first_bin", &TargetChoice::first_bin, {0.0, 1e8},
            {.option = "--first-bin",
             .unit = "bins",
             .help = "Recorded session: bin that becomes step 0"}),
      field("after_cue", &TargetChoice::after_cue, {1.0, 1e8},
            {.option = "--after-cue",
             .unit = "bins",
             .help = "Recorded session: bins after the cue that are used"})};
  add_fields(command, bins, targets, group);
}

/// Options of targets of another kind would do nothing.
void refuse_target_options(Command command) {
  constexpr std::array kGenerated{"--N", "--selective", "--ramping", "--diversity",
                                  "--target-seed"};
  constexpr std::array kSession{"--trial-range", "--smoothing", "--selectivity-level",
                                "--first-bin", "--after-cue"};
  const bool file = command.given("--targets");
  for (const std::string& option : command.given()) {
    const auto among = [&](const auto& names) {
      return std::find(names.begin(), names.end(), option) != names.end();
    };
    if (file && among(kGenerated)) {
      throw InputError(option, "", "--targets beside it",
                       "must be left out: it is of targets that are generated");
    }
    if (!file && among(kSession)) {
      throw InputError(option, "", "no --targets",
                       "must be given with those of a recorded session");
    }
  }
}

void finish_force_train(Command command, ForceTrainRequest& request) {
  if (command.given("--resume") && command.given("--from")) {
    throw InputError("--from", "", "--resume beside it", "must be given alone");
  }
  refuse_start_options(command);
  refuse_target_options(command);
  request.targets.epochs_complete = command.given("--sample-step") &&
                                    command.given("--delay-step") && command.given("--cue-step");
  request.targets.session_given = command.given("--trial-range") || command.given("--smoothing") ||
                                  command.given("--selectivity-level") ||
                                  command.given("--first-bin") || command.given("--after-cue");
  request.targets.steps_given = command.given("--trial-steps");
  request.targets.epochs_given = command.given("--sample-step") || command.given("--delay-step") ||
                                 command.given("--cue-step") || request.targets.steps_given;
  request.iterations_given = command.given("--iterations");
  request.p_given = command.given("--initial-p");
}

}  // namespace

void add_force_train(Command group, const Console& console) {
  const auto request = std::make_shared<ForceTrainRequest>();
  const Command command = group.add_command(
      "train",
      "Train all recurrent weights of a random network by FORCE\n"
      "Training ends when the explained variation pVar of both sides is above --stop-pvar, or "
      "after "
      "--iterations. A network that does not get there is saved all the same, the exit code is 0, "
      "and the result says \"converged no\" (in JSON: \"converged\": false) and how to go on from "
      "the checkpoint that stays.");
  command.examples(kForceTrainExamples);
  command.add_file("-o,--output", request->output, "File to write (.mat), a rate network");
  command.add_file("--from", request->from, "Start to replay: initial weights, noise, targets");
  command.add_file("--resume", request->resume, "Checkpoint to go on from, bit for bit");
  command.add_file("--checkpoint", request->checkpoint,
                   "File of checkpoints (default: OUTPUT.checkpoint.mat)");
  add_integer(
      command, "--checkpoint-every", request->checkpoint_every, kNonNegative,
      "Iterations between checkpoints; 0: only on Ctrl-C and at an end without convergence");
  command.add_flag("--keep-p", request->keep_p,
                   "Keep P and the states in the result, so that it can be resumed");
  command.add_file("--plot", request->plot,
                   "Draw pVar and the rates of some units (.png, .svg or .pdf)");
  add_json(command, request->json);
  add_fields(command, rate::force_training_fields(), request->training);
  add_fields(command, rate::force_network_fields(), request->network, "Network");
  add_fields(command, rate::force_input_fields(), request->input, "Network");
  add_target_options(command, request->targets);
  command.short_help({"--output", "--resume", "--plot", "--json", "--stop-pvar", "--iterations",
                      "--seed", "--g", "--targets", "--suppress", "--units"});
  command.action([request, command, &console] {
    finish_force_train(command, *request);
    run_force_train(*request, console);
  });
}

}  // namespace rheobase::cli
