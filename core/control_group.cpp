#include "core/control_group.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>

namespace rheobase {

namespace {

constexpr double kNoLimit = std::numeric_limits<double>::infinity();

/// "max", of version 2, is no number.
double limit_in(const std::filesystem::path& file) {
  std::ifstream in(file);
  double bytes = 0.0;
  return in >> bytes ? bytes : kNoLimit;
}

}  // namespace

double control_group_limit_bytes(const std::string& own, const std::filesystem::path& root) {
  double lowest = kNoLimit;
  std::istringstream lines(own);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t name = line.find(':');
    const std::size_t path = name == std::string::npos ? name : line.find(':', name + 1);
    if (path == std::string::npos) {
      continue;
    }
    const std::string controllers = line.substr(name + 1, path - name - 1);
    const bool second = controllers.empty();
    if (!second && controllers != "memory") {
      continue;
    }
    const std::filesystem::path top = second ? root : root / "memory";
    const char* file = second ? "memory.max" : "memory.limit_in_bytes";
    // Within a container the path is often not there: the root is then the group's own.
    for (std::filesystem::path group = line.substr(path + 1);; group = group.parent_path()) {
      lowest = std::min(lowest, limit_in(top / group.relative_path() / file));
      if (!group.has_relative_path()) {
        break;
      }
    }
  }
  return lowest;
}

}  // namespace rheobase
