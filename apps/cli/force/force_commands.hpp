#pragma once

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"

namespace rheobase::cli {

// The commands of the group `force`.
void add_force_train(Command group, const Console& console);
void add_force_test(Command group, const Console& console);
void add_force_compare(Command group, const Console& console);

}  // namespace rheobase::cli
