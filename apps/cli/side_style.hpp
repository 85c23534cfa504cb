#pragma once

#include <array>

#include "apps/report/chart.hpp"

namespace rheobase::cli {

/// Right and left trials in pictures, tables and JSON.
inline constexpr std::array kSideColours{report::kBlue, report::kRed};
inline constexpr std::array kSideLabels{"right", "left"};

}  // namespace rheobase::cli
