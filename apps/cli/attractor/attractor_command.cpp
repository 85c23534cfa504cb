#include "apps/cli/attractor/attractor_commands.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/subcommands.hpp"

namespace rheobase::cli {

void add_attractor_options(Command command, AttractorChoice& choice) {
  add_attractor_type(command, choice,
                     "Published set of parameters, any of which can be changed by its option");
  add_fields(command, rate::attractor_protocol_fields(), choice.protocol, "Trial");
  for (const Field<rate::AttractorModel>& field : rate::attractor_fields()) {
    add_field(command, field, "default: as the type has it",
              [&choice, name = field.name](const FieldValue& value) { choice.given[name] = value; })
        .group("Model");
  }
}

void add_attractor_command(Command program, const Console& console) {
  const Command group = program.add_command(
      "attractor",
      "Discrete attractors: the structured model of frontal cortex\n"
      "Two selective excitatory populations and one inhibitory in each hemisphere, in a "
      "delayed-response trial with graded photoinhibition (Inagaki, Fontolan, Romani & Svoboda, "
      "Nature 566:212, 2019).");
  group.examples(
      "Examples:\n"
      "  rheobase attractor simulate -o trials.mat\n"
      "  rheobase attractor analyse trials.mat --plot trials.png\n"
      "  rheobase attractor phase --plot phase.png");
  add_attractor_simulate(group, console);
  add_attractor_analyse(group, console);
  add_attractor_phase(group, console);
}

}  // namespace rheobase::cli
