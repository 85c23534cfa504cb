// The state of a training between two iterations, as named arrays.
#include <fmt/format.h>

#include "core/error.hpp"
#include "rate/learning/force/force_training.hpp"

namespace rheobase::rate {

namespace {

NamedArray array_of(std::string name, const Eigen::MatrixXd& values) {
  return {std::move(name), {values.data(), values.data() + values.size()}};
}

Eigen::MatrixXd matrix_of(const NamedArrays& state, std::string_view name, Eigen::Index rows,
                          Eigen::Index cols) {
  const std::vector<double>& values =
      named_array(state, name, static_cast<std::size_t>(rows * cols));
  return Eigen::Map<const Eigen::MatrixXd>(values.data(), rows, cols);
}

}  // namespace

NamedArrays ForceTraining::state() const {
  NamedArrays arrays = rls_.state();
  arrays.push_back(array_of("J", stepper_.recurrent()));
  NamedArray units{"trainable", {}};
  for (const Eigen::Index unit : trainable_) {
    units.values.push_back(static_cast<double>(unit));
  }
  arrays.push_back(std::move(units));
  arrays.push_back({"iteration", {static_cast<double>(iteration_)}});
  NamedArray history{"pvar", {}};
  for (const std::vector<double>& iteration : pvar_) {
    history.values.insert(history.values.end(), iteration.begin(), iteration.end());
  }
  arrays.push_back(std::move(history));
  for (std::size_t side = 0; side < side_state_.size(); ++side) {
    arrays.push_back(array_of(fmt::format("x{}", side), side_state_[side]));
    arrays.push_back(array_of(fmt::format("test_rates{}", side), test_rates_[side]));
  }
  return arrays;
}

void ForceTraining::restore(const NamedArrays& state) {
  const Eigen::Index units = network_.units();
  const std::size_t sides = side_state_.size();
  const std::vector<double>& chosen = named_array(state, "trainable", trainable_.size());
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (chosen[i] != static_cast<double>(trainable_[i])) {
      throw InputError("checkpoint", "trainable", fmt::format("unit {}", chosen[i]),
                       fmt::format("must be {}: the options name other units", trainable_[i]));
    }
  }
  const double iteration = named_array(state, "iteration", 1)[0];
  if (!(iteration >= 0.0 && iteration < 1e9)) {
    throw InputError("checkpoint", "iteration", fmt::format("{}", iteration),
                     "must be a number of iterations");
  }
  const auto iterations = static_cast<std::size_t>(iteration);
  const std::vector<double>& history = named_array(state, "pvar", iterations * sides);
  std::vector<Eigen::VectorXd> states;
  std::vector<Eigen::MatrixXd> rates;
  for (std::size_t side = 0; side < sides; ++side) {
    states.emplace_back(matrix_of(state, fmt::format("x{}", side), units, 1));
    rates.push_back(matrix_of(state, fmt::format("test_rates{}", side), units, task_.epochs.steps));
  }
  const Eigen::MatrixXd recurrent = matrix_of(state, "J", units, units);
  rls_.restore(state);
  stepper_.set_recurrent(recurrent);
  side_state_ = std::move(states);
  test_rates_ = std::move(rates);
  iteration_ = static_cast<int>(iterations);
  pvar_.clear();
  for (std::size_t i = 0; i < iterations; ++i) {
    const auto begin = history.begin() + static_cast<std::ptrdiff_t>(i * sides);
    pvar_.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(sides));
  }
}

}  // namespace rheobase::rate
