#include "apps/cli/network/state_output.hpp"

#include <algorithm>

#include "apps/cli/output_file.hpp"
#include "core/error.hpp"

namespace rheobase::cli {

namespace fs = std::filesystem;

void check_network_output(const Console& console, const std::string& option, const fs::path& output,
                          const std::vector<fs::path>& numbers,
                          const std::vector<fs::path>& inputs) {
  const auto reads = [&](const std::vector<fs::path>& files) {
    return std::ranges::any_of(
        files, [&](const fs::path& file) { return !file.empty() && same_file(output, file); });
  };
  if (reads(numbers)) {
    throw InputError(option, output.string(), "the file of numbers that the network file reads",
                     "must be another file: its weights, parameters, inputs or targets are in it");
  }
  if (reads(inputs)) {
    throw InputError(option, output.string(), "an input file",
                     "must be another file: what a command reads is not changed");
  }
  check_output(console, option, output);
}

void check_state_output(const Console& console, const fs::path& state, const fs::path& begun,
                        const std::vector<fs::path>& inputs, const std::vector<fs::path>& outputs) {
  if (state.extension() != ".mat") {
    throw InputError("--save-state", state.string(), "another extension", "must be .mat");
  }
  for (const fs::path& output : outputs) {
    if (same_file(state, output)) {
      throw InputError("--save-state", state.string(), "the name of another output",
                       "must be another file");
    }
  }
  check_continued("--save-state", state, inputs);
  if (begun.empty() || !same_file(state, begun)) {
    check_replaced(console, "--save-state", state);
  }
}

fs::path interrupted_state(const fs::path& output, const std::vector<fs::path>& inputs) {
  fs::path state = with_word(output, "state");
  while (std::ranges::any_of(
      inputs, [&](const fs::path& input) { return !input.empty() && same_file(state, input); })) {
    state = with_word(state, "state");
  }
  return state;
}

}  // namespace rheobase::cli
