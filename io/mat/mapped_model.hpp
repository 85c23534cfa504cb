#pragma once

#include <optional>
#include <string>

#include "io/mat/rate_model_file.hpp"
#include "mapping/conversion/conversion_search.hpp"

namespace rheobase::io {

/// The model file with the spiking network that a search chose, and the points behind it.
/// @param command  that made it, for the record
ModelFile mapped_model(const ModelFile& file, const rate::Task& task,
                       const mapping::Conversion& result, const mapping::ConversionOptions& options,
                       const std::string& command);

/// Accuracy of the network that the search chose, on the search's trials; nothing where the file
/// does not say which of several values that was.
std::optional<double> search_accuracy(const ModelFile& file);

}  // namespace rheobase::io
