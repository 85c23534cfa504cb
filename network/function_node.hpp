#pragma once

#include <cstddef>
#include <string_view>

#include "core/dispatch.hpp"

namespace rheobase::network {

/// What a node without memory makes of the sum of its inputs.
enum class NodeFunction { identity, tanh, sigmoid, softmax, softmin, log_softmax };

std::string_view to_string(NodeFunction function);
/// "identity", "tanh", ..., "log_softmax". @throws InputError
NodeFunction node_function_from(std::string_view name, std::string_view where = "function node");

/// out = function(in) over n units; both rows are whole packs.
void apply_function(NodeFunction function, const double* in, double* out, std::size_t n,
                    SimdLevel level = simd_level());

/// gradient_in = (d out / d in)^T gradient_out, given the output.
void apply_function_transposed(NodeFunction function, const double* out, const double* gradient_out,
                               double* gradient_in, std::size_t n);

}  // namespace rheobase::network
