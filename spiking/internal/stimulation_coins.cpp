#include "spiking/internal/stimulation_coins.hpp"

#include <cmath>

#include "core/whole_number.hpp"

namespace rheobase::spiking {

StimulationCoins::StimulationCoins(const SimulationOptions& options, const ClockGrid& grid)
    : stream_(options.seed, options.trial, Purpose::stimulation) {
  if (!options.stimulation) {
    return;
  }
  const Stimulation& stimulation = *options.stimulation;
  units_ = stimulation.units;
  amplitude_mv_ = stimulation.mode == StimulationMode::excite ? 0.5 : -0.5;
  // A millionth of a step forgives the rounding of a time that lies on the grid.
  first_ = to_integer<long>(std::ceil(stimulation.start_ms / grid.dt_ms - 1e-6));
  stop_ = to_integer<long>(std::ceil(stimulation.stop_ms / grid.dt_ms - 1e-6));
}

double StimulationCoins::jump_mv() {
  return stream_.coin(0.5) ? amplitude_mv_ : 0.0;
}

}  // namespace rheobase::spiking
