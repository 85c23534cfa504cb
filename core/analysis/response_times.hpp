// Times of a sampled response s_k at t_k, step h:
//
//   onset  first t at which s reaches a level, linear between samples; none where s begins beyond
//   peak   the extreme sample s_k moved to the vertex of the parabola through its neighbourhood:
//          t_k + delta h, s_k - (s_{k-1} - s_{k+1}) delta / 4,
//          delta = (s_{k-1} - s_{k+1}) / (2 (s_{k-1} - 2 s_k + s_{k+1}))
#pragma once

#include <optional>

#include "core/sampled_signal.hpp"

namespace rheobase::analysis {

/// First time at or after `from_ms` at which the signal reaches `level`, interpolated linearly
/// between samples: upwards for level > 0, downwards for level < 0. Nothing where it is never
/// reached, nor where the signal is beyond the level at `from_ms` already.
/// @throws InputError for a level of 0 or not finite
std::optional<double> onset_time_ms(const SampledSignal& signal, double from_ms, double level);

/// An extreme value and when it is reached.
struct Peak {
  double time_ms = 0.0;
  double value = 0.0;
};

/// Maximum (positive = true) or minimum at or after `from_ms`, refined by the parabola through it
/// and its neighbours; the first of equals. Nothing where no sample lies there.
std::optional<Peak> peak_of(const SampledSignal& signal, double from_ms, bool positive = true);

}  // namespace rheobase::analysis
