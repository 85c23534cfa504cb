#pragma once

#include "rate/learning/motif/motif_evaluation.hpp"
#include "rate/models/motif/linear/linear_model.hpp"

namespace rheobase::rate {

/// The measures of evaluate_motifs for the linear model: RMSE of every motif to its target from
/// `trials` random states (initial_std 1 where negative) and after every other motif, preparation
/// before each. The model has no noise. @throws InputError for a model without motifs
MotifScores evaluate_linear(const LinearModel& model, const MotifEvaluationOptions& options,
                            const RunControl& control = {});

}  // namespace rheobase::rate
