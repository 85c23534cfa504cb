#include "network/resolution_watch.hpp"

#include <fmt/format.h>

#include "core/counted.hpp"

namespace rheobase::network {

namespace {

constexpr long kShortInterval = 2;           // steps
constexpr std::uint8_t kTellingNumber = 10;  // short intervals in a row

}  // namespace

ResolutionWatch::ResolutionWatch(const Network& network) {
  for (const NetworkPopulation& population : network.populations()) {
    const std::size_t units = population.description().spikes ? population.size : 0;
    populations_.push_back({std::vector<long>(units, -kShortInterval - 1),
                            std::vector<std::uint8_t>(units, 0), 0, 0.0});
  }
}

void ResolutionWatch::spikes(long n, double time, std::size_t population,
                             std::span<const std::uint32_t> units) {
  OfPopulation& of = populations_[population];
  for (const std::uint32_t unit : units) {
    const bool brief = n - of.last[unit] <= kShortInterval;
    of.last[unit] = n;
    if (!brief) {
      of.row[unit] = of.row[unit] < kTellingNumber ? 0 : of.row[unit];
    } else if (of.row[unit] < kTellingNumber && ++of.row[unit] == kTellingNumber) {
      of.since = of.units++ == 0 ? time : of.since;
    }
  }
}

std::vector<UnresolvedSpikes> ResolutionWatch::found() const {
  std::vector<UnresolvedSpikes> found;
  for (std::size_t population = 0; population < populations_.size(); ++population) {
    const OfPopulation& of = populations_[population];
    if (of.units > 0) {
      found.push_back({population, of.units, of.since});
    }
  }
  return found;
}

std::string describe(const UnresolvedSpikes& found, const Network& network) {
  const std::string& unit = network.time_unit();
  return fmt::format(
      "population '{}': {} fired in every step or every second one, at first by time {:g}{}{}: the "
      "step, {:g}, does not resolve such spikes; a smaller one may",
      network.populations()[found.population].name, counted(found.units, "unit"), found.since,
      unit.empty() ? "" : " ", unit, network.step());
}

}  // namespace rheobase::network
