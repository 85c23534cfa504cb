// Wilson's score interval of a proportion p = successes / n, z = 1.96 (95 %):
//
//   (p + z^2 / (2 n) +- z sqrt(p (1 - p) / n + z^2 / (4 n^2))) / (1 + z^2 / n)
//
// Reference: Wilson, J Am Stat Assoc 22:209 (1927).
#pragma once

namespace rheobase {

/// A proportion with its confidence interval.
struct Proportion {
  int successes = 0;
  int trials = 0;
  double value = 0.0;  ///< successes / trials
  double low = 0.0;    ///< lower end of the 95 % interval
  double high = 1.0;   ///< upper end of the 95 % interval
};

/// 95 % score interval of a proportion (Wilson, J Am Stat Assoc 1927). trials = 0 gives [0, 1].
Proportion wilson_interval(int successes, int trials);

}  // namespace rheobase
