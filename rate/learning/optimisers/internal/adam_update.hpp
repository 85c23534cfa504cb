#pragma once

#include "rate/learning/optimisers/training_rule.hpp"

namespace rheobase::rate {

/// One update of Adam (Kingma & Ba, ICLR 2015) with decoupled weight decay (Loshchilov & Hutter,
/// ICLR 2019), in the form in which epsilon is not corrected for bias (section 2 of the first):
///   w *= 1 - rate decay
///   m = b1 m + (1 - b1) g,  v = b2 v + (1 - b2) g^2
///   w -= rate sqrt(1 - b2^n) / (1 - b1^n) m / (sqrt(v) + epsilon)
/// with epsilon = 1e-8; b1 = 0.9, b2 = 0.999 unless said (TensorFlow's defaults). moments: m, v.
void adam_update(const ParameterUpdate& update, double decay);

}  // namespace rheobase::rate
