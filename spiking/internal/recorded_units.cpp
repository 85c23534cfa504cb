#include "spiking/internal/recorded_units.hpp"

#include <numeric>

namespace rheobase::spiking {

std::vector<Eigen::Index> recorded_units(const Recording& record, Eigen::Index units) {
  if (!record.voltage || !record.voltage_units.empty()) {
    return record.voltage ? record.voltage_units : std::vector<Eigen::Index>{};
  }
  std::vector<Eigen::Index> all(static_cast<std::size_t>(units));
  std::iota(all.begin(), all.end(), Eigen::Index{0});
  return all;
}

}  // namespace rheobase::spiking
