#pragma once

#include <string>
#include <vector>

#include "apps/cli/command_description.hpp"

namespace rheobase::cli {

/// The shells that can complete: bash, zsh, fish.
std::vector<std::string> completion_shells();

/// The completion script of a program for one of these shells, made from its commands and options;
/// empty for another word.
std::string completion_script(const CommandDescription& program, const std::string& shell);

}  // namespace rheobase::cli
