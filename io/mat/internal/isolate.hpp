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

/// Enough for a library that works on a file of this size, whatever honest file it is.
IsolationLimits limits_for_file(std::size_t file_bytes);

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
