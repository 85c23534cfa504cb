#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace rheobase {

/// SHA-256 of bytes (FIPS 180-4), as sha256sum prints it: 64 hexadecimal digits.
std::string sha256(std::span<const std::byte> bytes);

}  // namespace rheobase
