#include "apps/cli/model_input.hpp"

namespace rheobase::cli {

io::ModelFile read_noted_model(const std::filesystem::path& path, const Console& console) {
  io::ModelFile file = io::read_model(path);
  for (const std::string& doubt : file.doubts) {
    note(console, path.string() + ": " + doubt);
  }
  return file;
}

}  // namespace rheobase::cli
