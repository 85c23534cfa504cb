#include "network/fit/ridge.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/analysis/linear_solve.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/field_table.hpp"
#include "core/memory.hpp"
#include "network/fit/fit_score.hpp"
#include "network/run.hpp"

namespace rheobase::network {

Eigen::MatrixXd ridge_weights(const Eigen::MatrixXd& x, const Eigen::MatrixXd& y, double alpha) {
  if (x.cols() != y.cols() || x.size() == 0) {
    throw InputError("ridge", "targets", counted(y.cols(), "sample"),
                     fmt::format("must be as many as there are states, {}", x.cols()));
  }
  if (!(alpha > 0.0)) {
    throw InputError("ridge", "alpha", fmt::format("{}", alpha), "must be positive");
  }
  Eigen::MatrixXd correlation = x * x.transpose();
  correlation.diagonal().array() += alpha;
  return analysis::solve_positive_definite(correlation, x * y.transpose()).transpose();
}

namespace {

/// What the source did in a trial (N x samples) and the targets of the same times.
struct RidgeSamples {
  Eigen::MatrixXd x, y;
};

RidgeSamples samples_of(const Network& network, NetworkState& state, const Eigen::MatrixXd& inputs,
                        const Eigen::MatrixXd& targets, const RidgeOptions& options,
                        std::uint32_t trial, const RunControl& control) {
  const auto steps = static_cast<long>(targets.rows());
  Observer observer = run(network, state, inputs,
                          {.steps = steps,
                           .sampling = options.sampling,
                           .cutoff = options.cutoff,
                           .probes = {{.signal = options.source}},
                           .seed = options.seed,
                           .trial = trial,
                           .origin = state.step},
                          control);
  RidgeSamples samples{std::move(observer.recordings.front().values), {}};
  const long first = SampleGrid{steps, options.sampling, options.cutoff}.first();
  samples.y.resize(targets.cols(), samples.x.cols());
  for (Eigen::Index k = 0; k < samples.x.cols(); ++k) {
    samples.y.col(k) = targets.row(first + k * options.sampling).transpose();
  }
  return samples;
}

void append(Eigen::MatrixXd& to, const Eigen::MatrixXd& columns) {
  to.conservativeResize(columns.rows(), to.cols() + columns.cols());
  to.rightCols(columns.cols()) = columns;
}

}  // namespace

const FieldTable<RidgeOptions>& ridge_fields() {
  using R = RidgeOptions;
  static const FieldTable<R> table{
      field("alpha", &R::alpha, kPositive,
            {.label = "alpha", .help = "Penalty of the squared weights"}),
      field("sampling", &R::sampling, kCount,
            {.help = "Steps between the samples that are fitted"}),
      field("cutoff", &R::cutoff, kNonNegative,
            {.help = "Steps at the beginning of a trial that are left out"}),
      field("continuing", &R::continuing,
            {.help = "The state goes on from trial to trial; otherwise each begins where the "
                     "first one did"}),
  };
  return table;
}

RidgeFit fit_ridge(Network& network, NetworkState& state,
                   const std::vector<Eigen::MatrixXd>& inputs,
                   const std::vector<Eigen::MatrixXd>& targets, const RidgeOptions& options,
                   const RunControl& control) {
  check(options, ridge_fields(), "ridge");
  if (inputs.size() != targets.size() || targets.empty()) {
    throw InputError("ridge", "targets", counted(targets.size(), "trial"),
                     fmt::format("must be as many as there are of inputs, {}", inputs.size()));
  }
  const auto sources =
      static_cast<double>(network.signal_size(network.signal(options.source, "record")));
  require_memory(sizeof(double) * sources * sources, "fit", "source",
                 fmt::format("{:g} units", sources),
                 "X X' has a number for every pair of units: fewer of them take less");
  const NetworkState start = state;
  Eigen::MatrixXd x, y;
  for (std::size_t trial = 0; trial < targets.size(); ++trial) {
    if (targets[trial].rows() == 0 || targets[trial].cols() != targets[0].cols() ||
        !targets[trial].allFinite()) {
      throw InputError("ridge", "targets",
                       fmt::format("{} x {}", targets[trial].rows(), targets[trial].cols()),
                       "must be T x outputs finite numbers");
    }
    const auto steps = static_cast<long>(targets[trial].rows());
    if (SampleGrid{steps, options.sampling, options.cutoff}.count() == 0) {
      throw InputError("ridge", "cutoff", counted(options.cutoff, "step"),
                       fmt::format("must leave a sample of a trial of {}, one every {}",
                                   counted(steps, "step"), counted(options.sampling, "step")));
    }
    if (!options.continuing) {
      state = start;
    }
    const RidgeSamples samples =
        samples_of(network, state, inputs[trial], targets[trial], options,
                   options.trial + static_cast<std::uint32_t>(trial), control);
    append(x, samples.x);
    append(y, samples.y);
  }
  RidgeFit fit;
  fit.weights = ridge_weights(x, y, options.alpha);
  fit.prediction = fit.weights * x;
  fit.loss = (fit.prediction - y).squaredNorm() / static_cast<double>(y.size());
  if (!std::isfinite(fit.loss)) {
    throw NonFiniteError("loss of the ridge regression", "its end", -1);
  }
  FitScore score(y.rows());
  for (Eigen::Index k = 0; k < y.cols(); ++k) {
    score.add(fit.prediction.col(k), y.col(k));
  }
  fit.r_squared = score.r_squared();
  if (!options.readout.empty()) {
    network.extend({{.name = options.readout, .size = y.rows()}},
                   {{.source = options.source, .target = options.readout, .weights = fit.weights}});
  }
  return fit;
}

RidgeFit fit_ridge(Network& network, NetworkState& state, const Eigen::MatrixXd& inputs,
                   const Eigen::MatrixXd& targets, const RidgeOptions& options,
                   const RunControl& control) {
  return fit_ridge(network, state, std::vector{inputs}, std::vector{targets}, options, control);
}

}  // namespace rheobase::network
