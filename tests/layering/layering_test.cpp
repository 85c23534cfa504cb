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

/// Module -> modules whose headers it may include (docs/architecture.md).
const std::map<std::string, std::set<std::string>> kMayInclude{
    {"core", {"core"}},
    {"analysis", {"analysis", "core"}},
    {"tasks", {"tasks", "core"}},
    {"rate", {"rate", "tasks", "core"}},
    {"spiking", {"spiking", "core"}},
    {"io", {"io", "mapping", "rate", "spiking", "tasks", "core"}},
    {"mapping", {"mapping", "rate", "spiking", "analysis", "tasks", "core"}},
    {"exchange", {"exchange", "io", "mapping", "rate", "spiking", "tasks", "core"}},
    {"report", {"report", "mapping", "io", "rate", "spiking", "analysis", "tasks", "core"}},
    {"apps",
     {"apps", "report", "exchange", "mapping", "io", "rate", "spiking", "analysis", "tasks",
      "core"}},
};

struct ExternalRule {
  std::string pattern;            ///< of the included header
  std::set<std::string> modules;  ///< that may include it
  bool in_headers = false;        ///< may a .hpp include it?
};

const std::vector<ExternalRule> kExternalRules{
    {"matio\\.h", {"io"}, false},
    {"hdf5\\.h", {"exchange"}, true},
    {"CLI/.*", {"apps"}, true},
    {"oneapi/tbb.*|tbb/.*", {"core"}, false},
    {"Random123/.*", {"core"}, false},
    {"armadillo", {"analysis"}, false},
    {"boost/.*", {"analysis", "rate", "spiking"}, false},
    {"nlohmann/.*", {"apps", "report", "io"}, true},
    {"fmt/.*",
     {"core", "analysis", "tasks", "rate", "spiking", "mapping", "io", "exchange", "report",
      "apps"},
     false},
};

struct Include {
  fs::path file;
  std::string module;
  std::string header;
  bool quoted = false;
};

std::vector<fs::path> sources(const std::string& module) {
  std::vector<fs::path> files;
  for (const auto& entry :
       fs::recursive_directory_iterator(fs::path(RHEOBASE_SOURCE_DIR) / module)) {
    const std::string extension = entry.path().extension().string();
    if (entry.is_regular_file() && (extension == ".hpp" || extension == ".cpp")) {
      files.push_back(entry.path());
    }
  }
  return files;
}

std::vector<Include> includes() {
  const std::regex line_pattern(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"].*)re");
  std::vector<Include> found;
  for (const auto& [module, allowed] : kMayInclude) {
    for (const fs::path& file : sources(module)) {
      std::ifstream stream(file);
      std::smatch match;
      for (std::string line; std::getline(stream, line);) {
        if (std::regex_match(line, match, line_pattern)) {
          found.push_back({file, module, match[2], match[1] == "\""});
        }
      }
    }
  }
  return found;
}

/// The includes of other libraries that kernel files see, their own and those of our headers.
std::vector<Include> reached_by_kernels() {
  std::multimap<std::string, Include> by_file;
  std::vector<std::string> open;
  for (const Include& include : includes()) {
    const std::string file = fs::relative(include.file, RHEOBASE_SOURCE_DIR).string();
    by_file.emplace(file, include);
    if (file.ends_with(".kernel.cpp")) {
      open.push_back(file);
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
  TEST_CASE("modules include downward only, by paths from the root") {
    const std::vector<Include> all = includes();
    REQUIRE(all.size() > 100);
    for (const Include& include : all) {
      if (!include.quoted) {
        continue;
      }
      CAPTURE(include.file.string());
      CAPTURE(include.header);
      const std::string module = include.header.substr(0, include.header.find('/'));
      CHECK(kMayInclude.at(include.module).contains(module));
    }
  }

  TEST_CASE("libraries stay in the modules and files that are meant to know them") {
    for (const Include& include : includes()) {
      for (const ExternalRule& rule : kExternalRules) {
        if (include.quoted || !std::regex_match(include.header, std::regex(rule.pattern))) {
          continue;
        }
        CAPTURE(include.file.string());
        CAPTURE(include.header);
        CHECK(rule.modules.contains(include.module));
        CHECK((rule.in_headers || include.file.extension() == ".cpp"));
      }
    }
  }

  TEST_CASE("kernel files reach no other library, through whatever header") {
    // It could emit an inline function with instructions the CPU does not have.
    // Of <utility> only index sequences are used: types, no code.
    const std::set<std::string> harmless{"cstddef", "cstdint", "immintrin.h", "utility"};
    for (const Include& include : reached_by_kernels()) {
      CAPTURE(include.file.string());
      CAPTURE(include.header);
      CHECK(harmless.contains(include.header));
    }
  }

  TEST_CASE("no source file is longer than 500 lines") {
    for (const auto& [module, allowed] : kMayInclude) {
      for (const fs::path& file : sources(module)) {
        std::ifstream stream(file);
        const auto lines = std::count(std::istreambuf_iterator<char>(stream), {}, '\n');
        CAPTURE(file.string());
        CHECK(lines <= 500);
      }
    }
  }
}
