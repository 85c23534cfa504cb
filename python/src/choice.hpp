#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/mat/rate_model_file.hpp"
#include "mapping/conversion/spiking_choice.hpp"
#include "python/src/options.hpp"

namespace rheobase::python {

/// What keywords say of a spiking network and its simulation, with what the model has.
/// @param searches  for another operating point: that of the model is forgotten
mapping::SpikingChoice choice_from(Keywords& keywords, const io::ModelFile& file,
                                   bool searches = false);

/// The scaling factor of the keyword `scaling`, or the model's. @throws InputError for neither
double scaling_from(Keywords& keywords, const io::ModelFile& file);

/// Units by number from 0, each once. @throws InputError
std::vector<Eigen::Index> unit_numbers(py::handle value, const std::string& argument,
                                       Eigen::Index units);

/// Threads of the keyword `threads`; 0: all there are.
int threads_from(Keywords& keywords);

/// Trials that a network learnt from are held out by no other split of their file.
/// @throws InputError
void require_known_split(const std::optional<rate::TrialSplit>& known,
                         const std::optional<rate::TrialSplit>& given);

/// @throws InputError unless inputs, outputs and step of model and task are the same
void require_same_inputs(const io::ModelFile& file, const rate::Task& task);

}  // namespace rheobase::python
