// McNemar's exact test of two classifiers on the same trials: with b and c the trials that only one
// of them got right, p = min(1, 2 P(X <= min(b, c))), X ~ Binomial(b + c, 1/2); b + c = 0: p = 1.
// References: McNemar, Psychometrika 12:153 (1947); Mosteller, Biometrics 8:220 (1952), exact form.
#pragma once

#include <vector>

namespace rheobase::analysis {

/// Two classifiers on the same trials.
struct McNemar {
  int both = 0;  ///< trials that both got right
  int only_first = 0;
  int only_second = 0;
  int neither = 0;
  /// Two-sided exact probability of a split at least as uneven if both are equally good:
  /// min(1, 2 P(X <= min(only_first, only_second))), X ~ Binomial(discordant trials, 1/2).
  double p_value = 1.0;
};

/// Exact test of paired proportions (McNemar, Psychometrika 12:153, 1947; exact form: Mosteller,
/// Biometrics 8:220, 1952). @throws InputError for different numbers of trials
McNemar mcnemar_test(const std::vector<bool>& first, const std::vector<bool>& second);

}  // namespace rheobase::analysis
