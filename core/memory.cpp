#include "core/memory.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <limits>

#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/control_group.hpp"
#include "core/error.hpp"

namespace rheobase {

namespace {

/// Less than the program itself takes: not worth reading the system's files for, 30 us each time.
constexpr double kAlwaysThere = 1024.0 * 1024.0;

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

/// Pages of the machine that are free or can be freed.
double available_bytes() {
  std::ifstream file("/proc/meminfo");
  for (std::string word; file >> word;) {
    double kibibytes = 0.0;
    if (word == "MemAvailable:" && file >> kibibytes) {
      return 1024.0 * kibibytes;
    }
  }
  return kUnlimited;
}

std::string contents_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

double usable_memory_bytes() {
  const double machine =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  const double group =
      control_group_limit_bytes(contents_of("/proc/self/cgroup"), "/sys/fs/cgroup");
  double usable = std::min({machine, group, available_bytes()});
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    usable = std::min(usable, static_cast<double>(limit.rlim_cur));
  }
  return usable;
}

void require_memory(double bytes, const std::string& where, const std::string& field,
                    const std::string& found, const std::string& advice) {
  MemoryBudget().claim(bytes, where, field, found, advice);
}

void MemoryBudget::claim(double bytes, const std::string& where, const std::string& field,
                         const std::string& found, const std::string& advice) {
  const bool alone = claimed_ <= 0.01 * bytes;
  claimed_ += bytes;
  if (claimed_ <= kAlwaysThere) {
    return;
  }
  usable_ = usable_ > 0.0 ? usable_ : usable_memory_bytes();
  if (!(claimed_ <= usable_)) {
    constexpr double kGibibyte = 1024.0 * 1024.0 * 1024.0;
    throw InputError(where, field, found,
                     fmt::format("must fit into memory: {} {:.3g} GiB, there are {:.3g}; {}",
                                 alone ? "it takes" : "with what comes before it takes",
                                 claimed_ / kGibibyte, usable_ / kGibibyte, advice));
  }
}

void keep_freed_memory() {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the largest that the C library takes
  mallopt(M_TRIM_THRESHOLD, 512 << 20);
}

}  // namespace rheobase
