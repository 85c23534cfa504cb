#pragma once

#include <cstddef>
#include <functional>

#include "core/run_control.hpp"

namespace rheobase {

/// Number of hardware threads, at least 1.
int hardware_threads();

/// Calls body(i) once for every i in [0, count), on up to `threads` threads (0: all there are).
/// The order is not defined: body must write only to its own slot i. The first exception is
/// rethrown in the caller after the others have ended.
void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& body);

/// The same under control: reports how many are done, asks whether to stop after each that the
/// calling thread does. @throws Cancelled when stopped before all were done
void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& body,
                  const RunControl& control);

}  // namespace rheobase
