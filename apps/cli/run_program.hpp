#pragma once

#include <span>
#include <string>
#include <vector>

#include "apps/cli/command_line.hpp"

namespace rheobase::cli {

/// What main() does: run_command_line on the standard streams. @returns the exit code
int run_program(std::span<const AddCommand> commands, const std::vector<std::string>& arguments);

}  // namespace rheobase::cli
