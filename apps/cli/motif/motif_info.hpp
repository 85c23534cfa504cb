#pragma once

#include <string>

#include "apps/cli/json_output.hpp"
#include "apps/cli/text_table.hpp"
#include "io/mat/motif_file.hpp"

namespace rheobase::cli {

/// Architecture, number of motifs, and how far module and motifs are trained.
void add_motif_library(Summary& summary, const io::MotifLibraryFile& file);

/// A row a motif: samples, rms, batches of its last training and its error; "" without motifs.
std::string motif_library_table(const io::MotifLibraryFile& file);

/// The same of both: architecture, preparation, training, motifs.
Json motif_library_json(const io::MotifLibraryFile& file);

}  // namespace rheobase::cli
