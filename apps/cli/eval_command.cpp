#include <memory>

#include "apps/cli/evaluation.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/subcommands.hpp"

namespace rheobase::cli {

namespace {

constexpr const char* kEvalExamples =
    "Examples:\n"
    "  rheobase eval model.lif.mat\n"
    "  rheobase eval model.mat --network rate --trials 1000\n"
    "  rheobase eval model.mat --scaling 50 --noise 0 --json\n"
    "  rheobase eval model.lif.mat --refractory 0\n"
    "  rheobase eval model.lif.mat --lesion inh@0.25\n"
    "  rheobase eval model.lif.mat --drive exc --drive-strength -2\n"
    "      --drive-window 500:700";

}  // namespace

void add_eval_command(Command program, const Console& console) {
  const auto request = std::make_shared<EvaluationRequest>();
  const Command command = program.add_command(
      "eval",
      "Accuracy of a network on fresh trials\n"
      "The rate network and its spiking twin get the same trials, none of which was used by "
      "training or by the scaling search. Accuracy comes with its 95 % Wilson interval. The mean "
      "rate of a rate network is that of its transfer function (0 to 1 for the sigmoid). Of trials "
      "of your own the root mean square difference from the target comes with it, over all scored "
      "steps; a trial is right where its own is below --rms-limit.");
  command.examples(kEvalExamples);
  command.add_file("MODEL", request->model, "Model file (.mat), from `train` or `map`").required();
  add_choice(command, "--network", request->network, {"rate", "spiking", "both"},
             "Which network to evaluate; both need a scaling factor (default: both when there is "
             "one, else rate)");
  add_number(command, "--scaling", request->scaling, kNonNegative, "",
             "Scaling factor s = 1/lambda of the spiking network; 0: the one in the file");
  add_integer(command, "--trials", request->trials, kCount, "Number of trials");
  add_seed(command, request->seed);
  add_threads(command, request->threads);
  add_json(command, request->json);
  add_task_options(command, request->task, "Task of the trials (default: the one the file names)");
  add_intervention_options(command, request->intervention);
  add_spiking_options(command, request->spiking);
  command.short_help({"--network", "--scaling", "--trials", "--seed", "--threads", "--json",
                      "--task", "--trials-file", "--lesion", "--drive", "--drive-strength",
                      "--engine", "--noise"});
  command.action([request, &console] { run_evaluation(*request, console); });
}

}  // namespace rheobase::cli
