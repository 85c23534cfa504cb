#include "core/analysis/moving_average.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"

namespace rheobase::analysis {

Eigen::VectorXd moving_average(const Eigen::Ref<const Eigen::VectorXd>& signal, Eigen::Index span) {
  const Eigen::Index n = signal.size();
  if (span < 1 || span > n) {
    throw InputError("moving average", "span", fmt::format("{}", span),
                     fmt::format("must be between 1 and the {}", counted(n, "sample")));
  }
  const Eigen::Index half = (span - 1) / 2;
  Eigen::VectorXd smooth(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const Eigen::Index reach = std::min({half, i, n - 1 - i});
    smooth[i] = signal.segment(i - reach, 2 * reach + 1).mean();
  }
  return smooth;
}

}  // namespace rheobase::analysis
