#pragma once

#include <string>
#include <vector>

namespace rheobase::cli {

/// An option, or an argument that has no name on the command line.
struct OptionDescription {
  std::vector<std::string> names;  ///< "-o", "--output"; of an argument, its one name in the usage
  bool argument = false;
  bool required = false;
  bool takes_value = false;
  std::string type;  ///< of the value: "FILE", "rate|spiking"
  std::string help;
  std::string group;   ///< heading in the help
  bool common = true;  ///< shown by --help, not by --help-all alone
};

/// All that help, completion and suggestions need to know about a command.
struct CommandDescription {
  std::string name;
  std::string path;  ///< as typed: "rheobase innate timing"
  std::string help;  ///< first line: the summary
  std::string examples;
  std::vector<OptionDescription> options;  ///< in the order in which they were added
  std::vector<std::string> groups;         ///< headings in the order in which they came up
  std::vector<CommandDescription> commands;
};

}  // namespace rheobase::cli
