#include "network/connectivity.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"

namespace rheobase::network {

namespace {

using Entries = std::vector<Eigen::Triplet<double>>;

SparseWeights assemble(Eigen::Index rows, Eigen::Index columns, const Entries& entries) {
  SparseWeights weights(rows, columns);
  weights.setFromTriplets(entries.begin(), entries.end());
  return weights;
}

void require(bool good, const char* field, double found, const char* required) {
  if (!good) {
    throw InputError("connectivity", field, fmt::format("{}", found), required);
  }
}

/// Draws `count` of the first `order.size()` numbers to the front of `order` (Fisher & Yates).
void draw_to_front(std::vector<Eigen::Index>& order, std::size_t count, RandomStream& stream) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto rest = static_cast<std::uint32_t>(order.size() - i);
    std::swap(order[i], order[i + stream.below(rest)]);
  }
}

/// Sources of every target.
double source_count(double probability, double columns) {
  return std::max(1.0, std::floor(probability * columns));
}

/// Calls visit(row, columns of its sources).
template <class Visit>
void draw_sources(Eigen::Index rows, Eigen::Index columns, double probability, RandomStream& stream,
                  Visit visit) {
  const auto count =
      static_cast<std::size_t>(source_count(probability, static_cast<double>(columns)));
  std::vector<Eigen::Index> order(static_cast<std::size_t>(columns));
  std::iota(order.begin(), order.end(), 0);
  for (Eigen::Index row = 0; row < rows; ++row) {
    draw_to_front(order, count, stream);
    visit(row, std::span(order).first(count));
  }
}

double all_pairs(double rows, double columns) {
  return rows * columns;
}

/// For makers that draw the sources of every target.
auto drawn_connections(double probability) {
  return [=](double rows, double columns) { return rows * source_count(probability, columns); };
}

}  // namespace

ConnectivityMaker normal_connectivity(double gain, Seed seed, std::uint32_t lane) {
  require(std::isfinite(gain), "gain", gain, "must be a number");
  const auto make = [=](Eigen::Index rows, Eigen::Index columns) -> WeightMatrix {
    RandomStream stream(seed, 0, Purpose::initialisation, lane);
    const double scale = gain / std::sqrt(static_cast<double>(columns));
    Eigen::MatrixXd weights(rows, columns);
    for (double& weight : weights.reshaped()) {
      weight = scale * stream.normal();
    }
    return weights;
  };
  return {make, false, all_pairs};
}

ConnectivityMaker independent_normal_connectivity(double standard_deviation, Seed seed,
                                                  std::uint32_t lane) {
  require(std::isfinite(standard_deviation) && standard_deviation >= 0.0, "standard deviation",
          standard_deviation, "must be a number that is not negative");
  const auto make = [=](Eigen::Index rows, Eigen::Index columns) {
    const double gain = standard_deviation * std::sqrt(static_cast<double>(columns));
    return normal_connectivity(gain, seed, lane)(rows, columns);
  };
  return {make, false, all_pairs};
}

ConnectivityMaker random_connectivity(double probability, double weight, bool normalised, Seed seed,
                                      std::uint32_t lane) {
  require(probability > 0.0 && probability <= 1.0, "probability", probability,
          "must lie in (0, 1]");
  require(std::isfinite(weight), "weight", weight, "must be a number");
  const auto make = [=](Eigen::Index rows, Eigen::Index columns) -> WeightMatrix {
    RandomStream stream(seed, 0, Purpose::initialisation, lane);
    Entries entries;
    draw_sources(rows, columns, probability, stream, [&](Eigen::Index row, auto sources) {
      const double each = normalised ? weight / static_cast<double>(sources.size()) : weight;
      for (const Eigen::Index column : sources) {
        entries.emplace_back(row, column, each);
      }
    });
    return assemble(rows, columns, entries);
  };
  return {make, true, drawn_connections(probability)};
}

ConnectivityMaker random_input_connectivity(double probability, double standard_deviation,
                                            bool balanced, Seed seed, std::uint32_t lane) {
  require(probability > 0.0 && probability <= 1.0, "probability", probability,
          "must lie in (0, 1]");
  require(standard_deviation >= 0.0, "standard deviation", standard_deviation,
          "must not be negative");
  const auto make = [=](Eigen::Index rows, Eigen::Index columns) -> WeightMatrix {
    RandomStream stream(seed, 0, Purpose::initialisation, lane);
    Entries entries;
    draw_sources(rows, columns, probability, stream, [&](Eigen::Index row, auto sources) {
      std::vector<double> weights(sources.size());
      std::ranges::generate(weights, [&] { return standard_deviation * stream.normal(); });
      const double mean = std::accumulate(weights.begin(), weights.end(), 0.0) /
                          static_cast<double>(weights.size());
      for (std::size_t k = 0; k < weights.size(); ++k) {
        entries.emplace_back(row, sources[k], weights[k] - (balanced ? mean : 0.0));
      }
    });
    return assemble(rows, columns, entries);
  };
  return {make, true, drawn_connections(probability)};
}

ConnectivityMaker gaussian_connectivity(double weight, double standard_deviation, bool ring,
                                        double cutoff) {
  require(std::isfinite(weight), "weight", weight, "must be a number");
  require(standard_deviation > 0.0, "standard deviation", standard_deviation, "must be positive");
  require(cutoff > 0.0, "cutoff", cutoff, "must be positive");
  const auto make = [=](Eigen::Index rows, Eigen::Index columns) -> WeightMatrix {
    const auto length = static_cast<double>(columns);
    Entries entries;
    for (Eigen::Index row = 0; row < rows; ++row) {
      const double place =
          (static_cast<double>(row) + 0.5) * length / static_cast<double>(rows) - 0.5;
      const std::size_t first = entries.size();
      double total = 0.0;
      for (Eigen::Index column = 0; column < columns; ++column) {
        const double along = std::abs(static_cast<double>(column) - place);
        const double distance = (ring ? std::min(along, length - along) : along);
        if (distance <= cutoff * standard_deviation) {
          const double z = distance / standard_deviation;
          entries.emplace_back(row, column, std::exp(-0.5 * z * z));
          total += entries.back().value();
        }
      }
      for (std::size_t k = first; k < entries.size(); ++k) {
        entries[k] = {static_cast<int>(entries[k].row()), static_cast<int>(entries[k].col()),
                      weight * entries[k].value() / total};
      }
    }
    return assemble(rows, columns, entries);
  };
  return {make, true, [=](double rows, double columns) {
            return rows * std::min(columns, 1.0 + std::floor(2.0 * cutoff * standard_deviation));
          }};
}

}  // namespace rheobase::network
