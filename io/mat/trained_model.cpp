#include "io/mat/trained_model.hpp"

#include <algorithm>
#include <utility>

#include "rate/dynamics/run.hpp"

namespace rheobase::io {

namespace {

/// The last training trial, run through the network as it is now and as it was at the start.
ExampleTrial example_trial(const rate::TrainingResult& result, const rate::Task& task,
                           const rate::TrainingOptions& options) {
  const auto number = static_cast<std::uint32_t>(std::max(0, result.state.trials_done - 1));
  const rate::Trial trial = task.random_trial(options.seed, number, Purpose::task);
  const rate::RateNoise noise{options.noise, options.seed, number, Purpose::rate_noise};
  const rate::DaleModel& model = result.state.model;
  const rate::RateRun run = rate::run_rate(network_of(model), trial.input, noise);
  ExampleTrial example{trial.input, trial.target, run.output, run.x, run.r, {}, {}};
  // A training may go on from a checkpoint that does not say what was before it.
  if (model.w0.size() > 0 && (model.fixed_tau() || model.tau_gate0.size() > 0)) {
    rate::DaleModel before = model;
    before.w = model.w0;
    before.tau_gate = model.tau_gate0;
    rate::RateRun first = rate::run_rate(network_of(before), trial.input, noise);
    example.x0 = std::move(first.x);
    example.r0 = std::move(first.r);
  }
  return example;
}

}  // namespace

ModelFile trained_model(const rate::TrainingResult& result, const rate::Task& task,
                        const rate::TrainingOptions& options, const std::string& command) {
  const rate::RateEvaluation& evaluation = result.last_evaluation;
  ModelFile file = model_file_of(result.state.model);
  file.task = task.name();
  ModelProvenance& provenance = file.provenance;
  provenance.losses = result.state.losses;
  provenance.trials = result.state.trials_done;
  provenance.eval_accuracy = evaluation.accuracy.value;
  provenance.eval_loss = evaluation.mean_loss;
  provenance.eval_outputs = evaluation.outputs;
  provenance.evaluations.resize(static_cast<Eigen::Index>(result.state.evaluations.size()), 3);
  for (Eigen::Index i = 0; i < provenance.evaluations.rows(); ++i) {
    const rate::EvaluationPoint& point = result.state.evaluations[static_cast<std::size_t>(i)];
    provenance.evaluations.row(i) << point.trial, point.mean_loss, point.accuracy;
  }
  provenance.eval_labels = Eigen::Map<const Eigen::VectorXi>(
      evaluation.conditions.data(), static_cast<Eigen::Index>(evaluation.conditions.size()));
  provenance.example = example_trial(result, task, options);
  provenance.task_parameters = task.parameters();
  provenance.training_options = options;
  provenance.command = command;
  provenance.seed = options.seed;
  provenance.split = task.split();
  provenance.criteria_met = result.trained;
  for (const std::string& one : result.unmet) {
    provenance.unmet += (provenance.unmet.empty() ? "" : "; ") + one;
  }
  return file;
}

}  // namespace rheobase::io
