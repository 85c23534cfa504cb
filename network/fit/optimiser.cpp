#include "network/fit/optimiser.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/elementary.hpp"
#include "core/error.hpp"
#include "core/field_table.hpp"
#include "core/nearest_name.hpp"

namespace rheobase::network {

const FieldTable<OptimiserOptions>& optimiser_fields() {
  using O = OptimiserOptions;
  constexpr Range kMemory{.low = 0.0, .high = 1.0, .below_high = true};
  static const FieldTable<O> table{
      field("optimiser", &O::name, {"sgd", "adam", "adamw"},
            {.label = "optimiser", .help = "Rule that changes weights by gradients"}),
      field("learning_rate", &O::learning_rate, kPositive,
            {.label = "learning rate", .help = "Step size of the optimiser"}),
      field("beta1", &O::beta1, kMemory,
            {.help = "adam, adamw: memory of the mean gradient",
             .citation = "Kingma & Ba, ICLR 2015"}),
      field("beta2", &O::beta2, kMemory,
            {.help = "adam, adamw: memory of the squared gradient",
             .citation = "Kingma & Ba, ICLR 2015"}),
      field("epsilon", &O::epsilon, kPositive,
            {.help = "adam, adamw: added to the root of the square",
             .citation = "Kingma & Ba, ICLR 2015"}),
      field("weight_decay", &O::weight_decay, kNonNegative,
            {.help = "adamw: decay of the weights, times the learning rate an update",
             .citation = "Loshchilov & Hutter, ICLR 2019"}),
  };
  return table;
}

Optimiser::Optimiser(OptimiserOptions options) : options_(std::move(options)) {
  const auto& name = find_field(optimiser_fields(), "optimiser");
  if (std::ranges::find(name.words, options_.name) == name.words.end()) {
    throw InputError("fit", "optimiser", fmt::format("'{}'", options_.name),
                     must_be_one_of(options_.name, name.words));
  }
  check(options_, optimiser_fields(), "fit");
  adaptive_ = options_.name != "sgd";
}

void Optimiser::update(std::vector<Eigen::MatrixXd>& weights,
                       const std::vector<Eigen::MatrixXd>& gradients) {
  ++updates_;
  const auto n = static_cast<double>(updates_);
  // 1 - beta^n.
  const auto share = [&](double beta) { return -elementary::expm1(n * elementary::log(beta)); };
  const double mean_scale = share(options_.beta1);
  const double square_scale = share(options_.beta2);
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
