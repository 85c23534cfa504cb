#include "tasks/task_registry.hpp"
#include "tasks/two_pulses.hpp"

namespace rheobase {

const TaskDefinition& task_dms() {
  static const TaskDefinition definition = two_pulse_task(
      "dms", "delayed match to sample: xor with a long delay between sample and test",
      "Miyashita, Nature 335:817 (1988); task form of Kim, Li & Sejnowski, PNAS (2019)", 100);
  return definition;
}

}  // namespace rheobase
