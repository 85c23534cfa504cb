#include "network/fit/ridge.hpp"

#include <Eigen/Cholesky>
#include <fmt/format.h>

#include "core/error.hpp"
#include "network/run.hpp"

namespace rheobase::network {

Eigen::MatrixXd ridge_weights(const Eigen::MatrixXd& x, const Eigen::MatrixXd& y, double alpha) {
  if (x.cols() != y.cols() || x.size() == 0) {
    throw InputError("ridge", "targets", fmt::format("{} samples", y.cols()),
                     fmt::format("must be as many as there are states, {}", x.cols()));
  }
  if (!(alpha > 0.0)) {
    throw InputError("ridge", "alpha", fmt::format("{}", alpha), "must be positive");
  }
  Eigen::MatrixXd correlation = x * x.transpose();
  correlation.diagonal().array() += alpha;
  return correlation.llt().solve(x * y.transpose()).transpose();
}

RidgeFit fit_ridge(Network& network, NetworkState& state, const Eigen::MatrixXd& inputs,
                   const Eigen::MatrixXd& targets, const RidgeOptions& options) {
  if (targets.rows() == 0 || !targets.allFinite()) {
    throw InputError("ridge", "targets", fmt::format("{} x {}", targets.rows(), targets.cols()),
                     "must be T x outputs finite numbers");
  }
  const Observer observer = run(network, state, inputs,
                                {.steps = static_cast<long>(targets.rows()),
                                 .sampling = options.sampling,
                                 .cutoff = options.cutoff,
                                 .probes = {{.signal = options.source}}});
  const Eigen::MatrixXd& x = observer.recordings.front().values;
  const long first = (options.cutoff + options.sampling - 1) / options.sampling * options.sampling;
  Eigen::MatrixXd y(targets.cols(), x.cols());
  for (Eigen::Index k = 0; k < x.cols(); ++k) {
    y.col(k) = targets.row(first + k * options.sampling).transpose();
  }
  RidgeFit fit;
  fit.weights = ridge_weights(x, y, options.alpha);
  fit.prediction = fit.weights * x;
  fit.loss = (fit.prediction - y).squaredNorm() / static_cast<double>(y.size());
  if (!options.readout.empty()) {
    network.extend({{.name = options.readout, .size = targets.cols()}},
                   {{.source = options.source, .target = options.readout, .weights = fit.weights}});
  }
  return fit;
}

}  // namespace rheobase::network
