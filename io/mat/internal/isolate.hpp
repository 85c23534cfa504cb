#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "core/error.hpp"

namespace rheobase::io {

/// What a child process may use beyond what its parent has.
struct IsolationLimits {
  int cpu_seconds = 10;
  std::size_t memory_bytes = std::size_t{1} << 30;
};

/// Enough to turn a file of this length into numbers that take `number_bytes` as doubles.
/// The length alone says nothing: 3 MB may be a network of 5000 units.
IsolationLimits limits_for(std::size_t file_bytes, std::size_t number_bytes);

/// The same for writing numbers of `number_bytes` beside what is kept of another file: compressing
/// takes longer than reading, and a result that was hours of work must not be lost to a limit.
IsolationLimits limits_for_writing(std::size_t kept_file_bytes, std::size_t number_bytes);

/// In the child: more memory, for numbers whose extents were checked. Never less than before.
void allow_memory_for(std::size_t number_bytes);

/// @throws InputError in the name of `where` and `field` where the numbers of a file, in several
/// copies, are more than the machine's memory; `found` are the extents
void require_memory_for(std::size_t number_bytes, const std::string& where,
                        const std::string& field, const std::string& found);

/// A child process crashed or went beyond its limits; what() says which.
class IsolationError : public Error {
 public:
  using Error::Error;
};

/// Runs `body` in a forked child process and returns what it returned. Whatever the body does to
/// its memory, to its streams or to a library's global state does not reach the caller.
///
/// The child must not need other threads: it is a copy of the calling thread alone.
/// @throws InputError or Error as thrown by the body, IsolationError
std::string run_isolated(const std::function<std::string()>& body, const IsolationLimits& limits);

}  // namespace rheobase::io
