#include "apps/cli/study/mpi_program.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include <unistd.h>

#include "core/error.hpp"

namespace rheobase::cli {

namespace fs = std::filesystem;

namespace {

/// The words that this process was started with, its own name first.
std::vector<std::string> own_words() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word, '\0');) {
    words.push_back(word);
  }
  return words;
}

}  // namespace

bool started_by_mpi() {
  for (const char* variable : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"}) {
    if (std::getenv(variable) != nullptr) {
      return true;
    }
  }
  return false;
}

void become_mpi_program(const fs::path& own) {
  const fs::path folder = own.parent_path();
  for (const fs::path& program :
       {folder / "rheobase-mpi", folder.parent_path() / "libexec/rheobase/rheobase-mpi"}) {
    if (::access(program.c_str(), X_OK) != 0) {
      continue;
    }
    std::vector<std::string> words = own_words();
    words.insert(words.begin(), program.string());
    words[1] = own.string();
    std::vector<char*> pointers;
    for (std::string& word : words) {
      pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    ::execv(program.c_str(), pointers.data());
    throw Error(program.string() + ": does not start (" + std::strerror(errno) + ")");
  }
  throw InputError("mpirun", "", "a program that was built without MPI",
                   "must have been built with libopenmpi-dev there; without MPI, --jobs takes all "
                   "cores of a machine and --shard I/K a part of the cells");
}

}  // namespace rheobase::cli
