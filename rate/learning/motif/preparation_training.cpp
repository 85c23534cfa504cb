// The preparatory module: loops U V^T of rank P that are trained to bring any state to the origin,
// by Adam on the mean over trials of sum_{n >= 1} |r_n|^2, x_0 ~ N(0, s^2), no motif's input; then
// frozen (Logiaco & Escola 2021, appendix A.4).
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/field_table.hpp"
#include "rate/learning/internal/bptt.hpp"
#include "rate/learning/motif/internal/descent.hpp"
#include "rate/learning/motif/motif_training.hpp"
#include "rate/models/motif/internal/motif_parametrisation.hpp"

namespace rheobase::rate {

/// What a batch needs: made once, it holds no state.
struct PreparationLearner::Batch {
  Batch(const MotifLibrary& library, const PreparationOptions& options)
      : states(1 + std::max<Eigen::Index>(
                       1, std::lround(options.duration_tau / library.options.step_tau))),
        bptt(preparation_parametrisation<float>(library),
             {.steps = static_cast<std::size_t>(states),
              .batch = static_cast<std::size_t>(options.batch),
              // The mean over units and states becomes the sum.
              .l2_rates = static_cast<double>(library.units() * states),
              .threads = options.threads}),
        trials(static_cast<std::size_t>(options.batch),
               {Eigen::MatrixXd::Zero(1, states), Eigen::MatrixXd::Zero(1, states), 0}),
        starts(trials.size()) {}

  Eigen::Index states;
  Bptt<float> bptt;
  std::vector<Trial> trials;
  std::vector<Eigen::MatrixXd> starts;
};

PreparationLearner::PreparationLearner(MotifLibrary library, const PreparationOptions& options)
    : library_(std::move(library)), options_(options) {
  check(options_, preparation_fields(), "preparation options");
  validate(library_, "library");
  if (!library_.definition().preparation) {
    throw InputError("library", "architecture", fmt::format("'{}'", library_.definition().name),
                     "must be one with preparation");
  }
  // Trials are numbered in 32 bits.
  if (static_cast<double>(options_.batches) * options_.batch > kSearchTrials) {
    throw InputError("preparation options", "batches", fmt::format("{}", options_.batches),
                     fmt::format("must be at most {} with {} a batch",
                                 kSearchTrials / static_cast<std::uint32_t>(options_.batch),
                                 counted(options_.batch, "trial")));
  }
  course_ = initial_course(preparation_parameters(library_));
  batch_ = std::make_unique<Batch>(library_, options_);
}

PreparationLearner::~PreparationLearner() = default;

void PreparationLearner::advance() {
  const auto first =
      static_cast<std::uint32_t>(course_.batches_done) * static_cast<std::uint32_t>(options_.batch);
  for (std::size_t i = 0; i < batch_->starts.size(); ++i) {
    batch_->starts[i] = random_start(library_.units(), library_.options.initial_std, options_.seed,
                                     first + static_cast<std::uint32_t>(i));
  }
  batch_->bptt.run(course_.parameters, batch_->trials,
                   {.factor = library_.options.noise,
                    .seed = options_.seed,
                    .first_trial = first,
                    .added = batch_->starts},
                   abandon_);
  const DescentOptions descent{
      .rate_of = [rate = options_.learning_rate](const std::string&) { return rate; }};
  descend(batch_->bptt.blocks(), batch_->bptt.gradient(), batch_->bptt.penalty(), descent, course_);
}

std::string PreparationLearner::status() const {
  return fmt::format("batch {}, summed squared rates {:.0f}", course_.batches_done,
                     course_.losses.empty() ? 0.0 : course_.losses.back());
}

NamedArrays PreparationLearner::state() const {
  NamedArrays arrays;
  add_course(course_, "preparation", arrays);
  return arrays;
}

void PreparationLearner::restore(const NamedArrays& state) {
  course_ = course_from(state, "preparation", course_.parameters.size());
}

MotifLibrary PreparationLearner::library() const {
  MotifLibrary trained = library_;
  assign_preparation(course_.parameters, trained);
  return trained;
}

}  // namespace rheobase::rate
