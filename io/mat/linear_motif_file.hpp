#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "rate/models/motif/linear/linear_model.hpp"

namespace rheobase::io {

/// Writes a linear model: A, w, U, V, and of motif k target_k, lambda_k and alpha_k (K x 2: real
/// and imaginary parts), u_k, v_k, x_init_k.
void write_linear_model(const std::filesystem::path& path, const rate::LinearModel& model,
                        const std::string& command, const std::function<bool()>& stop = {});

/// Whether a .mat file holds a linear model. @throws InputError where it cannot be read
bool holds_linear_model(const std::filesystem::path& path);

/// Reads it back, every bit. @throws InputError with file and field where it is none, damaged or
/// unstable
rate::LinearModel read_linear_model(const std::filesystem::path& path);

}  // namespace rheobase::io
