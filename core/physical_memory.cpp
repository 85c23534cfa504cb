#include "core/physical_memory.hpp"

#include <unistd.h>

namespace rheobase {

double physical_memory_bytes() {
  return static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

}  // namespace rheobase
