#pragma once

namespace rheobase {

/// Bytes of memory that the machine has: what needs more is refused before it is asked for.
double physical_memory_bytes();

}  // namespace rheobase
