#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace fs = std::filesystem;

namespace {

/// Folder -> folders whose headers it may include besides its own (docs/architecture.md). A folder
/// stands for the files below it that belong to no folder listed under it.
const std::map<std::string, std::set<std::string>> kMayInclude{
    {"core", {"core/simd"}},
    {"core/simd", {}},
    {"core/analysis", {"core"}},
    {"rate/tasks", {"core/analysis", "core"}},
    {"rate/dynamics", {"rate/tasks", "core", "core/simd"}},
    {"rate/models", {"rate/tasks", "rate/dynamics", "core/analysis", "core", "core/simd"}},
    {"rate/learning",
     {"rate/tasks", "rate/dynamics", "rate/models", "core/analysis", "core", "core/simd"}},
    {"spiking", {"core", "core/simd"}},
    {"mapping/conversion", {"rate", "spiking", "core/analysis", "core"}},
    {"mapping/comparison", {"mapping/conversion", "rate", "spiking", "core/analysis", "core"}},
    {"network", {"rate/learning", "core/analysis", "core", "core/simd"}},
    {"io/mat", {"mapping", "rate", "spiking", "core"}},
    {"io/comparison", {"io/mat", "mapping", "rate", "spiking", "core/analysis", "core"}},
    {"io/network", {"io/mat", "network", "core"}},
    {"io/exchange", {"io/comparison", "io/mat", "mapping", "rate", "spiking", "core"}},
    {"apps/report", {"io", "network", "mapping", "rate", "spiking", "core/analysis", "core"}},
    {"apps/study", {"io/mat", "io/network", "core/analysis", "core"}},
    {"apps/cli",
     {"apps/report", "apps/study", "io", "network", "mapping", "rate", "spiking", "core/analysis",
      "core"}},
    {"python/src",
     {"apps/report", "io", "network", "mapping", "rate", "spiking", "core/analysis", "core"}},
};

/// The folder of kMayInclude that a path from the root belongs to: the longest that it starts with.
std::string folder_of(const std::string& path) {
  std::string found;
  for (const auto& [folder, allowed] : kMayInclude) {
    if (path.starts_with(folder + "/") && folder.size() > found.size()) {
      found = folder;
    }
  }
  return found;
}

std::string module_of(const std::string& path) {
  return path.substr(0, path.find('/'));
}

/// Is a header of `folder` one that a list of folders, or of whole modules, allows?
bool allows(const std::set<std::string>& list, const std::string& folder) {
  return list.contains(folder) || (list.contains(module_of(folder)) && module_of(folder) != "core");
}

struct ExternalRule {
  std::string pattern;            ///< of the included header
  std::set<std::string> folders;  ///< folders or modules that may include it
  bool in_headers = false;        ///< may a .hpp include it?
};

const std::vector<ExternalRule> kExternalRules{
    {"matio\\.h", {"io/mat"}, true},
    {"hdf5\\.h", {"io/mat", "io/exchange"}, true},
    {"toml\\+\\+/.*|yaml-cpp/.*", {"io/network"}, false},
    {"CLI/.*", {"apps/cli"}, false},
    {"oneapi/tbb.*|tbb/.*", {"core"}, false},
    {"Random123/.*", {"core"}, false},
    {"armadillo", {"core/analysis"}, false},
    {"Eigen/(Dense|Eigenvalues|SVD|LU|QR|Cholesky)", {"core/analysis"}, false},
    {"boost/.*", {"core/analysis", "rate", "spiking", "network"}, false},
    {"nlohmann/.*", {"apps/cli", "apps/report", "apps/study", "io/mat", "io/comparison"}, true},
    {"mpi\\.h", {"apps/study"}, false},
    {"fmt/.*",
     {"core", "core/analysis", "rate", "spiking", "mapping", "network", "io", "apps", "python"},
     false},
    {"pybind11/.*", {"python/src"}, true},
};

struct Include {
  std::string file;    ///< from the root
  std::string header;  ///< as written
  bool quoted = false;
};

/// Every source of the library and the program, as paths from the root.
std::vector<std::string> sources() {
  std::vector<std::string> files;
  for (const char* module :
       {"core", "rate", "spiking", "mapping", "network", "io", "apps", "python"}) {
    auto walk = fs::recursive_directory_iterator(fs::path(RHEOBASE_SOURCE_DIR) / module);
    for (const auto& entry : walk) {
      if (entry.path().filename() == "node_modules") {
        walk.disable_recursion_pending();
      }
      const std::string extension = entry.path().extension().string();
      if (entry.is_regular_file() && (extension == ".hpp" || extension == ".cpp")) {
        files.push_back(fs::relative(entry.path(), RHEOBASE_SOURCE_DIR).string());
      }
    }
  }
  return files;
}

std::vector<Include> includes() {
  const std::regex line_pattern(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"].*)re");
  std::vector<Include> found;
  for (const std::string& file : sources()) {
    std::ifstream stream(fs::path(RHEOBASE_SOURCE_DIR) / file);
    std::smatch match;
    for (std::string line; std::getline(stream, line);) {
      if (std::regex_match(line, match, line_pattern)) {
        found.push_back({file, match[2], match[1] == "\""});
      }
    }
  }
  return found;
}

/// Public headers are installed; the others are parts of one module (cmake/Package.cmake).
bool is_private(const std::string& header) {
  static const std::regex pattern("(^|.*/)(internal|simd|page|clock|event|bridge|odeint)/.*");
  return std::regex_match(header, pattern);
}

/// The includes of other libraries that kernel files see, their own and those of our headers.
std::vector<Include> reached_by_kernels() {
  std::multimap<std::string, Include> by_file;
  std::vector<std::string> open;
  for (const Include& include : includes()) {
    by_file.emplace(include.file, include);
    if (include.file.ends_with(".kernel.cpp")) {
      open.push_back(include.file);
    }
  }
  std::set<std::string> seen(open.begin(), open.end());
  std::vector<Include> reached;
  while (!open.empty()) {
    const auto [first, last] = by_file.equal_range(open.back());
    open.pop_back();
    for (auto entry = first; entry != last; ++entry) {
      const Include& include = entry->second;
      if (!include.quoted) {
        reached.push_back(include);
      } else if (seen.insert(include.header).second) {
        open.push_back(include.header);
      }
    }
  }
  return reached;
}

}  // namespace

TEST_SUITE("layering") {
  TEST_CASE("folders include downward only, by paths from the root") {
    const std::vector<Include> all = includes();
    REQUIRE(all.size() > 100);
    for (const Include& include : all) {
      if (!include.quoted) {
        continue;
      }
      CAPTURE(include.file);
      CAPTURE(include.header);
      const std::string from = folder_of(include.file);
      const std::string to = folder_of(include.header);
      REQUIRE_FALSE(from.empty());
      REQUIRE_FALSE(to.empty());
      CHECK((from == to || allows(kMayInclude.at(from), to)));
    }
  }

  TEST_CASE("no file of the library lies outside the folders that the picture names") {
    for (const std::string& file : sources()) {
      CAPTURE(file);
      CHECK_FALSE(folder_of(file).empty());
    }
  }

  TEST_CASE("private headers stay inside their module, and public ones need none of them") {
    for (const Include& include : includes()) {
      if (!include.quoted || !is_private(include.header)) {
        continue;
      }
      CAPTURE(include.file);
      CAPTURE(include.header);
      const bool packs = include.header.starts_with("core/simd/");
      CHECK((packs || module_of(include.file) == module_of(include.header)));
      if (include.file.ends_with(".hpp")) {
        CHECK(is_private(include.file));
      }
    }
  }

  TEST_CASE("libraries stay in the folders and files that are meant to know them") {
    for (const Include& include : includes()) {
      for (const ExternalRule& rule : kExternalRules) {
        if (include.quoted || !std::regex_match(include.header, std::regex(rule.pattern))) {
          continue;
        }
        CAPTURE(include.file);
        CAPTURE(include.header);
        const std::string folder = folder_of(include.file);
        CHECK((rule.folders.contains(folder) || rule.folders.contains(module_of(folder))));
        // Definitions of templates are the source of the files that instantiate them.
        const bool source =
            include.file.ends_with(".cpp") || include.file.ends_with("_definitions.hpp");
        CHECK((rule.in_headers || source));
      }
    }
  }

  TEST_CASE("kernel files reach no other library, through whatever header") {
    // It could emit an inline function with instructions the CPU does not have.
    // Of <utility> only index sequences are used: types, no code.
    const std::set<std::string> harmless{"cstddef", "cstdint", "immintrin.h", "utility"};
    for (const Include& include : reached_by_kernels()) {
      CAPTURE(include.file);
      CAPTURE(include.header);
      CHECK(harmless.contains(include.header));
    }
  }

  TEST_CASE("no source file is longer than 500 lines") {
    for (const std::string& file : sources()) {
      std::ifstream stream(fs::path(RHEOBASE_SOURCE_DIR) / file);
      const auto lines = std::count(std::istreambuf_iterator<char>(stream), {}, '\n');
      CAPTURE(file);
      CHECK(lines <= 500);
    }
  }
}
