#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <Eigen/Core>
#include <nlohmann/json.hpp>

namespace rheobase::report {

using Json = nlohmann::ordered_json;

/// Text as it stands in an element or between the quotes of an attribute.
std::string escaped_html(std::string_view text);

/// Base64 (RFC 4648, with padding).
std::string base64(std::span<const std::uint8_t> bytes);

/// The nearest number with `digits` significant digits, so that its JSON is short.
double rounded(double value, int digits = 4);

/// An array of numbers, rounded.
Json rounded_array(std::span<const double> values, int digits = 4);
Json rounded_array(const Eigen::VectorXd& values, int digits = 4);

/// The smallest and the largest number; not-a-number does not count, without any the first is the
/// larger one.
std::pair<double, double> number_range(const Eigen::MatrixXd& values);

/// How many steps the range of a packed matrix is divided into.
enum class Packing { bits8, bits16 };

/// A matrix in little-endian base64: {type: "u8" | "u16", shape: [rows, columns], low, high, data},
/// row after row; value = low + (high - low) * code / (254 | 65534), so that the middle has a code
/// of its own. Not-a-number has the code above: 255 or 65535.
Json packed(const Eigen::MatrixXd& values, Packing packing);
/// The same with the range given; values outside are clipped.
Json packed(const Eigen::MatrixXd& values, Packing packing, double low, double high);

}  // namespace rheobase::report
