#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "network/network.hpp"

namespace rheobase::network {

/// Units of a population that fired in every step or every second one for a while: not their
/// equations but the step says when.
struct UnresolvedSpikes {
  std::size_t population = 0;
  std::size_t units = 0;
  double since = 0.0;  ///< the first of them
};

/// Finds them while a network runs in fixed steps.
class ResolutionWatch {
 public:
  explicit ResolutionWatch(const Network& network);

  /// The units that spike in step n of the run.
  void spikes(long n, double time, std::size_t population, std::span<const std::uint32_t> units);
  /// Populations with such units.
  std::vector<UnresolvedSpikes> found() const;

 private:
  struct OfPopulation {
    std::vector<long> last;         ///< step of the last spike, by unit
    std::vector<std::uint8_t> row;  ///< short intervals in a row, by unit
    std::size_t units = 0;
    double since = 0.0;
  };

  std::vector<OfPopulation> populations_;
};

/// "population 'p': 3 units fire in every second step ..."
std::string describe(const UnresolvedSpikes& found, const Network& network);

}  // namespace rheobase::network
