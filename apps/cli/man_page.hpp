#pragma once

#include <string>

#include "apps/cli/command_description.hpp"

namespace rheobase::cli {

/// The manual page of a program (section 1, roff with the macros of man(7)), made from its commands
/// and options as the help is. @param version  for the foot of the page
std::string man_page(const CommandDescription& program, const std::string& version);

}  // namespace rheobase::cli
