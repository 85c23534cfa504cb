#include "rate/tasks/trials_hash.hpp"

#include <cmath>
#include <limits>
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
  if (recorded.score_window_ms) {
    times.conservativeResize(1, 3);
    times.rightCols(2) << recorded.score_window_ms->first, recorded.score_window_ms->second;
  }
  digest.add(times);
  return digest.sum();
}

}  // namespace rheobase::rate
