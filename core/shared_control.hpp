#pragma once

#include "core/run_control.hpp"

namespace rheobase {

/// A control that every thread may ask whether to stop: the calling one asks `control`, all others
/// are told what it heard last. There are no reports.
RunControl for_all_threads(const RunControl& control);

}  // namespace rheobase
