#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace rheobase::io {

inline constexpr std::size_t kMat5HeaderBytes = 128;
inline constexpr std::size_t kMat5SubsystemField = 116;  ///< in the header: offset of its element

/// Where one variable lies in a level 5 file.
struct Mat5Element {
  std::string name;           ///< empty for the subsystem's data
  std::size_t offset = 0;     ///< of its tag, from the start of the file
  std::size_t size = 0;       ///< with its tag
  bool is_subsystem = false;  ///< the unnamed element the file's header points to
};

struct Mat5Layout {
  bool swapped = false;  ///< the other byte order
  std::vector<Mat5Element> elements;
};

/// Checks the structure of a whole level 5 file (MAT-File Format, The MathWorks): every tag within
/// its parent, every count equal to the dimensions, every compressed block whole and with the
/// right check sum. Numbers themselves are not looked at.
/// @param memory_bytes  most memory to use for one decompressed variable
/// @throws InputError that names the variable
Mat5Layout scan_mat5(std::span<const std::byte> file, const std::string& where,
                     std::size_t memory_bytes);

}  // namespace rheobase::io
