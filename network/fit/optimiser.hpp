// Optimisers of the gradient fits, update n with gradient g:
//
//   sgd    w <- w - rate g
//   adam   m <- b1 m + (1 - b1) g,   v <- b2 v + (1 - b2) g^2
//          w <- w - rate m / (1 - b1^n) / (sqrt(v / (1 - b2^n)) + epsilon)
//   adamw  w <- (1 - rate decay) w, then adam
//
//   symbol   member         default
//   rate     learning_rate  1e-3
//   b1, b2   beta1, beta2   0.9, 0.999
//   epsilon  epsilon        1e-8
//   decay    weight_decay   0
//
// References: Kingma & Ba, ICLR (2015), algorithm 1; Loshchilov & Hutter, ICLR (2019).
#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

#include "core/field_table_fwd.hpp"

namespace rheobase::network {

/// How gradients change weights. In double precision and with the published defaults of every
/// constant, as golden data demand: the rules of rate/learning/optimisers are single precision, and
/// their momentum and decay are fixed.
struct OptimiserOptions {
  std::string name = "adam";  ///< "sgd", "adam" or "adamw"
  double learning_rate = 1e-3;
  double beta1 = 0.9;         ///< adam, adamw: memory of the mean
  double beta2 = 0.999;       ///< adam, adamw: memory of the square
  double epsilon = 1e-8;      ///< adam, adamw: outside of the root
  double weight_decay = 0.0;  ///< adamw: decoupled from the gradient
};

const FieldTable<OptimiserOptions>& optimiser_fields();

/// The equations at the head of this file; n and the moments m, v of every weight are its state.
class Optimiser {
 public:
  /// @throws InputError for an unknown name or values out of range
  explicit Optimiser(OptimiserOptions options);

  /// One update of all `weights` by gradients of the same shapes, always the same ones.
  void update(std::vector<Eigen::MatrixXd>& weights, const std::vector<Eigen::MatrixXd>& gradients);

 private:
  OptimiserOptions options_;
  bool adaptive_ = false;
  long updates_ = 0;
  std::vector<Eigen::ArrayXXd> mean_, square_;
};

}  // namespace rheobase::network
