#include "rate/learning/rls/update_schedule.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace rheobase::rate {

bool UpdateSchedule::due(std::int64_t step, std::uint32_t trial) const {
  if (!random) {
    return step % every == 0;
  }
  return RandomStream(seed, trial, Purpose::update_schedule, static_cast<std::uint32_t>(step))
      .coin(1.0 / every);
}

void validate(const UpdateSchedule& schedule) {
  if (schedule.every < 1) {
    throw InputError("update schedule", "every", fmt::format("{}", schedule.every),
                     "must be at least 1 step");
  }
}

}  // namespace rheobase::rate
