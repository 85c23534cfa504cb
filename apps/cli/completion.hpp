#pragma once

#include <string>

#include "apps/cli/command_description.hpp"

namespace rheobase::cli {

/// The bash completion script of a program, made from its subcommands and options.
std::string bash_completion(const CommandDescription& program);

}  // namespace rheobase::cli
