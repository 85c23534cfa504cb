#pragma once

#include <string>

#include "io/rate_model_file.hpp"
#include "rate/train.hpp"

namespace rheobase {

/// The model file of a training: the network, how it was trained, and one trial as an example.
ModelFile trained_model(const TrainingResult& result, const Task& task,
                        const TrainingOptions& options, const std::string& command);

}  // namespace rheobase
