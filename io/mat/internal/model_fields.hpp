#pragma once

#include "io/mat/mat_file.hpp"
#include "io/mat/rate_model_file.hpp"

namespace rheobase::io {

/// The variables of a model file, in the order and with the shapes of the reference.
MatFields model_fields(const ModelFile& file);

}  // namespace rheobase::io
