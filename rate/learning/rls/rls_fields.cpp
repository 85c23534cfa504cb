#include <array>

#include "core/field_table.hpp"
#include "rate/learning/rls/rls.hpp"
#include "rate/learning/rls/update_schedule.hpp"

namespace rheobase::rate {

const FieldTable<RlsOptions>& rls_fields() {
  using R = RlsOptions;
  static constexpr std::array<Word<RlsGain>, 2> gains{
      {{RlsGain::rls, "rls"}, {RlsGain::updated_p, "updated-p"}}};
  static const FieldTable<R> table{
      field("delta", &R::delta, {.low = 0.0, .high = 1e30, .above_low = true},
            {.option = "--delta",
             .label = "delta",
             .help = "P starts as I / delta, the penalty of the equivalent ridge regression"}),
      field("forgetting", &R::forgetting, {.low = 0.0, .high = 1.0, .above_low = true},
            {.option = "--forgetting",
             .label = "forgetting factor",
             .help = "Weight of the past, a factor per update; 1: nothing is forgotten"}),
      field("rls_gain", &R::gain, gains,
            {.option = "--rls-gain",
             .label = "gain of the update",
             .help = "Step of an update: rls, k / (1 + q), or updated-p, k / (1 + 2 q), as of "
                     "programs that use P after its update"}),
  };
  return table;
}

const FieldTable<UpdateSchedule>& update_schedule_fields() {
  using S = UpdateSchedule;
  static const FieldTable<S> table{
      field("update_every", &S::every, {1.0, 1e6},
            {.option = "--update-every",
             .unit = "steps",
             .label = "steps between updates",
             .help = "Steps from one update to the next, counted from the start of the trial"}),
      field("random_updates", &S::random,
            {.option = "--random-updates",
             .label = "updates at random intervals",
             .help = "Updates at random intervals with --update-every as their mean",
             .flag = true}),
  };
  return table;
}

}  // namespace rheobase::rate
