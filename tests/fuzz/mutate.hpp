#pragma once

#include <cstddef>
#include <vector>

#include "core/random.hpp"

namespace rheobase::test {

/// One to four random changes to the bytes of a file: bits, bytes, lengths and counts, parts cut
/// out, doubled or moved, the end cut off.
std::vector<std::byte> mutate(std::vector<std::byte> bytes, RandomStream& random);

}  // namespace rheobase::test
