#pragma once

#include "core/run_control.hpp"

namespace rheobase {

/// The control of a part of a computation: its progress, 0 to 1, is told as `from` to `to` of the
/// whole.
inline RunControl part_of(const RunControl& control, double from, double to) {
  RunControl part = control;
  if (control.report) {
    part.report = [report = control.report, from, to](const Progress& progress) {
      report({from + (to - from) * progress.fraction, progress.status});
    };
  }
  return part;
}

}  // namespace rheobase
