#include "io/mat/internal/mat_format.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "core/error.hpp"
#include "io/mat/internal/mat5_scan.hpp"

namespace rheobase::io {

namespace {

using Bytes = std::span<const std::byte>;

constexpr std::string_view kMustBeMat = "must be a .mat file of level 5 or 7.3";
constexpr std::string_view kHdf5Signature("\x89HDF\r\n\x1a\n", 8);
constexpr std::size_t kHdf5Start = 512;  // MATLAB's header lies before

bool has_signature(Bytes bytes, std::size_t offset) {
  return bytes.size() >= offset + kHdf5Signature.size() &&
         std::memcmp(bytes.data() + offset, kHdf5Signature.data(), kHdf5Signature.size()) == 0;
}

bool is_text(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) {
    const auto c = static_cast<unsigned char>(byte);
    return c >= 0x20 || (c >= '\t' && c <= '\r');
  });
}

/// Length of the file as its HDF5 superblock has it (HDF5 File Format Specification, II.A).
std::optional<std::uint64_t> hdf5_length(Bytes bytes) {
  constexpr std::size_t kLongestSuperblock = 60;
  if (bytes.size() < kHdf5Start + kLongestSuperblock) {
    return std::nullopt;
  }
  const Bytes block = bytes.subspan(kHdf5Start);
  const auto version = static_cast<unsigned>(block[8]);
  constexpr std::array<std::size_t, 4> kEndAddress{40, 44, 28, 28};
  constexpr std::array<std::size_t, 4> kOffsetSize{13, 13, 9, 9};
  if (version >= kEndAddress.size() || block[kOffsetSize[version]] != std::byte{8}) {
    return std::nullopt;
  }
  std::uint64_t length = 0;
  for (std::size_t i = 8; i-- > 0;) {
    length = length << 8 | static_cast<std::uint64_t>(block[kEndAddress[version] + i]);
  }
  return length;
}

void check_hdf5(Bytes bytes, const std::string& where) {
  if (!has_signature(bytes, kHdf5Start)) {
    throw InputError(where, "", "the header of level 7.3 without HDF5 data (a truncated file?)",
                     kMustBeMat);
  }
  const std::optional<std::uint64_t> length = hdf5_length(bytes);
  if (!length) {
    throw InputError(where, "", "a damaged HDF5 superblock (a truncated file?)", kMustBeMat);
  }
  if (*length > bytes.size()) {
    throw InputError(where, "",
                     fmt::format("{} of {} bytes (a truncated file?)", bytes.size(), *length),
                     kMustBeMat);
  }
}

}  // namespace

MatVersion identify_mat(std::span<const std::byte> bytes, const std::string& where) {
  if (has_signature(bytes, 0)) {
    throw InputError(where, "", "an HDF5 file without MATLAB's header", kMustBeMat);
  }
  if (is_text(bytes.first(std::min(bytes.size(), kMat5HeaderBytes)))) {
    throw InputError(where, "", "a text file", kMustBeMat);
  }
  if (bytes.size() < kMat5HeaderBytes) {
    throw InputError(where, "", fmt::format("{} bytes (a truncated file?)", bytes.size()),
                     kMustBeMat);
  }
  const auto at = [&](std::size_t i) { return static_cast<unsigned>(bytes[i]); };
  const bool little = at(126) == 'I' && at(127) == 'M';
  const bool big = at(126) == 'M' && at(127) == 'I';
  const unsigned version = little ? at(124) | at(125) << 8 : at(125) | at(124) << 8;
  if ((little || big) && version == 0x0100) {
    return MatVersion::level5;
  }
  if (little && version == 0x0200) {
    check_hdf5(bytes, where);
    return MatVersion::level73;
  }
  throw InputError(where, "", "a file with another header", kMustBeMat);
}

}  // namespace rheobase::io
