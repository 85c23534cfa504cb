#pragma once

#include <string>

#include "io/mat/rate_model_file.hpp"
#include "mapping/conversion/conversion_search.hpp"

namespace rheobase::io {

/// The model file with the spiking network that a search chose, and the points behind it.
/// @param command  that made it, for the record
ModelFile mapped_model(const ModelFile& file, const rate::Task& task,
                       const mapping::Conversion& result, const mapping::ConversionOptions& options,
                       const std::string& command);

}  // namespace rheobase::io
