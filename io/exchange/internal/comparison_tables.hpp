#pragma once

#include <string>

#include "mapping/comparison/compare.hpp"

namespace rheobase::io {

// Tables of a comparison, as CSV. Cells are empty where nothing defines a value; units, trials and
// places in a file count from 1.

/// A row a condition, the last one of all trials: accuracies, outputs, activity of both networks.
std::string conditions_table(const mapping::Comparison& comparison);
/// A row a unit.
std::string units_table(const mapping::Comparison& comparison);

// What a comparison without traces (.json) does not have. @throws InputError in the name of `where`

/// A row a trial: what it was, and whose answer was right.
std::string trials_table(const mapping::Comparison& comparison, const std::string& where);
/// A row a sample of a trial: the outputs of both networks.
std::string outputs_table(const mapping::Comparison& comparison, const std::string& where);
/// A row a spike of the trials whose spikes are kept.
std::string spikes_table(const mapping::Comparison& comparison, const std::string& where);

}  // namespace rheobase::io
