#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "apps/cli/console.hpp"
#include "apps/cli/intervention.hpp"
#include "apps/cli/json_output.hpp"
#include "apps/cli/spiking_options.hpp"
#include "apps/cli/task_options.hpp"
#include "mapping/conversion/evaluate_spiking.hpp"
#include "rate/learning/evaluate.hpp"
#include "rate/tasks/task.hpp"

namespace rheobase::cli {

/// What `eval` was asked for.
struct EvaluationRequest {
  std::filesystem::path model;
  TaskChoice task;
  SpikingChoice spiking;
  InterventionChoice intervention;
  std::string network;   ///< rate, spiking, both; empty: as much as the file allows
  double scaling = 0.0;  ///< 0: the file's own
  int trials = 100;
  Seed seed = 1;
  int threads = 0;
  bool json = false;
};

/// The same trials through one network or both.
struct NetworkEvaluation {
  std::optional<rate::RateEvaluation> rate;
  std::optional<mapping::SpikingEvaluation> spiking;
  std::vector<int> conditions;  ///< per trial
  /// To the target; of tasks that are judged by it.
  std::optional<double> rate_rmse = {}, spiking_rmse = {};
};

/// A table of accuracy, interval, RMSE to the target (of tasks that are judged by it), rate and
/// time, then one of the accuracy by condition.
std::string evaluation_tables(const NetworkEvaluation& evaluation, const rate::Task& task);

/// "rate": {...}, "spiking": {...}, "conditions": [...].
Json to_json(const NetworkEvaluation& evaluation, const rate::Task& task);

/// Reads the model, evaluates it and prints the result.
void run_evaluation(EvaluationRequest request, const Console& console);

}  // namespace rheobase::cli
