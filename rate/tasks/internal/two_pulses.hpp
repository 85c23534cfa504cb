#pragma once

#include "rate/tasks/task.hpp"

namespace rheobase::rate {

/// Two signed pulses with a pause between them; answer +1 where the signs agree, -1 where they
/// differ. `xor` and `dms` (delayed match to sample) differ in the pause alone.
/// @param delay_steps  default of the parameter `delay`
TaskDefinition two_pulse_task(std::string name, std::string help, std::string citation,
                              int delay_steps);

}  // namespace rheobase::rate
