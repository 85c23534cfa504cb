#pragma once

#include "io/mat/mat_file.hpp"
#include "rate/dynamics/rate_network.hpp"

namespace rheobase::io {

/// Loops of low rank that the reader of model files asks for (kKnown in rate_model_file.cpp).
inline constexpr std::size_t kMostLoops = 16;

/// Is this the file of a rate network as it runs (tau_ms), rather than of a Dale model (taus)?
bool holds_rate_network(const MatFile& file);

/// [w_in] N x inputs; N numbers in a row, as they are left by programs that drop dimensions of one
/// (SciPy's squeeze_me), are one input.
Eigen::MatrixXd read_input_weights(const MatFile& file, Eigen::Index units);

/// The fields of docs/formats.md, "Any rate network". The network is validated.
/// @throws InputError that names the file, the field, what was found and what must hold
rate::RateNetwork read_rate_network(const MatFile& file);

void add_rate_network(MatFields& fields, const rate::RateNetwork& network);

}  // namespace rheobase::io
