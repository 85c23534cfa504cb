#pragma once

#include <cstdint>

#include "core/field_table_fwd.hpp"
#include "core/random.hpp"

namespace rheobase::rate {

/// At which steps a rule updates: every K-th, or each step with probability 1 / K (random
/// intervals of mean K, as in full-FORCE). A function of (seed, trial, step).
struct UpdateSchedule {
  int every = 2;        ///< K, in steps; 1: at every step
  bool random = false;  ///< random intervals of mean K instead of K steps
  Seed seed = 1;        ///< of random intervals

  /// @param step  counted from the start of the trial, not of the window
  bool due(std::int64_t step, std::uint32_t trial) const;
};

/// Without the seed, which is that of the run.
const FieldTable<UpdateSchedule>& update_schedule_fields();

/// @throws InputError unless every >= 1
void validate(const UpdateSchedule& schedule);

}  // namespace rheobase::rate
