#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace rheobase::io {

inline constexpr std::size_t kMat5HeaderBytes = 128;
inline constexpr std::size_t kMat5SubsystemField = 116;  ///< in the header: offset of its element

/// Whether a variable of so many bytes can be in a file of level 5, which counts them with 32 bits;
/// MATLAB reads less than half of that.
constexpr bool fits_level5(std::size_t variable_bytes) {
  constexpr std::size_t kTags = 1024;  // and names beside the numbers
  return variable_bytes < (std::size_t{1} << 31) - kTags;
}

/// A tag that other programs write otherwise than matio reads it: type `type` belongs at `offset`.
struct Mat5Patch {
  std::size_t offset = 0;  ///< in the element's contents (mat5_contents)
  std::uint32_t type = 0;
};

/// One variable of a level 5 file: where it lies and what it says of itself.
struct Mat5Element {
  std::string name;                ///< empty for the subsystem's data
  std::size_t offset = 0;          ///< of its tag, from the start of the file
  std::size_t size = 0;            ///< with its tag
  std::size_t contents_bytes = 0;  ///< of it with its tag, not compressed
  bool is_subsystem = false;       ///< the unnamed element the file's header points to
  std::string class_name;          ///< as MatArray::class_name
  std::string object_class;        ///< MATLAB's class of an object: "string", "datetime", ...
  std::vector<std::size_t> dims;
  bool complex = false;
  std::string obstacle;          ///< what matio cannot read in it: "an object"; empty: nothing
  std::size_t double_bytes = 0;  ///< of all its numbers as doubles
  std::vector<Mat5Patch> patches;
};

struct Mat5Layout {
  bool swapped = false;  ///< the other byte order
  std::vector<Mat5Element> elements;
};

/// What all compressed blocks of a file together may become: files of some megabytes can hold
/// hours of zeros. An element's own tag is of 32 bits.
inline constexpr std::size_t kMat5MostInflated = std::size_t{4} << 30;

/// Checks the structure of a whole level 5 file (MAT-File Format, The MathWorks): every tag within
/// its parent, every count equal to the dimensions, every compressed block whole, of the size that
/// its tag declares and with the right check sum. Numbers themselves are not looked at.
/// @param most_inflated  bytes that all compressed blocks may declare together
/// @throws InputError that names the variable
Mat5Layout scan_mat5(std::span<const std::byte> file, const std::string& where,
                     std::size_t most_inflated = kMat5MostInflated);

/// A level 5 file of some elements of another, without what matio does not read (patches).
std::vector<std::byte> select_mat5(std::span<const std::byte> file, const Mat5Layout& layout,
                                   std::span<const Mat5Element* const> elements);

}  // namespace rheobase::io
