#pragma once

#include "apps/cli/attractor/attractor_options.hpp"
#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"

namespace rheobase::cli {

// The commands of the group `attractor`.
void add_attractor_simulate(Command group, const Console& console);
void add_attractor_analyse(Command group, const Console& console);
void add_attractor_phase(Command group, const Console& console);

/// --type, the parameters and the protocol. Values outlive the parser.
void add_attractor_options(Command command, AttractorChoice& choice);

}  // namespace rheobase::cli
