#include "io/mat/internal/mat_format.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "core/counted.hpp"
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

bool starts_with(Bytes bytes, std::string_view text) {
  return bytes.size() >= text.size() && std::memcmp(bytes.data(), text.data(), text.size()) == 0;
}

bool contains(Bytes bytes, std::string_view text) {
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return all.find(text) != std::string_view::npos;
}

/// Level 4 has no signature: a number for the machine and the class, extents, a flag, a name.
bool is_level4(Bytes bytes) {
  std::array<std::uint32_t, 5> words{};
  if (bytes.size() < sizeof words) {
    return false;
  }
  std::memcpy(words.data(), bytes.data(), sizeof words);
  constexpr std::uint32_t kLargestType = 52;
  constexpr std::uint32_t kLongestName = 64;
  return words[0] <= kLargestType && words[1] > 0 && words[2] > 0 && words[3] <= 1 &&
         words[4] > 1 && words[4] <= kLongestName;
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
    throw InputError(
        where, "",
        fmt::format("{} of {} (a truncated file?)", bytes.size(), counted(*length, "byte")),
        kMustBeMat);
  }
}

/// What a text is that one of our programs reads elsewhere.
std::string text_format(Bytes bytes, const std::string& where) {
  if (starts_with(bytes, "{")) {
    return "a JSON file: comparisons are read by `rheobase report` and compare --baseline";
  }
  return where.ends_with(".toml")
             ? "a TOML file: `rheobase network show` and `rheobase study check` "
               "read networks and studies"
             : "a text file";
}

}  // namespace

std::string foreign_format(std::span<const std::byte> bytes) {
  const Bytes beginning = bytes.first(std::min<std::size_t>(bytes.size(), 4096));
  if (starts_with(beginning, "PK\x03\x04")) {
    return contains(beginning, ".npy") ? "NumPy's .npz: np.load and scipy.io.savemat convert it"
           : contains(beginning, "data.pkl")
               ? "PyTorch's .pth: torch.load and scipy.io.savemat convert it"
               : "a zip archive";
  }
  if (starts_with(beginning, "\x93NUMPY")) {
    return "NumPy's .npy: np.load and scipy.io.savemat convert it";
  }
  if (starts_with(beginning, "\x80") && beginning.size() > 1 && beginning[1] >= std::byte{2} &&
      beginning[1] <= std::byte{5}) {
    return "Python's pickle: pickle.load or torch.load and scipy.io.savemat convert it";
  }
  if (starts_with(beginning, "# Created by Octave") || starts_with(beginning, "# name: ") ||
      starts_with(beginning, "Octave-1-")) {
    return "GNU Octave's own format: in Octave, load it and save -v7 FILE.mat";
  }
  if (has_signature(beginning, 0)) {
    return "an HDF5 file without MATLAB's header: h5py and scipy.io.savemat convert it; "
           "`rheobase import` reads NIR graphs and our own exports";
  }
  return is_level4(beginning) ? "a .mat file of level 4: save it again with -v7" : "";
}

MatVersion identify_mat(std::span<const std::byte> bytes, const std::string& where) {
  const std::string foreign = foreign_format(bytes);
  if (!foreign.empty()) {
    throw InputError(where, "", foreign, kMustBeMat);
  }
  if (is_text(bytes.first(std::min(bytes.size(), kMat5HeaderBytes)))) {
    throw InputError(where, "", text_format(bytes, where), kMustBeMat);
  }
  if (bytes.size() < kMat5HeaderBytes) {
    throw InputError(where, "",
                     fmt::format("{} (a truncated file?)", counted(bytes.size(), "byte")),
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
