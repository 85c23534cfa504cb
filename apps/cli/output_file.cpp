#include "apps/cli/output_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <set>
#include <system_error>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.hpp"
#include "io/mat/atomic_file.hpp"

namespace rheobase::cli {

namespace fs = std::filesystem;

namespace {

/// Folders that may take a result for which its own has no room.
std::vector<fs::path> other_folders(const fs::path& path) {
  std::error_code ignored;
  std::vector<fs::path> folders{fs::temp_directory_path(ignored), fs::current_path(ignored)};
  if (const char* home = std::getenv("HOME")) {
    folders.emplace_back(home);
  }
  const fs::path own = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::erase_if(folders, [&](const fs::path& folder) {
    return folder.empty() || fs::equivalent(folder, own, ignored);
  });
  return folders;
}

/// 0 where there is no file.
ino_t inode_of(const fs::path& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 ? found.st_ino : 0;
}

/// The name in the folder, with a number where there is one of that name with any ending, such as
/// the numbers that go with a network, or its spikes; empty where all numbers are taken.
fs::path free_name(const fs::path& folder, const fs::path& name) {
  constexpr int kMostNumbers = 1000;
  std::set<std::string> taken;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const fs::path stem = entry.path().stem();
    taken.insert(stem.extension() == ".spikes" ? stem.stem().string() : stem.string());
  }
  for (int number = 0; number < kMostNumbers; ++number) {
    const std::string numbered = number == 0 ? "" : fmt::format("-{}", number);
    const std::string stem = name.stem().string() + numbered;
    if (!taken.contains(stem)) {
      return folder / (stem + name.extension().string());
    }
  }
  return {};
}

}  // namespace

bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code ignored;
  return fs::equivalent(a, b, ignored) || fs::weakly_canonical(fs::absolute(a), ignored) ==
                                              fs::weakly_canonical(fs::absolute(b), ignored);
}

fs::path write_somewhere(const fs::path& path, const std::function<void(const fs::path&)>& write,
                         std::string& trouble) {
  std::exception_ptr failure;
  try {
    write(path);
    return path;
  } catch (const Error& error) {
    trouble = error.what();
    failure = std::current_exception();
  }
  for (const fs::path& folder : other_folders(path)) {
    try {
      const fs::path place = free_name(folder, path.filename());
      if (!place.empty()) {
        write(place);
        return place;
      }
    } catch (const Error&) {
      // No room there either.
    } catch (const fs::filesystem_error&) {
      // A folder that cannot be read.
    }
  }
  std::rethrow_exception(failure);
}

void save_result(const fs::path& path, const std::function<void(const fs::path&)>& write) {
  std::string trouble;
  const fs::path place = write_somewhere(path, write, trouble);
  if (place != path) {
    throw SavedElsewhere(fmt::format("{}; the result is in {}", trouble, place.string()));
  }
}

void save_results(const std::vector<ResultFile>& results) {
  std::string troubles;
  std::exception_ptr lost;
  bool elsewhere = false;
  const auto add = [&troubles](const Error& error) {
    troubles += (troubles.empty() ? "" : "; ") + std::string(error.what());
  };
  for (const ResultFile& result : results) {
    try {
      save_result(result.path, result.write);
    } catch (const SavedElsewhere& error) {
      elsewhere = true;
      add(error);
    } catch (const Error& error) {
      lost = lost ? lost : std::current_exception();
      add(error);
    }
  }
  if (elsewhere) {
    throw SavedElsewhere(troubles);
  }
  if (lost) {
    std::rethrow_exception(lost);
  }
}

void check_output(const Console& console, const std::string& option, const fs::path& output,
                  const std::vector<fs::path>& inputs) {
  check_continued(option, output, inputs);
  check_continued(option, output, *console.found_inputs);
  check_replaced(console, option, output);
}

void check_found_input(const Console& console, const fs::path& input) {
  console.found_inputs->push_back(input);
  for (const StandingFile& file : *console.standing) {
    check_continued(file.option, file.name, {input});
  }
}

void check_replaced(const Console& console, const std::string& option, const fs::path& output) {
  std::error_code ignored;
  if (!fs::exists(output, ignored)) {
    return;
  }
  if (console.no_clobber) {
    throw InputError(option, output.string(), "a file", "must be a new one with --no-clobber");
  }
  const auto known = std::ranges::find(*console.standing, output, &StandingFile::name);
  if (known == console.standing->end()) {
    console.standing->push_back({output, inode_of(output), option});
  }
}

void note_replaced(const Console& console) {
  for (const StandingFile& file : *console.standing) {
    if (inode_of(file.name) != file.inode) {
      note(console, "replaces " + file.name.string());
    }
  }
}

void check_continued(const std::string& option, const fs::path& output,
                     const std::vector<fs::path>& inputs) {
  std::error_code ignored;
  if (output == "-" || output.parent_path() == "-") {
    throw InputError(option, "", "-",
                     "must be a file (./- for one of that name): only `rheobase export` writes to "
                     "standard output");
  }
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
    if (input.empty() || !same_file(output, input)) {
      continue;
    }
    if (!fs::exists(input, ignored)) {
      throw InputError(option, output.string(), "the name of another output",
                       "must be another file");
    }
    throw InputError(option, output.string(), "an input file",
                     "must be another file: inputs are never changed unless --in-place is given");
  }
  try {
    io::require_writable(output);
  } catch (const InputError& error) {
    throw InputError(option, output.string(), error.found(), error.required());
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
