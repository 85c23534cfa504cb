#pragma once

#include <string>

namespace rheobase {

/// Memory this process may have: the machine's, or what a limit of address space leaves of it.
double usable_memory_bytes();

/// Before work that keeps `bytes` at once. @throws InputError(where, field, found, ...) where that
/// is more than the usable memory, as 1 MiB never is; `advice` ends the message ("fewer trials take
/// less")
void require_memory(double bytes, const std::string& where, const std::string& field,
                    const std::string& found, const std::string& advice);

/// Memory that the parts of something will take together, summed up before any of them is made.
class MemoryBudget {
 public:
  /// Adds a part. @throws InputError as require_memory where this one and all before it take more
  /// than was usable at the first of them
  void claim(double bytes, const std::string& where, const std::string& field,
             const std::string& found, const std::string& advice);

 private:
  double claimed_ = 0.0;
  double usable_ = 0.0;  ///< looked up once it matters
};

/// For programs, not libraries: blocks up to 32 MiB that were freed stay with the process. Matrices
/// that come and go in a loop otherwise cost a page fault for every 4 KiB, each time anew.
void keep_freed_memory();

}  // namespace rheobase
