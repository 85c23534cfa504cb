#include "rate/tasks/driven_task.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"

namespace rheobase::rate {

Eigen::RowVectorXd drive_signal(Eigen::Index columns, double step_ms, double start_ms,
                                double stop_ms, double strength) {
  Eigen::RowVectorXd signal = Eigen::RowVectorXd::Zero(columns);
  for (Eigen::Index k = 0; k < columns; ++k) {
    const double time_ms = static_cast<double>(k) * step_ms;
    if (time_ms >= start_ms && time_ms < stop_ms) {
      signal[k] = strength;
    }
  }
  return signal;
}

void require_driven_step(Eigen::Index columns, double step_ms, double start_ms, double stop_ms,
                         const std::string& where, const std::string& found) {
  if (drive_signal(columns, step_ms, start_ms, stop_ms, 1.0).sum() == 0.0) {
    const double duration_ms = static_cast<double>(columns) * step_ms;
    throw InputError(
        where, "", found,
        fmt::format("must start within the trial, which lasts {:g} ms, and hold the "
                    "start of a step of {:g} ms{}",
                    duration_ms, step_ms,
                    1000.0 * stop_ms <= 2.0 * duration_ms ? ": are these seconds?" : ""));
  }
}

Task driven_task(const Task& task, double start_ms, double stop_ms, double strength) {
  TaskDefinition definition = task.definition();
  const double step_ms = task.step_ms();
  const auto driven = [=](Trial trial) {
    const Eigen::Index inputs = trial.input.rows();
    trial.input.conservativeResize(inputs + 1, Eigen::NoChange);
    trial.input.row(inputs) =
        drive_signal(trial.input.cols(), step_ms, start_ms, stop_ms, strength);
    return trial;
  };
  ++definition.inputs;
  if (!definition.input_names.empty()) {
    definition.input_names.emplace_back("drive");
  }
  if (definition.draw_trial) {
    definition.draw_trial = [driven, draw = definition.draw_trial](const TaskParameters& parameters,
                                                                   const TrialDraw& wanted) {
      return driven(draw(parameters, wanted));
    };
  } else {
    definition.make_trial = [driven, make = definition.make_trial](const TaskParameters& parameters,
                                                                   int condition,
                                                                   RandomStream& stream) {
      return driven(make(parameters, condition, stream));
    };
  }
  return {std::make_shared<const TaskDefinition>(std::move(definition)), task.parameters()};
}

}  // namespace rheobase::rate
