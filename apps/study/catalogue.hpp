#pragma once

#include <string>
#include <vector>

namespace rheobase::study {

/// An option of a command, or an argument without a name.
struct CommandOption {
  std::vector<std::string> names;  ///< "-o", "--output"
  bool argument = false;
  bool required = false;
  bool takes_value = false;
};

/// A command that can be a step. This module knows none by name: the command line lists them.
struct StepCommand {
  std::string name;  ///< "motif train"
  std::vector<CommandOption> options;
};

using Catalogue = std::vector<StepCommand>;

}  // namespace rheobase::study
