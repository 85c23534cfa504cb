// dms, delayed match to sample: internal/two_pulses.cpp with a pause of 100 columns (500 ms).
#include "rate/tasks/internal/two_pulses.hpp"
#include "rate/tasks/task_registry.hpp"

namespace rheobase::rate {

const TaskDefinition& task_dms() {
  static const TaskDefinition definition = two_pulse_task(
      "dms", "delayed match to sample: xor with a long delay between sample and test",
      "Miyashita, Nature 335:817 (1988); task form of Kim, Li & Sejnowski, PNAS (2019)", 100);
  return definition;
}

}  // namespace rheobase::rate
