#include "network/connectivity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/elementary.hpp"
#include "core/error.hpp"

namespace rheobase::network {

namespace {

/// Asks now and then whether to stop: work counts weights or pairs.
class DrawPace {
 public:
  explicit DrawPace(const RunControl& control) : control_(control) {}

  void add(std::size_t work) {
    constexpr std::size_t kBetweenQuestions = 1U << 16U;
    work_ += work;
    if (work_ >= kBetweenQuestions) {
      work_ = 0;
      if (control_.stop_requested()) {
        throw Cancelled("stopped while weights were made");
      }
    }
  }

 private:
  const RunControl& control_;
  std::size_t work_ = 0;
};

/// A sparse matrix, filled row by row.
class RowWriter {
 public:
  struct Entry {
    Eigen::Index column = 0;
    double weight = 0.0;
  };

  RowWriter(Eigen::Index rows, Eigen::Index columns, double connections) : weights_(rows, columns) {
    weights_.reserve(static_cast<Eigen::Index>(connections));
  }

  void write(Eigen::Index row, std::vector<Entry>& entries) {
    std::ranges::sort(entries, {}, &Entry::column);
    weights_.startVec(row);
    for (const Entry& entry : entries) {
      weights_.insertBackByOuterInner(row, entry.column) = entry.weight;
    }
  }

  SparseWeights take() {
    weights_.finalize();
    return std::move(weights_);
  }

 private:
  SparseWeights weights_;
};

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
  // 0.29 * 100 is 28.999999999999996: what is whole but for rounding is whole.
  const double count = probability * columns * (1.0 + 4.0 * std::numeric_limits<double>::epsilon());
  return std::clamp(std::floor(count), 1.0, columns);
}

/// Calls visit(row, columns of its sources).
template <class Visit>
void draw_sources(Eigen::Index rows, Eigen::Index columns, double probability, RandomStream& stream,
                  const RunControl& control, Visit visit) {
  DrawPace pace(control);
  const auto count =
      static_cast<std::size_t>(source_count(probability, static_cast<double>(columns)));
  std::vector<Eigen::Index> order(static_cast<std::size_t>(columns));
  std::iota(order.begin(), order.end(), 0);
  for (Eigen::Index row = 0; row < rows; ++row) {
    pace.add(count);
    draw_to_front(order, count, stream);
    visit(row, std::span(order).first(count));
  }
}

/// Of targets spread over sources, the sum of whose Gaussians is `total`.
/// @throws InputError where nothing can be divided by it
void require_sources(Eigen::Index target, std::size_t sources, double total,
                     double standard_deviation, double cutoff) {
  if (total > 0.0) {
    return;
  }
  const std::string found =
      fmt::format("standard_deviation {:g} and cutoff {:g}", standard_deviation, cutoff);
  throw InputError(
      "connectivity", "", found,
      sources == 0
          ? fmt::format("must reach a source from every target: unit {} has none within {:g}",
                        target + 1, cutoff * standard_deviation)
          : fmt::format("must leave every target a weight: all of unit {} are 0 in double "
                        "precision, a larger standard_deviation is needed",
                        target + 1));
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
  const auto make = [=](Eigen::Index rows, Eigen::Index columns,
                        const RunControl& control) -> WeightMatrix {
    RandomStream stream(seed, 0, Purpose::initialisation, lane);
    DrawPace pace(control);
    const double scale = gain / std::sqrt(static_cast<double>(columns));
    Eigen::MatrixXd weights(rows, columns);
    for (double& weight : weights.reshaped()) {
      pace.add(1);
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
  const auto make = [=](Eigen::Index rows, Eigen::Index columns, const RunControl& control) {
    const double gain = standard_deviation * std::sqrt(static_cast<double>(columns));
    return normal_connectivity(gain, seed, lane)(rows, columns, control);
  };
  return {make, false, all_pairs};
}

ConnectivityMaker random_connectivity(double probability, double weight, bool normalised, Seed seed,
                                      std::uint32_t lane) {
  require(probability > 0.0 && probability <= 1.0, "probability", probability,
          "must lie in (0, 1]");
  require(std::isfinite(weight), "weight", weight, "must be a number");
  const auto connections = drawn_connections(probability);
  const auto make = [=](Eigen::Index rows, Eigen::Index columns,
                        const RunControl& control) -> WeightMatrix {
    RandomStream stream(seed, 0, Purpose::initialisation, lane);
    RowWriter writer(rows, columns,
                     connections(static_cast<double>(rows), static_cast<double>(columns)));
    std::vector<RowWriter::Entry> entries;
    draw_sources(rows, columns, probability, stream, control, [&](Eigen::Index row, auto sources) {
      const double each = normalised ? weight / static_cast<double>(sources.size()) : weight;
      entries.clear();
      for (const Eigen::Index column : sources) {
        entries.push_back({column, each});
      }
      writer.write(row, entries);
    });
    return writer.take();
  };
  return {make, true, connections};
}

ConnectivityMaker random_input_connectivity(double probability, double standard_deviation,
                                            bool balanced, Seed seed, std::uint32_t lane) {
  require(probability > 0.0 && probability <= 1.0, "probability", probability,
          "must lie in (0, 1]");
  require(standard_deviation >= 0.0, "standard deviation", standard_deviation,
          "must not be negative");
  const auto connections = drawn_connections(probability);
  const auto make = [=](Eigen::Index rows, Eigen::Index columns,
                        const RunControl& control) -> WeightMatrix {
    RandomStream stream(seed, 0, Purpose::initialisation, lane);
    RowWriter writer(rows, columns,
                     connections(static_cast<double>(rows), static_cast<double>(columns)));
    std::vector<RowWriter::Entry> entries;
    draw_sources(rows, columns, probability, stream, control, [&](Eigen::Index row, auto sources) {
      std::vector<double> weights(sources.size());
      std::ranges::generate(weights, [&] { return standard_deviation * stream.normal(); });
      const double mean = std::accumulate(weights.begin(), weights.end(), 0.0) /
                          static_cast<double>(weights.size());
      entries.clear();
      for (std::size_t k = 0; k < weights.size(); ++k) {
        entries.push_back({sources[k], weights[k] - (balanced ? mean : 0.0)});
      }
      writer.write(row, entries);
    });
    return writer.take();
  };
  return {make, true, connections};
}

ConnectivityMaker gaussian_connectivity(double weight, double standard_deviation, bool ring,
                                        double cutoff) {
  require(std::isfinite(weight), "weight", weight, "must be a number");
  require(standard_deviation > 0.0, "standard deviation", standard_deviation, "must be positive");
  require(cutoff > 0.0, "cutoff", cutoff, "must be positive");
  const auto connections = [=](double rows, double columns) {
    return rows * std::min(columns, 1.0 + std::floor(2.0 * cutoff * standard_deviation));
  };
  const auto make = [=](Eigen::Index rows, Eigen::Index columns,
                        const RunControl& control) -> WeightMatrix {
    const auto length = static_cast<double>(columns);
    DrawPace pace(control);
    RowWriter writer(rows, columns, connections(static_cast<double>(rows), length));
    std::vector<RowWriter::Entry> entries;
    for (Eigen::Index row = 0; row < rows; ++row) {
      const double place =
          (static_cast<double>(row) + 0.5) * length / static_cast<double>(rows) - 0.5;
      entries.clear();
      pace.add(static_cast<std::size_t>(columns));
      double total = 0.0;
      for (Eigen::Index column = 0; column < columns; ++column) {
        const double along = std::abs(static_cast<double>(column) - place);
        const double distance = (ring ? std::min(along, length - along) : along);
        if (distance <= cutoff * standard_deviation) {
          const double z = distance / standard_deviation;
          entries.push_back({column, elementary::exp(-0.5 * z * z)});
          total += entries.back().weight;
        }
      }
      require_sources(row, entries.size(), total, standard_deviation, cutoff);
      for (RowWriter::Entry& entry : entries) {
        entry.weight = weight * entry.weight / total;
      }
      writer.write(row, entries);
    }
    return writer.take();
  };
  return {make, true, connections};
}

}  // namespace rheobase::network
