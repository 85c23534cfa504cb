#include "rate/tasks/trials_hash.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <span>

#include "core/sha256.hpp"

namespace rheobase::rate {

namespace {

/// Sums of 64 hexadecimal digits and names, each with its length, to take one sum of.
class Digest {
 public:
  void add(const std::string& text) { text_ += std::to_string(text.size()) + ':' + text; }

  /// Sizes and values: -0 is 0, one pattern of bits for all that are not a number.
  void add(const Eigen::MatrixXd& values) {
    const Eigen::MatrixXd plain = values.unaryExpr([](double value) {
      return std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value + 0.0;
    });
    add(std::to_string(plain.rows()) + 'x' + std::to_string(plain.cols()));
    add(sha256(std::as_bytes(std::span(plain.data(), static_cast<std::size_t>(plain.size())))));
  }

  std::string sum() const { return sha256(std::as_bytes(std::span(text_))); }

 private:
  std::string text_;
};

/// Of what one trial shows and asks, without what it may have been filled up with.
std::string hash_of_signals(const Trial& trial) {
  Eigen::Index columns = trial.input.cols();
  while (columns > 0 && trial.input.col(columns - 1).isZero(0.0) &&
         trial.target.col(columns - 1).array().isNaN().all()) {
    --columns;
  }
  Digest digest;
  digest.add(trial.input.leftCols(columns));
  digest.add(trial.target.leftCols(columns));
  return digest.sum();
}

}  // namespace

std::string hash_of(const RecordedTrials& recorded) {
  Digest digest;
  for (const Trial& trial : recorded.trials) {
    digest.add(trial.input);
    digest.add(trial.target);
    digest.add(recorded.conditions.at(static_cast<std::size_t>(trial.condition)));
  }
  Eigen::MatrixXd times(1, 1);
  times << recorded.step_ms;
  if (const auto window = partial_score_window(recorded)) {
    times.conservativeResize(1, 3);
    times.rightCols(2) << window->first, window->second;
  }
  digest.add(times);
  return digest.sum();
}

int repeated_trials(const RecordedTrials& learnt, const std::vector<Trial>& tested) {
  std::set<std::string> known;
  for (std::size_t i = 0; i < learnt.trials.size(); ++i) {
    if (learnt.held_out.empty() || !learnt.held_out[i]) {
      known.insert(hash_of_signals(learnt.trials[i]));
    }
  }
  return static_cast<int>(std::ranges::count_if(
      tested, [&](const Trial& trial) { return known.contains(hash_of_signals(trial)); }));
}

}  // namespace rheobase::rate
