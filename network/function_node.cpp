#include "network/function_node.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/aligned_vector.hpp"
#include "core/elementary.hpp"
#include "core/error.hpp"
#include "core/nearest_name.hpp"
#include "network/kernels/vector_kernels.hpp"

namespace rheobase::network {

namespace {

constexpr std::array kNames{std::pair{NodeFunction::identity, "identity"},
                            std::pair{NodeFunction::tanh, "tanh"},
                            std::pair{NodeFunction::sigmoid, "sigmoid"},
                            std::pair{NodeFunction::softmax, "softmax"},
                            std::pair{NodeFunction::softmin, "softmin"},
                            std::pair{NodeFunction::log_softmax, "log_softmax"}};

/// e^(sign x - maximum) over n units, and their sum.
double exponentials(double sign, const double* in, double* out, std::size_t n, SimdLevel level) {
  double largest = sign * in[0];
  for (std::size_t i = 1; i < n; ++i) {
    largest = std::max(largest, sign * in[i]);
  }
  const std::size_t padded = padded_to_packs<double>(n);
  for (std::size_t i = 0; i < padded; ++i) {
    out[i] = i < n ? sign * in[i] - largest : 0.0;
  }
  RHEOBASE_SIMD_DISPATCH(level, network::exp_row)(out, out, padded);
  return RHEOBASE_SIMD_DISPATCH(level, network::sum_row)(out, n);
}

void log_softmax(const double* in, double* out, std::size_t n, SimdLevel level) {
  const double total = elementary::log(exponentials(1.0, in, out, n, level));
  const double largest = *std::max_element(in, in + n);
  std::transform(in, in + n, out, [=](double x) { return x - largest - total; });
}

}  // namespace

std::string_view to_string(NodeFunction function) {
  return std::ranges::find(kNames, function, [](const auto& entry) { return entry.first; })->second;
}

NodeFunction node_function_from(std::string_view name, std::string_view where) {
  std::vector<std::string> known;
  for (const auto& [function, known_name] : kNames) {
    if (name == known_name) {
      return function;
    }
    known.emplace_back(known_name);
  }
  throw InputError(where, "function", fmt::format("'{}'", name), must_be_one_of(name, known));
}

void apply_function(NodeFunction function, const double* in, double* out, std::size_t n,
                    SimdLevel level) {
  const std::size_t padded = padded_to_packs<double>(n);
  switch (function) {
    case NodeFunction::identity:
      std::copy(in, in + padded, out);
      return;
    case NodeFunction::tanh:
      RHEOBASE_SIMD_DISPATCH(level, network::tanh_row)(in, out, padded);
      return;
    case NodeFunction::sigmoid:
      RHEOBASE_SIMD_DISPATCH(level, network::sigmoid_row)(in, out, padded);
      return;
    case NodeFunction::log_softmax:
      log_softmax(in, out, n, level);
      return;
    case NodeFunction::softmax:
    case NodeFunction::softmin:
      break;
  }
  const double sign = function == NodeFunction::softmin ? -1.0 : 1.0;
  const double total = exponentials(sign, in, out, n, level);
  std::transform(out, out + n, out, [total](double e) { return e / total; });
}

void apply_function_transposed(NodeFunction function, const double* out, const double* gradient_out,
                               double* gradient_in, std::size_t n) {
  double product = 0.0;
  double total = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    product += out[i] * gradient_out[i];
    total += gradient_out[i];
  }
  for (std::size_t i = 0; i < n; ++i) {
    switch (function) {
      case NodeFunction::identity:
        gradient_in[i] = gradient_out[i];
        break;
      case NodeFunction::tanh:
        gradient_in[i] = (1.0 - out[i] * out[i]) * gradient_out[i];
        break;
      case NodeFunction::sigmoid:
        gradient_in[i] = out[i] * (1.0 - out[i]) * gradient_out[i];
        break;
      case NodeFunction::softmax:
        gradient_in[i] = out[i] * (gradient_out[i] - product);
        break;
      case NodeFunction::softmin:
        gradient_in[i] = -out[i] * (gradient_out[i] - product);
        break;
      case NodeFunction::log_softmax:
        gradient_in[i] = gradient_out[i] - elementary::exp(out[i]) * total;
        break;
    }
  }
}

}  // namespace rheobase::network
