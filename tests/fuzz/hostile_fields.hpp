#pragma once

#include <string>
#include <vector>

#include "core/random.hpp"
#include "io/mat/mat_file.hpp"

namespace rheobase::test {

/// A copy of a file, named bad.mat, with one field made hostile.
struct HostileFile {
  std::string change;  ///< "spike_unit: NaN at 3"
  io::MatFile file;
};

/// The variables of a .mat file, to be written again.
io::MatFields fields_of(const io::MatFile& file);

/// Every numeric field of the file with its first number replaced by NaN, its last one by numbers
/// that sizes, times and counts go wrong with; with a row more or a column less; empty; every text
/// empty, of nonsense or of bytes that are no text; and every field left out.
std::vector<HostileFile> hostile_copies(const io::MatFile& file);

/// The file with one to three changes at random: numbers, extents, texts, classes, variables left
/// out, doubled or put in another's place.
io::MatFile random_copy(const io::MatFile& file, RandomStream& random);

}  // namespace rheobase::test
