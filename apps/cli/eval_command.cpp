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
    "  rheobase eval model.lif.mat --refractory 0";

}  // namespace

void add_eval_command(CLI::App& program, const Console& console) {
  const auto request = std::make_shared<EvaluationRequest>();
  CLI::App& app = *program.add_subcommand(
      "eval",
      "Accuracy of a network on fresh trials\n"
      "The rate network and its spiking twin get the same trials, none of which was used by "
      "training or by the scaling search. Accuracy comes with its 95 % Wilson interval. The mean "
      "rate of a rate network is that of its transfer function (0 to 1 for the sigmoid).");
  app.footer(kEvalExamples);
  app.add_option("MODEL", request->model, "Model file (.mat), from `train` or `map`")->required();
  add_choice(app, "--network", request->network, {"rate", "spiking", "both"},
             "Which network to evaluate; both need a scaling factor (default: both when there is "
             "one, else rate)");
  add_number(app, "--scaling", request->scaling, kNonNegative, "",
             "Scaling factor s = 1/lambda of the spiking network; 0: the one in the file");
  add_integer(app, "--trials", request->trials, kCount, "Number of trials");
  add_seed(app, request->seed);
  add_threads(app, request->threads);
  add_json(app, request->json);
  add_task_options(app, request->task, "Task of the trials (default: the one the file names)");
  add_spiking_options(app, request->spiking);
  app.callback([request, &console] { run_evaluation(*request, console); });
}

}  // namespace rheobase::cli
