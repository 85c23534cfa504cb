#include "io/network/internal/matrix_values.hpp"

#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "io/mat/run_file.hpp"
#include "io/network/csv_matrix.hpp"

namespace rheobase::io {

namespace {

namespace net = network;

constexpr const char* kMatrixForms =
    "must be a finite number, an array of numbers or of rows, \"FILE.mat:FIELD\" or \"FILE.csv\"";

std::optional<double> finite_number(const DocumentValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value.value)) {
    return static_cast<double>(*integer);
  }
  const auto* number = std::get_if<double>(&value.value);
  return number != nullptr && std::isfinite(*number) ? std::optional(*number) : std::nullopt;
}

/// Position of ".mat:" before a field's name.
std::size_t mat_field(std::string_view text) {
  const std::size_t at = text.rfind(".mat:");
  return at == std::string_view::npos || at + 5 == text.size() ? std::string_view::npos : at;
}

Seed seed_of(const TomlFields& fields) {
  return static_cast<Seed>(fields.integer_or("seed", 1, {0.0, 4294967295.0}));
}

net::Weights made_weights(const TomlFields& edge, const DocumentValue& table, std::uint32_t lane) {
  const TomlFields any(table, edge.map(), edge.part() + ": weights",
                       {"kind", "weight", "gain", "standard_deviation", "probability", "normalised",
                        "balanced", "ring", "cutoff", "seed"});
  any.get("kind", "must be one of one_to_one, normal, random, random_normal, gaussian");
  const std::string kind =
      any.word_or("kind", "", {"one_to_one", "normal", "random", "random_normal", "gaussian"});
  const auto fields = [&](std::vector<std::string> known) {
    known.emplace_back("kind");
    return TomlFields(table, edge.map(), any.part() + " '" + kind + "'", known);
  };
  constexpr Range kFraction{.low = 0.0, .high = 1.0, .above_low = true};
  if (kind == "one_to_one") {
    return net::OneToOne{fields({"weight"}).number_or("weight", 1.0)};
  }
  if (kind == "normal") {
    const TomlFields of = fields({"gain", "standard_deviation", "seed"});
    if (of.has("gain") == of.has("standard_deviation")) {
      of.fail(table.position, "", of.has("gain") ? "gain and standard_deviation" : "neither",
              "must have gain (standard deviation gain / sqrt(sources)) or standard_deviation");
    }
    return of.has("gain") ? net::normal_connectivity(of.number("gain"), seed_of(of), lane)
                          : net::independent_normal_connectivity(
                                of.number("standard_deviation", kNonNegative), seed_of(of), lane);
  }
  if (kind == "random") {
    const TomlFields of = fields({"probability", "weight", "normalised", "seed"});
    return net::random_connectivity(of.number("probability", kFraction),
                                    of.number_or("weight", 1.0), of.truth_or("normalised", false),
                                    seed_of(of), lane);
  }
  if (kind == "random_normal") {
    const TomlFields of = fields({"probability", "standard_deviation", "balanced", "seed"});
    return net::random_input_connectivity(of.number("probability", kFraction),
                                          of.number("standard_deviation", kNonNegative),
                                          of.truth_or("balanced", false), seed_of(of), lane);
  }
  const TomlFields of = fields({"weight", "standard_deviation", "ring", "cutoff"});
  return net::gaussian_connectivity(
      of.number_or("weight", 1.0), of.number("standard_deviation", kPositive),
      of.truth_or("ring", true), of.number_or("cutoff", 4.0, kPositive));
}

}  // namespace

bool names_matrix_file(std::string_view text) {
  return mat_field(text) != std::string_view::npos || text.ends_with(".csv") ||
         text.ends_with(".txt");
}

Eigen::MatrixXd MatrixValues::from_file(const TomlFields& fields, const DocumentValue& value,
                                        std::string_view field) const {
  const std::string& name = *value.text();
  if (!names_matrix_file(name)) {
    fields.fail(value.position, field, value.describe(), kMatrixForms);
  }
  try {
    const std::string path = (folder_ / name).string();
    return mat_field(name) != std::string::npos ? read_matrix(path) : read_csv_matrix(path);
  } catch (const InputError& error) {
    const std::string inner = error.where() + (error.field().empty() ? "" : ": " + error.field());
    fields.fail(value.position, std::string(field) + ": " + inner, error.found(), error.required());
  }
}

Eigen::MatrixXd MatrixValues::matrix(const TomlFields& fields, std::string_view key) const {
  return matrix(fields, fields.get(key, kMatrixForms), key);
}

Eigen::MatrixXd MatrixValues::matrix(const TomlFields& fields, const DocumentValue& value,
                                     std::string_view field) const {
  if (value.text() != nullptr) {
    return from_file(fields, value, field);
  }
  if (const auto number = finite_number(value)) {
    return Eigen::MatrixXd::Constant(1, 1, *number);
  }
  const DocumentValue::Array* rows = value.array();
  if (rows == nullptr || rows->empty()) {
    fields.fail(value.position, field, value.describe(), kMatrixForms);
  }
  const DocumentValue::Array* first = rows->front().array();
  const std::size_t width = first == nullptr ? 1 : first->size();
  Eigen::MatrixXd made(static_cast<Eigen::Index>(rows->size()), static_cast<Eigen::Index>(width));
  for (std::size_t row = 0; row < rows->size(); ++row) {
    const DocumentValue::Array* cells = (*rows)[row].array();
    const std::size_t found = cells == nullptr ? 1 : cells->size();
    if ((cells == nullptr) != (first == nullptr) || found != width) {
      fields.fail((*rows)[row].position, field, fmt::format("a row of {}", found),
                  fmt::format("must be {}, as the first row", counted(width, "number")));
    }
    for (std::size_t column = 0; column < width; ++column) {
      const DocumentValue& cell = cells == nullptr ? (*rows)[row] : (*cells)[column];
      const auto number = finite_number(cell);
      if (!number) {
        fields.fail(cell.position, field, cell.describe(), "must be a finite number");
      }
      made(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(column)) = *number;
    }
  }
  return made;
}

Eigen::VectorXd MatrixValues::vector(const TomlFields& fields, const DocumentValue& value,
                                     std::string_view field) const {
  const Eigen::MatrixXd values = matrix(fields, value, field);
  if (values.rows() != 1 && values.cols() != 1) {
    fields.fail(value.position, field, fmt::format("{} x {}", values.rows(), values.cols()),
                "must be one row or column");
  }
  return values.reshaped();
}

net::Weights MatrixValues::weights(const TomlFields& edge, std::uint32_t lane) const {
  const DocumentValue* value = edge.find("weights");
  if (value == nullptr) {
    return net::OneToOne{};
  }
  if (value->table() != nullptr) {
    return made_weights(edge, *value, lane);
  }
  if (const auto number = finite_number(*value)) {
    return *number;
  }
  return matrix(edge, *value, "weights");
}

}  // namespace rheobase::io
