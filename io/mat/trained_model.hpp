#pragma once

#include <string>

#include "io/mat/rate_model_file.hpp"
#include "rate/learning/train.hpp"

namespace rheobase::io {

/// The model file of a training: the network, how it was trained, and one trial as an example.
ModelFile trained_model(const rate::TrainingResult& result, const rate::Task& task,
                        const rate::TrainingOptions& options, const std::string& command);

}  // namespace rheobase::io
