#include "network/fit/optimiser.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"
#include "network/nearest_name.hpp"

namespace rheobase::network {

namespace {

void require(bool good, const char* field, double found, const char* required) {
  if (!good) {
    throw InputError("optimiser", field, fmt::format("{}", found), required);
  }
}

}  // namespace

Optimiser::Optimiser(OptimiserOptions options)
    : options_(std::move(options)), adaptive_(options_.name != "sgd") {
  const std::vector<std::string> known{"sgd", "adam", "adamw"};
  if (std::ranges::find(known, options_.name) == known.end()) {
    throw InputError("optimiser", "name", fmt::format("'{}'", options_.name),
                     must_be_one_of(options_.name, known));
  }
  require(options_.learning_rate > 0.0 && std::isfinite(options_.learning_rate), "learning rate",
          options_.learning_rate, "must be positive");
  require(options_.beta1 >= 0.0 && options_.beta1 < 1.0, "beta1", options_.beta1,
          "must lie in [0, 1)");
  require(options_.beta2 >= 0.0 && options_.beta2 < 1.0, "beta2", options_.beta2,
          "must lie in [0, 1)");
  require(options_.epsilon > 0.0, "epsilon", options_.epsilon, "must be positive");
  require(options_.weight_decay >= 0.0, "weight decay", options_.weight_decay,
          "must not be negative");
}

void Optimiser::update(std::vector<Eigen::MatrixXd>& weights,
                       const std::vector<Eigen::MatrixXd>& gradients) {
  ++updates_;
  const double mean_scale = 1.0 - std::pow(options_.beta1, static_cast<double>(updates_));
  const double square_scale = 1.0 - std::pow(options_.beta2, static_cast<double>(updates_));
  for (std::size_t k = 0; k < weights.size(); ++k) {
    const auto gradient = gradients[k].array();
    auto weight = weights[k].array();
    if (!adaptive_) {
      weight -= options_.learning_rate * gradient;
      continue;
    }
    if (mean_.size() <= k) {
      mean_.push_back(Eigen::ArrayXXd::Zero(gradient.rows(), gradient.cols()));
      square_.push_back(mean_.back());
    }
    if (options_.name == "adamw") {
      weight *= 1.0 - options_.learning_rate * options_.weight_decay;
    }
    mean_[k] = options_.beta1 * mean_[k] + (1.0 - options_.beta1) * gradient;
    square_[k] = options_.beta2 * square_[k] + (1.0 - options_.beta2) * gradient.square();
    weight -= options_.learning_rate * (mean_[k] / mean_scale) /
              ((square_[k] / square_scale).sqrt() + options_.epsilon);
  }
}

}  // namespace rheobase::network
