#include "core/memory.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/error.hpp"

namespace rheobase {

double usable_memory_bytes() {
  const double machine =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  rlimit limit{};
  const bool limited = getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
  return limited ? std::min(machine, static_cast<double>(limit.rlim_cur)) : machine;
}

void require_memory(double bytes, const std::string& where, const std::string& field,
                    const std::string& found, const std::string& advice) {
  const double usable = usable_memory_bytes();
  if (!(bytes <= usable)) {
    constexpr double kGibibyte = 1024.0 * 1024.0 * 1024.0;
    throw InputError(where, field, found,
                     fmt::format("must fit into memory: it takes {:.3g} GiB, there are {:.3g}; {}",
                                 bytes / kGibibyte, usable / kGibibyte, advice));
  }
}

}  // namespace rheobase
