// xor: internal/two_pulses.cpp with a pause of 10 columns (50 ms).
#include "rate/tasks/internal/two_pulses.hpp"
#include "rate/tasks/task_registry.hpp"

namespace rheobase::rate {

const TaskDefinition& task_xor() {
  static const TaskDefinition definition = two_pulse_task(
      "xor", "two pulses of either sign: answer +1 where the signs agree, -1 where they differ",
      "Kim, Li & Sejnowski, PNAS 116:22811 (2019)", 10);
  return definition;
}

}  // namespace rheobase::rate
