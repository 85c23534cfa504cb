#include "spiking/internal/membrane_drive.hpp"

#include <algorithm>

#include "core/elementary.hpp"
#include "core/run_control.hpp"

namespace rheobase::spiking {

namespace {

/// Columns between two questions whether to stop: some milliseconds of work.
constexpr Eigen::Index kBlock = 8192;
constexpr const char* kStopped = "stopped before the first step";

/// Columns are switched half way between their own times, for which the filtered values stand.
void filter_input(const SpikingModel& model, Eigen::MatrixXd& drive,
                  const std::function<bool()>& stop) {
  const SynapseParameters& synapse = model.synapse;
  const double rise_ms = synapse.kind == SynapseKind::double_exponential ? synapse.rise_ms : 0.0;
  const Eigen::ArrayXd keep = (-0.5 * model.input_step_ms / (synapse.decay_ms.array() + rise_ms))
                                  .unaryExpr(&elementary::exp);
  Eigen::ArrayXd filtered = Eigen::ArrayXd::Zero(drive.rows());
  for (Eigen::Index column = 0; column < drive.cols(); ++column) {
    if (column % kBlock == 0) {
      end_if_stopped(stop, kStopped);
    }
    const Eigen::ArrayXd now = drive.col(column).array();
    if (column > 0) {
      filtered = now + keep * (filtered - now);  // the column's first half
    }
    drive.col(column) = filtered;
    filtered = now + keep * (filtered - now);  // and its second
  }
}

}  // namespace

bool is_open(const GatedLoop& loop, double input_step_ms, Eigen::Index column) {
  // A tenth of a step forgives the rounding of products of times, as in a rate network.
  const double now_ms = (static_cast<double>(column) + 0.1) * input_step_ms;
  return now_ms >= loop.start_ms && now_ms < loop.end_ms;
}

Eigen::MatrixXd membrane_drive(const SpikingModel& model, const Eigen::MatrixXd& input,
                               double shift_mv, const std::function<bool()>& stop) {
  Eigen::MatrixXd drive(model.units(), input.cols());
  const auto for_blocks = [&](const auto& change) {
    for (Eigen::Index first = 0; first < input.cols(); first += kBlock) {
      end_if_stopped(stop, kStopped);
      change(first, std::min(kBlock, input.cols() - first));
    }
  };
  for_blocks([&](Eigen::Index first, Eigen::Index columns) {
    drive.middleCols(first, columns).noalias() = model.w_in * input.middleCols(first, columns);
  });
  for (const GatedLoop& loop : model.loops) {
    if (loop.constant.size() == 0) {
      continue;
    }
    const Eigen::VectorXd constant = loop.u * loop.constant;
    for (Eigen::Index column = 0; column < drive.cols(); ++column) {
      if (is_open(loop, model.input_step_ms, column)) {
        drive.col(column) += constant;
      }
    }
  }
  if (model.filtered_input) {
    filter_input(model, drive, stop);
  }
  for_blocks([&](Eigen::Index first, Eigen::Index columns) {
    auto part = drive.middleCols(first, columns);
    if (model.unit_bias_mv.size() != 0) {
      part.colwise() += model.unit_bias_mv;
    }
    for (Eigen::Index unit = 0; unit < model.unit_threshold_mv.size(); ++unit) {
      part.row(unit).array() -= model.shift_of(unit);
    }
    if (shift_mv != 0.0) {
      part.array() += shift_mv;
    }
  });
  return drive;
}

bool starts_with_currents(const SpikingModel& model) {
  return model.initial_current.mean_mv.size() != 0 ||
         model.initial_current.spread != InitialCurrent::Spread::none;
}

Eigen::VectorXd initial_currents(const SpikingModel& model, const SimulationOptions& options) {
  const InitialCurrent& initial = model.initial_current;
  Eigen::VectorXd current = Eigen::VectorXd::Zero(model.units());
  if (initial.mean_mv.size() != 0) {
    current = initial.mean_mv;
  }
  if (initial.spread == InitialCurrent::Spread::none) {
    return current;
  }
  // The lane from which a rate network draws its initial state.
  RandomStream stream(options.seed, options.trial, Purpose::evaluation_noise, 1);
  for (Eigen::Index unit = 0; unit < current.size(); ++unit) {
    const double number = initial.spread == InitialCurrent::Spread::normal
                              ? stream.normal()
                              : stream.uniform(-1.0, 1.0);
    current[unit] += initial.spread_mv[unit] * number;
  }
  return current;
}

bool gates_switch(const SpikingModel& model, Eigen::Index column) {
  return column > 0 && std::ranges::any_of(model.loops, [&](const GatedLoop& loop) {
           return is_open(loop, model.input_step_ms, column) !=
                  is_open(loop, model.input_step_ms, column - 1);
         });
}

Eigen::MatrixXd open_weights(const SpikingModel& model, Eigen::Index column) {
  Eigen::MatrixXd weights = model.w;
  for (const GatedLoop& loop : model.loops) {
    if (is_open(loop, model.input_step_ms, column)) {
      weights += loop.u * loop.v.transpose();
    }
  }
  return weights;
}

}  // namespace rheobase::spiking
