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

}  // namespace rheobase
