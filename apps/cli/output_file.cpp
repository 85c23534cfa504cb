#include "apps/cli/output_file.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>

#include <unistd.h>

#include "core/error.hpp"

namespace rheobase::cli {

namespace fs = std::filesystem;

void check_output(const std::string& option, const fs::path& output,
                  const std::vector<fs::path>& inputs) {
  std::error_code ignored;
  if (fs::is_directory(output, ignored)) {
    throw InputError(option, output.string(), "a directory", "must be a file");
  }
  const fs::path folder = output.has_parent_path() ? output.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, ignored)) {
    throw InputError(option, output.string(), "no folder " + folder.string(),
                     "must lie in a folder that exists");
  }
  if (access(folder.c_str(), W_OK) != 0) {
    throw InputError(option, output.string(), std::strerror(errno),
                     "must lie in a folder that can be written to");
  }
  for (const fs::path& input : inputs) {
    if (!input.empty() && fs::equivalent(output, input, ignored)) {
      throw InputError(option, output.string(), "an input file",
                       "must be another file: inputs are never changed unless --in-place is given");
    }
  }
}

fs::path file_of(const std::string& file_and_field) {
  const std::size_t colon = file_and_field.rfind(':');
  return colon == std::string::npos ? fs::path() : fs::path(file_and_field.substr(0, colon));
}

fs::path with_word(const fs::path& path, const std::string& word) {
  fs::path result = path;
  return result.replace_extension(word + ".mat");
}

}  // namespace rheobase::cli
