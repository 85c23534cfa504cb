#include "rate/dynamics/lesion.hpp"

#include <cmath>
#include <utility>

#include "rate/dynamics/unit_type.hpp"

namespace rheobase::rate {

namespace {

/// A stream of artificial stimulation that no engine draws from.
constexpr std::uint32_t kLesionLane = 0x4C455349U;

}  // namespace

std::optional<std::vector<Eigen::Index>> units_of_type(std::string_view word,
                                                       const RateNetwork& network) {
  if (word != "exc" && word != "inh" && word != "som" && word != "all") {
    return std::nullopt;
  }
  const auto belongs = [word](UnitType type) {
    return word == "all" || (word == "exc" && type == UnitType::excitatory) ||
           (word == "inh" && type == UnitType::inhibitory) ||
           (word != "exc" && type == UnitType::som);
  };
  const std::vector<UnitType> types = unit_types(network);
  std::vector<Eigen::Index> units;
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (belongs(types[i])) {
      units.push_back(static_cast<Eigen::Index>(i));
    }
  }
  return units;
}

template <class T>
std::vector<T> random_part(std::vector<T> all, double fraction, Seed seed) {
  RandomStream stream(seed, 0, Purpose::stimulation, kLesionLane);
  const auto wanted =
      static_cast<std::size_t>(std::llround(fraction * static_cast<double>(all.size())));
  for (std::size_t i = 0; i < wanted && i + 1 < all.size(); ++i) {
    const std::size_t other = i + stream.below(static_cast<std::uint32_t>(all.size() - i));
    std::swap(all[i], all[other]);
  }
  all.resize(std::min(wanted, all.size()));
  return all;
}

template std::vector<Eigen::Index> random_part(std::vector<Eigen::Index>, double, Seed);
template std::vector<std::pair<Eigen::Index, Eigen::Index>> random_part(
    std::vector<std::pair<Eigen::Index, Eigen::Index>>, double, Seed);

void remove_units(RateNetwork& network, std::span<const Eigen::Index> units) {
  const bool initial = network.w_initial.size() > 0;
  for (const Eigen::Index unit : units) {
    network.w.row(unit).setZero();
    network.w.col(unit).setZero();
    if (initial) {
      network.w_initial.row(unit).setZero();
      network.w_initial.col(unit).setZero();
    }
    network.w_in.row(unit).setZero();
    network.w_out.col(unit).setZero();
    network.bias[unit] = 0.0;
    for (LowRankLoop& loop : network.loops) {
      loop.u.row(unit).setZero();
      loop.v.row(unit).setZero();
    }
  }
}

Eigen::Index remove_connections(RateNetwork& network, std::span<const Eigen::Index> sources,
                                std::span<const Eigen::Index> targets, double fraction, Seed seed) {
  std::vector<std::pair<Eigen::Index, Eigen::Index>> connections;
  for (const Eigen::Index source : sources) {
    for (const Eigen::Index target : targets) {
      if (network.w(target, source) != 0.0) {
        connections.emplace_back(target, source);
      }
    }
  }
  const auto removed = random_part(std::move(connections), fraction, seed);
  for (const auto& [target, source] : removed) {
    network.w(target, source) = 0.0;
    if (network.w_initial.size() > 0) {
      network.w_initial(target, source) = 0.0;
    }
  }
  return static_cast<Eigen::Index>(removed.size());
}

void add_drive_input(RateNetwork& network, std::span<const Eigen::Index> units) {
  const Eigen::Index inputs = network.inputs();
  network.w_in.conservativeResize(Eigen::NoChange, inputs + 1);
  network.w_in.col(inputs).setZero();
  for (const Eigen::Index unit : units) {
    network.w_in(unit, inputs) = 1.0;
  }
}

}  // namespace rheobase::rate
