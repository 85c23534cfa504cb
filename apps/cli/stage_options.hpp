// The options of the stages of a curriculum, of all that is said in three places:
//   1  a stage's own, in the file
//   2  those of the stage before, but for how the network is made and, where the task is another
//      one, for the options of the task
//   3  those of the command line; an option of the task where the stage's task takes it
// The first that has an option rules.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/cli/command_description.hpp"

namespace rheobase::cli {

/// An option with its values, as typed.
struct GivenOption {
  const OptionDescription* option;
  std::vector<std::string> words;
};

/// What a curriculum is asked for with.
struct CurriculumRequest {
  std::filesystem::path file;
  std::vector<std::string> arguments;  ///< of the command line, which was parsed already
  std::string task;                    ///< of the network that the first stage goes on from
};

/// The options of each stage. @param train  outlives the result
/// @throws InputError with line and column, for what is no option of a stage
std::vector<std::vector<GivenOption>> stage_options(const CurriculumRequest& request,
                                                    const CommandDescription& train);

/// Whether it has one of these names.
bool is_among(const OptionDescription& option, const std::vector<std::string>& names);

}  // namespace rheobase::cli
