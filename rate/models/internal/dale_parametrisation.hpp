#pragma once

#include <memory>

#include "rate/dynamics/internal/parametrisation.hpp"
#include "rate/models/dale_model.hpp"

namespace rheobase::rate {

/// Blocks of a Dale model's trained numbers: w (N x N), w_out (N x outputs), b_out (outputs),
/// taus_gaus (N) where time constants are trained, w_in (N x inputs) where input weights are.
ParameterBlocks dale_blocks(const DaleModel& model);

/// The trained quantities of a model as one vector.
template <class Real>
std::vector<Real> parameters_of(const DaleModel& model);

/// Writes a parameter vector back into the model it was made from, but for `frozen` blocks: those
/// keep the double precision in which they were read.
void assign_parameters(std::span<const float> parameters, DaleModel& model,
                       std::span<const ParameterBlock> frozen = {});

template <class Real>
std::unique_ptr<const Parametrisation<Real>> dale_parametrisation(const DaleModel& model);

}  // namespace rheobase::rate
