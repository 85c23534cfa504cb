#include "apps/cli/innate/innate_commands.hpp"
#include "apps/cli/subcommands.hpp"

namespace rheobase::cli {

void add_innate_command(Command program, const Console& console) {
  const Command innate = program.add_command(
      "innate",
      "Innate training: chaotic networks that repeat a trajectory\n"
      "Laje & Buonomano, Nat. Neurosci. 16:925 (2013), as replicated by Vitay, ReScience 2(1) "
      "(2016). Recursive least squares teaches recurrent weights the network's own noise-free "
      "trajectory, so that it comes back under noise and perturbations.");
  innate.examples(
      "Examples:\n"
      "  rheobase innate timing -o timing.mat --plot timing.pdf\n"
      "  rheobase innate words -o words.mat --plot words.pdf\n"
      "  rheobase innate capacity -o capacity --plot capacity.pdf\n"
      "  rheobase innate run timing.mat");
  add_innate_timing_command(innate, console);
  add_innate_words_command(innate, console);
  add_innate_capacity_command(innate, console);
  add_innate_run_command(innate, console);
}

}  // namespace rheobase::cli
