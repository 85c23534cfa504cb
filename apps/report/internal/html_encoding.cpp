#include "apps/report/internal/html_encoding.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/whole_number.hpp"

namespace rheobase::report {

std::string escaped_html(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t given = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8U | (k < given ? bytes[i + k] : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= given ? kAlphabet[group >> (18U - 6U * k) & 63U] : '=';
    }
  }
  return text;
}

double rounded(double value, int digits) {
  if (value == 0.0 || !std::isfinite(value)) {
    return value;
  }
  // Dividing by a power of ten gives the double nearest to the decimal number; multiplying does
  // not.
  const int exponent = digits - 1 - to_integer<int>(std::floor(std::log10(std::abs(value))));
  const double power = std::pow(10.0, std::abs(exponent));
  return exponent >= 0 ? std::round(value * power) / power : std::round(value / power) * power;
}

Json rounded_array(std::span<const double> values, int digits) {
  Json array = Json::array();
  for (const double value : values) {
    array.push_back(rounded(value, digits));
  }
  return array;
}

Json rounded_array(const Eigen::VectorXd& values, int digits) {
  return rounded_array(std::span(values.data(), static_cast<std::size_t>(values.size())), digits);
}

std::pair<double, double> number_range(const Eigen::MatrixXd& values) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const double value : values.reshaped()) {
    if (!std::isnan(value)) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  return {low, high};
}

Json packed(const Eigen::MatrixXd& values, Packing packing) {
  const auto [low, high] = number_range(values);
  return low > high ? packed(values, packing, 0.0, 1.0) : packed(values, packing, low, high);
}

Json packed(const Eigen::MatrixXd& values, Packing packing, double low, double high) {
  const bool wide = packing == Packing::bits16;
  const double steps = wide ? 65534.0 : 254.0;
  const double factor = high > low ? steps / (high - low) : 0.0;
  std::vector<std::uint8_t> bytes;
  bytes.reserve(static_cast<std::size_t>(values.size()) * (wide ? 2 : 1));
  for (Eigen::Index row = 0; row < values.rows(); ++row) {
    for (Eigen::Index column = 0; column < values.cols(); ++column) {
      const double value = values(row, column);
      const double code =
          std::isnan(value) ? steps + 1.0 : std::clamp((value - low) * factor, 0.0, steps);
      const auto integer = to_integer<std::uint32_t>(std::round(code));
      bytes.push_back(static_cast<std::uint8_t>(integer & 255U));
      if (wide) {
        bytes.push_back(static_cast<std::uint8_t>(integer >> 8U));
      }
    }
  }
  return {{"type", wide ? "u16" : "u8"},
          {"shape", {values.rows(), values.cols()}},
          {"low", low},
          {"high", high},
          {"data", base64(bytes)}};
}

}  // namespace rheobase::report
