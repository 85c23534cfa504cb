#pragma once

#include <string>
#include <string_view>

#include "io/comparison/task_names.hpp"
#include "mapping/comparison/compare.hpp"

namespace rheobase::io {

/// Version of the JSON form and of the .mat form of a comparison. Raised when a field changes.
inline constexpr int kComparisonFormat = 1;
inline constexpr const char* kComparisonFormatName = "rheobase comparison";

/// Everything of a comparison but its traces, as one JSON object (docs/formats.md).
/// Missing values are null.
std::string comparison_to_json(const mapping::Comparison& comparison);

/// Reads it back; the traces are empty.
/// @param where  names the text in messages
/// @throws InputError for text that is no comparison, or one of an older or newer version
mapping::Comparison comparison_from_json(std::string_view text, const std::string& where,
                                         TaskNames names = TaskNames::registered);

}  // namespace rheobase::io
