// The preparatory module: loops U V^T of rank P that are trained to bring any state to the origin,
// by Adam on the mean over trials of sum_{n >= 1} |r_n|^2, x_0 ~ N(0, s^2), no motif's input; then
// frozen (Logiaco & Escola 2021, appendix A.4).
#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/field_table.hpp"
#include "rate/learning/internal/bptt.hpp"
#include "rate/learning/motif/internal/descent.hpp"
#include "rate/learning/motif/motif_training.hpp"
#include "rate/models/motif/internal/motif_parametrisation.hpp"

namespace rheobase::rate {

namespace {

using PreparationClock = std::chrono::steady_clock;
constexpr int kBatchesPerReport = 5;
constexpr double kPreparationCheckpointSeconds = 60.0;

void require_preparation(const MotifLibrary& library) {
  if (!library.definition().preparation) {
    throw InputError("library", "architecture", fmt::format("'{}'", library.definition().name),
                     "must be one with preparation");
  }
}

}  // namespace

PreparationState initial_preparation(const MotifLibrary& library) {
  require_preparation(library);
  return {library, initial_course(preparation_parameters(library))};
}

PreparationResult train_preparation(
    PreparationState state, const PreparationOptions& options, const RunControl& control,
    const std::function<void(const PreparationState&)>& checkpoint) {
  check(options, preparation_fields(), "preparation options");
  validate(state.library, "library");
  require_preparation(state.library);
  check_course(state.course, preparation_parameters(state.library).size(), "preparation state");
  const auto start = PreparationClock::now();
  auto saved = start;
  const Eigen::Index states =
      1 +
      std::max<Eigen::Index>(1, std::lround(options.duration_tau / state.library.options.step_tau));
  Bptt<float> bptt(preparation_parametrisation<float>(state.library),
                   {.steps = static_cast<std::size_t>(states),
                    .batch = static_cast<std::size_t>(options.batch),
                    // The mean over units and states becomes the sum.
                    .l2_rates = static_cast<double>(state.library.units() * states),
                    .threads = options.threads});
  const Trial silence{Eigen::MatrixXd::Zero(1, states), Eigen::MatrixXd::Zero(1, states), 0};
  const std::vector<Trial> trials(static_cast<std::size_t>(options.batch), silence);
  std::vector<Eigen::MatrixXd> starts(trials.size());
  const DescentOptions descent{
      .rate_of = [rate = options.learning_rate](const std::string&) { return rate; }};
  const auto save = [&] {
    assign_preparation(state.course.parameters, state.library);
    if (checkpoint) {
      checkpoint(state);
    }
    saved = PreparationClock::now();
  };
  PreparationResult result;
  while (state.course.batches_done < options.batches) {
    if (control.stop_requested()) {
      result.outcome = MotifOutcome::cancelled;
      save();
      break;
    }
    const auto first = static_cast<std::uint32_t>(state.course.batches_done) *
                       static_cast<std::uint32_t>(options.batch);
    for (std::size_t i = 0; i < starts.size(); ++i) {
      starts[i] = random_start(state.library.units(), state.library.options.initial_std,
                               options.seed, first + static_cast<std::uint32_t>(i));
    }
    bptt.run(state.course.parameters, trials,
             {.factor = state.library.options.noise,
              .seed = options.seed,
              .first_trial = first,
              .added = starts});
    descend(bptt.blocks(), bptt.gradient(), bptt.penalty(), descent, state.course);
    if (state.course.batches_done % kBatchesPerReport == 0) {
      control.progress(static_cast<double>(state.course.batches_done) / options.batches,
                       fmt::format("batch {}, summed squared rates {:.0f}",
                                   state.course.batches_done, state.course.losses.back()));
    }
    if (std::chrono::duration<double>(PreparationClock::now() - saved).count() >
        kPreparationCheckpointSeconds) {
      save();
    }
  }
  assign_preparation(state.course.parameters, state.library);
  state.course.finished = state.course.batches_done >= options.batches;
  result.state = std::move(state);
  result.seconds = std::chrono::duration<double>(PreparationClock::now() - start).count();
  return result;
}

}  // namespace rheobase::rate
