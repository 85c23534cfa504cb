#pragma once

#include <span>
#include <string_view>

#include "io/mat/mat_file.hpp"

namespace rheobase::test {

/// A reader of one kind of our own .mat files, followed by a use of what it reads: a refusal is an
/// Error, anything else that goes wrong ends the program.
struct Reader {
  std::string_view name;
  void (*read)(const io::MatFile& file);
};

std::span<const Reader> mat_readers();

}  // namespace rheobase::test
