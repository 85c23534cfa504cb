#include "rate/learning/motif/linear_evaluation.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/parallel.hpp"

namespace rheobase::rate {

namespace {

constexpr std::uint32_t kLinearTrialsOfMotif = 1000;

/// Mean squared error of every trial to the motif's target.
Eigen::VectorXd linear_squares(const LinearModel& model, std::size_t motif,
                               const LinearTrials& trials) {
  const Eigen::VectorXd& wanted = model.motifs[motif].target.samples;
  return (trials.y.bottomRows(wanted.size()).colwise() - wanted).colwise().squaredNorm() /
         static_cast<double>(wanted.size());
}

/// The states that all motifs but one ended in.
Eigen::MatrixXd without_column(const Eigen::MatrixXd& ends, Eigen::Index left_out) {
  Eigen::MatrixXd others(ends.rows(), ends.cols() - 1);
  others << ends.leftCols(left_out), ends.rightCols(ends.cols() - 1 - left_out);
  return others;
}

}  // namespace

MotifScores evaluate_linear(const LinearModel& model, const MotifEvaluationOptions& options,
                            const RunControl& control) {
  const std::size_t count = model.motifs.size();
  if (count == 0) {
    throw InputError("linear model", "motifs", "none", "must have a motif or more");
  }
  if (options.trials < 1 || options.trials > static_cast<int>(kLinearTrialsOfMotif)) {
    throw InputError("motif evaluation", "trials", fmt::format("{}", options.trials),
                     fmt::format("must be 1 to {}", kLinearTrialsOfMotif));
  }
  const auto size = static_cast<Eigen::Index>(count);
  const double spread = options.initial_std >= 0.0 ? options.initial_std : 1.0;
  MotifScores scores;
  scores.random.resize(size);
  scores.others = Eigen::VectorXd::Constant(size, std::nan(""));
  scores.pair = Eigen::MatrixXd::Constant(size, size, std::nan(""));
  scores.end_states.resize(model.a.rows(), size);
  parallel_for(
      count, options.threads,
      [&](std::size_t k) {
        Eigen::MatrixXd starts(model.a.rows(), options.trials);
        for (int i = 0; i < options.trials; ++i) {
          starts.col(i) = random_start(
              model.a.rows(), spread, options.seed,
              static_cast<std::uint32_t>(k) * kLinearTrialsOfMotif + static_cast<std::uint32_t>(i));
        }
        const LinearTrials trials = play_linear_motif(model, k, starts);
        const auto at = static_cast<Eigen::Index>(k);
        scores.random[at] = std::sqrt(linear_squares(model, k, trials).mean());
        scores.end_states.col(at) = trials.end.col(0);
      },
      control);
  if (count > 1) {
    parallel_for(
        count, options.threads,
        [&](std::size_t k) {
          const auto at = static_cast<Eigen::Index>(k);
          const Eigen::VectorXd squares = linear_squares(
              model, k, play_linear_motif(model, k, without_column(scores.end_states, at)));
          scores.others[at] = std::sqrt(squares.mean());
          for (Eigen::Index first = 0, i = 0; first < size; ++first) {
            if (first != at) {
              scores.pair(first, at) = std::sqrt(squares[i++]);
            }
          }
        },
        control);
    scores.difference =
        analysis::signed_rank_test({scores.random.data(), count}, {scores.others.data(), count});
  }
  const Eigen::ArrayXXd ended = scores.end_states.array();
  scores.end_std = std::sqrt((ended - ended.mean()).square().mean());
  return scores;
}

}  // namespace rheobase::rate
