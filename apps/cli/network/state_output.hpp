#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/cli/console.hpp"

namespace rheobase::cli {

/// Checks the result of a command that reads a network file. @param numbers  the files of numbers
/// that the network file names @param inputs  the others that are read; may hold empty ones
void check_network_output(const Console& console, const std::string& option,
                          const std::filesystem::path& output,
                          const std::vector<std::filesystem::path>& numbers,
                          const std::vector<std::filesystem::path>& inputs);

/// Checks, before any work, the file of --save-state: a .mat, none of the files that are read and
/// none of the other outputs. @param begun  the state that is gone on from, which may be replaced
/// by the one that follows; or empty @param inputs  may hold empty ones
void check_state_output(const Console& console, const std::filesystem::path& state,
                        const std::filesystem::path& begun,
                        const std::vector<std::filesystem::path>& inputs,
                        const std::vector<std::filesystem::path>& outputs);

/// Where the state of an interrupted run goes that has no --save-state: beside its output, none of
/// the files that are read.
std::filesystem::path interrupted_state(const std::filesystem::path& output,
                                        const std::vector<std::filesystem::path>& inputs);

}  // namespace rheobase::cli
