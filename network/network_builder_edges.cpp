// The edges of a network: weights, delays and filters.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/nearest_name.hpp"
#include "network/network_builder.hpp"
#include "network/value_checks.hpp"

namespace rheobase::network {

namespace {

/// @throws InputError for the first weight that a float is not: too large, or 0 where it is not
void require_single_precision(const Eigen::MatrixXd& weights, const std::string& where) {
  for (Eigen::Index column = 0; column < weights.cols(); ++column) {
    for (Eigen::Index row = 0; row < weights.rows(); ++row) {
      const double weight = weights(row, column);
      const bool lost = weight != 0.0 && static_cast<float>(weight) == 0.0F;
      if (lost || std::abs(weight) > std::numeric_limits<float>::max()) {
        throw InputError(
            where, "weights", fmt::format("{} from unit {} to {}", weight, column + 1, row + 1),
            "must lie within single precision, 1.4e-45 to 3.4e38, or be stored in double");
      }
    }
  }
}

}  // namespace

Storage storage_from(std::string_view word, std::string_view where) {
  constexpr std::array<std::pair<std::string_view, Storage>, 4> kWords{
      {{"", Storage::as_given},
       {"dense", Storage::dense},
       {"single", Storage::single_precision},
       {"sparse", Storage::sparse}}};
  for (const auto& [known, storage] : kWords) {
    if (known == word) {
      return storage;
    }
  }
  throw InputError(where, "", fmt::format("'{}'", word),
                   must_be_one_of(std::string(word), {"dense", "single", "sparse"}));
}

void NetworkBuilder::add_edge(Edge& edge) {
  const std::string where = fmt::format("edge {} -> {}", edge.source, edge.target);
  require_going();
  const Signal source = network_.signal(edge.source, where);
  if (source.kind == Signal::Kind::input) {
    throw InputError(where, "source", fmt::format("'{}'", edge.source),
                     "is an input: a source is a variable, an output, spikes or a function node");
  }
  const Target to = target(edge.target, where);
  const bool event = network_.event_target(to);
  if (event && source.kind != Signal::Kind::spike) {
    throw InputError(where, "source", fmt::format("'{}'", edge.source),
                     "an event input takes spikes: 'population.spike'");
  }
  const auto rows = static_cast<Eigen::Index>(network_.target_size(to));
  const auto columns = static_cast<Eigen::Index>(network_.signal_size(source));
  NetworkEdge made{
      edge.source + " -> " + edge.target,
      source,
      to,
      Coupling(stored(edge, where, edge_weights(edge, where, rows, columns)), rows, columns,
               edge.storage == Storage::single_precision, source.kind == Signal::Kind::spike),
      {},
      0,
      {}};
  edge.weights = 0.0;  // the coupling has its own copy
  add_delay(edge, made, where);
  add_filter(edge, made, where);
  if (event && made.filter.size() > 0) {
    throw InputError(where, "filter", "one", "spikes of an event input are not filtered");
  }
  network_.edges_.push_back(std::move(made));
}

void NetworkBuilder::require_finite_weights(const Eigen::MatrixXd& weights,
                                            const std::string& where,
                                            const std::string& field) const {
  constexpr Eigen::Index kValues = Eigen::Index{1} << 22;
  const Eigen::Index width = std::max<Eigen::Index>(1, kValues / weights.rows());
  for (Eigen::Index first = 0; first < weights.cols(); first += width) {
    require_going();
    require_finite(weights.middleCols(first, std::min(width, weights.cols() - first)), where,
                   field);
  }
}

WeightMatrix NetworkBuilder::edge_weights(Edge& edge, const std::string& where, Eigen::Index rows,
                                          Eigen::Index columns) {
  claim_weights(edge, where, rows, columns);
  WeightMatrix weights = std::visit(
      [&](auto& given) -> WeightMatrix {
        if constexpr (std::is_same_v<std::decay_t<decltype(given)>, ConnectivityMaker>) {
          try {
            return given(rows, columns, control_);
          } catch (const InputError& error) {
            throw InputError(where, "weights", error.found(), error.required());
          }
        } else {
          return std::move(given);
        }
      },
      edge.weights);
  const auto check_shape = [&](const auto& matrix, const char* field) {
    if (matrix.rows() != rows || matrix.cols() != columns) {
      throw InputError(where, field, shape_text(matrix.rows(), matrix.cols()),
                       fmt::format("must be target x source, {}", shape_text(rows, columns)));
    }
  };
  if (const auto* dense = std::get_if<Eigen::MatrixXd>(&weights)) {
    check_shape(*dense, "weights");
    require_finite_weights(*dense, where, "weights");
  } else if (const auto* sparse = std::get_if<SparseWeights>(&weights)) {
    check_shape(*sparse, "weights");
    require_finite(Eigen::Map<const Eigen::VectorXd>(sparse->valuePtr(), sparse->nonZeros()), where,
                   "weights");
  } else if (std::holds_alternative<OneToOne>(weights) && rows != columns) {
    throw InputError(where, "weights",
                     fmt::format("one to one of {} to {}", columns, counted(rows, "unit")),
                     "must be two of one size");
  }
  if (!edge.mask) {
    return weights;
  }
  check_shape(*edge.mask, "mask");
  require_finite_weights(*edge.mask, where, "mask");
  if (auto* sparse = std::get_if<SparseWeights>(&weights)) {
    return SparseWeights(sparse->cwiseProduct(*edge.mask));
  }
  return Eigen::MatrixXd(Coupling(weights, rows, columns).dense().cwiseProduct(*edge.mask));
}

/// Weights that are made here, and their layout.
void NetworkBuilder::claim_weights(const Edge& edge, const std::string& where, Eigen::Index rows,
                                   Eigen::Index columns) {
  constexpr double kMade = 12.0;     // of a connection: weight and column, row by row
  constexpr double kLaidOut = 24.0;  // weights and columns, and the copy by columns
  const double pairs = static_cast<double>(rows) * static_cast<double>(columns);
  const bool masked = edge.mask && edge.mask->rows() == rows && edge.mask->cols() == columns;
  double bytes = masked ? sizeof(double) * pairs : 0.0;
  double connections = pairs;
  if (const auto* maker = std::get_if<ConnectivityMaker>(&edge.weights)) {
    connections = maker->connections
                      ? maker->connections(static_cast<double>(rows), static_cast<double>(columns))
                      : pairs;
    if (maker->by_connection && connections > std::numeric_limits<int>::max()) {
      throw InputError(where, "weights", fmt::format("{:g} connections", connections),
                       fmt::format("must be at most {}", std::numeric_limits<int>::max()));
    }
    bytes += (maker->by_connection ? kMade + kLaidOut : sizeof(double)) * connections;
  }
  if (edge.storage == Storage::dense || edge.storage == Storage::single_precision) {
    bytes += (edge.storage == Storage::dense ? sizeof(double) : sizeof(float)) * pairs;
  }
  if (bytes > 0.0) {
    memory_.claim(bytes, where, "weights",
                  fmt::format("{:g} weights between {} and {}", connections,
                              counted(columns, "unit"), counted(rows, "unit")),
                  "fewer units or connections take less");
  }
}

/// Weights as they are to be stored. @throws InputError where there is one number for all, or one
/// that single precision does not have
WeightMatrix NetworkBuilder::stored(const Edge& edge, const std::string& where,
                                    WeightMatrix weights) const {
  if (edge.storage == Storage::as_given) {
    return weights;
  }
  const bool by_connection = edge.storage == Storage::sparse;
  auto* dense = std::get_if<Eigen::MatrixXd>(&weights);
  const auto* sparse = std::get_if<SparseWeights>(&weights);
  if (dense == nullptr && sparse == nullptr) {
    if (edge.storage == Storage::dense) {
      return weights;  // the same numbers
    }
    throw InputError(where, "storage", by_connection ? "'sparse'" : "'single'",
                     "must be left out: one number is stored for all weights of this edge");
  }
  if (by_connection && dense != nullptr) {
    return SparseWeights(dense->sparseView());
  }
  if (!by_connection && sparse != nullptr) {
    weights = Eigen::MatrixXd(*sparse);
    dense = std::get_if<Eigen::MatrixXd>(&weights);
  }
  if (edge.storage == Storage::single_precision) {
    require_single_precision(*dense, where);
  }
  return weights;
}

void NetworkBuilder::add_delay(const Edge& edge, NetworkEdge& made, const std::string& where) {
  if (edge.delay.size() == 0) {
    return;
  }
  require_scalar_or_per_unit(edge.delay, made.coupling.columns(), where, "delay");
  for (std::size_t unit = 0; unit < made.coupling.columns(); ++unit) {
    const double time = edge.delay[edge.delay.size() == 1 ? 0 : static_cast<Eigen::Index>(unit)];
    const double steps = time / network_.step_;
    if (time != 0.0 && !(steps >= 1.0 - 1e-9)) {
      throw InputError(where, "delay", fmt::format("{}", time),
                       fmt::format("must be 0 or at least a step, {}", network_.step_));
    }
    if (steps > 1e15) {
      throw InputError(where, "delay", fmt::format("{}", time), "must be at most 1e15 steps");
    }
    made.delay.push_back(static_cast<std::size_t>(std::llround(steps)));
  }
  made.longest_delay = *std::ranges::max_element(made.delay);
  memory_.claim(
      static_cast<double>(made.longest_delay + 1) *
          static_cast<double>(padded_to_packs<double>(made.coupling.columns())) * sizeof(double),
      where, "delay",
      fmt::format("{}, {} of {}", edge.delay.maxCoeff(), counted(made.longest_delay, "step"),
                  counted(made.coupling.columns(), "unit")),
      "a shorter delay or a larger step takes less");
}

void NetworkBuilder::add_filter(const Edge& edge, NetworkEdge& made,
                                const std::string& where) const {
  if (edge.filter.size() == 0) {
    return;
  }
  const auto rows = static_cast<Eigen::Index>(made.coupling.rows());
  const bool fits = (edge.filter.rows() == rows || edge.filter.rows() == 1) &&
                    (edge.filter.cols() == 1 || edge.filter.cols() == rows) &&
                    (edge.filter.cols() == 1 || edge.filter.rows() == rows);
  if (!fits) {
    throw InputError(where, "filter", shape_text(edge.filter.rows(), edge.filter.cols()),
                     fmt::format("must be 1 x 1, {0} x 1 or {0} x {0}", rows));
  }
  require_finite(edge.filter, where, "filter");
  made.filter = edge.filter;
}

}  // namespace rheobase::network
