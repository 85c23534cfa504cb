#pragma once

#include "io/mat/mat_file.hpp"
#include "io/mat/rate_model_file.hpp"

namespace rheobase::io {

/// The variables of a model file, in the order and with the shapes of the reference.
MatFields model_fields(const ModelFile& file);

/// Checks the parameters or, where there are none, the network. @throws InputError
void validate(const ModelFile& file, const std::string& where);

}  // namespace rheobase::io
