#include "apps/cli/force/force_commands.hpp"
#include "apps/cli/subcommands.hpp"

namespace rheobase::cli {

void add_force_command(Command program, const Console& console) {
  const Command group = program.add_command(
      "force",
      "FORCE: a random network trained on recorded rates\n"
      "All recurrent weights are trained to follow the rates of recorded or generated units in "
      "right and left trials (Rajan, Harvey & Tank, Neuron 90:128, 2016; Sussillo & Abbott, Neuron "
      "63:544, 2009).");
  group.examples(
      "Examples:\n"
      "  rheobase force train -o network.mat\n"
      "  rheobase force test network.mat --plot network.png\n"
      "  rheobase force compare network.mat --plot both.png");
  add_force_train(group, console);
  add_force_test(group, console);
  add_force_compare(group, console);
}

}  // namespace rheobase::cli
