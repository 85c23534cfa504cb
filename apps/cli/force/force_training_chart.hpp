#pragma once

#include "apps/report/chart.hpp"
#include "io/mat/force_file.hpp"

namespace rheobase::cli {

/// pVar over the iterations and the rates of some units with their targets.
/// @param rates  of each side from x = 0, N x steps
report::Chart force_training_chart(const io::ForceFile& file,
                                   const std::vector<Eigen::MatrixXd>& rates);

}  // namespace rheobase::cli
