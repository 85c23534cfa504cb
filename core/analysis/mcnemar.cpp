#include "core/analysis/mcnemar.hpp"

#include <algorithm>

#include <boost/math/distributions/binomial.hpp>
#include <fmt/format.h>

#include "core/error.hpp"

namespace rheobase::analysis {

McNemar mcnemar_test(const std::vector<bool>& first, const std::vector<bool>& second) {
  if (first.size() != second.size()) {
    throw InputError("McNemar's test", "trials",
                     fmt::format("{} and {}", first.size(), second.size()),
                     "must be the same trials");
  }
  McNemar result;
  for (std::size_t k = 0; k < first.size(); ++k) {
    int& cell = first[k] ? (second[k] ? result.both : result.only_first)
                         : (second[k] ? result.only_second : result.neither);
    ++cell;
  }
  const int discordant = result.only_first + result.only_second;
  if (discordant > 0) {
    const boost::math::binomial fair(discordant, 0.5);
    const int smaller = std::min(result.only_first, result.only_second);
    result.p_value = std::min(1.0, 2.0 * boost::math::cdf(fair, smaller));
  }
  return result;
}

}  // namespace rheobase::analysis
