// How a state vector is cut into packs, for one trial and for a panel; for kernel files only.
#pragma once

#include "core/simd/pack.hpp"

namespace rheobase::rate::RHEOBASE_SIMD {

using namespace rheobase::RHEOBASE_SIMD;

/// Elements are packs of units for one trial, single units (a pack of trials each) for a panel.
template <class R, bool kPanelOfTrials>
struct Layout {
  using Real = R;
  static constexpr bool panel = kPanelOfTrials;
  static constexpr std::size_t lanes = Pack<Real>::lanes;

  /// A constant of the units, for all trials.
  RHEOBASE_INLINE static Pack<Real> of_units(const Real* values, std::size_t element) {
    return panel ? Pack<Real>::all(values[element]) : Pack<Real>::load(values + element * lanes);
  }
  /// A signal of the trials, for all units.
  RHEOBASE_INLINE static Pack<Real> of_trials(const Real* values, std::size_t index) {
    return panel ? Pack<Real>::load(values + index * lanes) : Pack<Real>::all(values[index]);
  }
};

}  // namespace rheobase::rate::RHEOBASE_SIMD
