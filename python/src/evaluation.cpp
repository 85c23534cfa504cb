#include <pybind11/stl.h>

#include "core/error.hpp"
#include "mapping/comparison/target_rmse.hpp"
#include "mapping/conversion/evaluate_spiking.hpp"
#include "python/src/arrays.hpp"
#include "python/src/bind.hpp"
#include "python/src/choice.hpp"
#include "python/src/intervention.hpp"
#include "python/src/session.hpp"
#include "rate/learning/evaluate.hpp"

namespace rheobase::python {

namespace {

py::tuple proportion_tuple(const Proportion& proportion) {
  return py::make_tuple(proportion.value, proportion.low, proportion.high);
}

/// Of tasks that are judged by it.
py::object optional_number(const std::optional<double>& value) {
  return value ? py::object(py::float_(*value)) : py::object(py::none());
}

py::dict rate_dict(rate::RateEvaluation&& evaluation, const std::optional<double>& target_rmse) {
  py::dict dict;
  dict["accuracy"] = proportion_tuple(evaluation.accuracy);
  dict["mean_loss"] = evaluation.mean_loss;
  dict["correct"] = array_of(evaluation.correct);
  dict["conditions"] = array_of(
      std::vector<std::int32_t>(evaluation.conditions.begin(), evaluation.conditions.end()));
  dict["outputs"] = array_of(std::move(evaluation.outputs));
  dict["target_rmse"] = optional_number(target_rmse);
  dict["mean_rate"] = evaluation.mean_rate;
  dict["seconds"] = evaluation.seconds;
  return dict;
}

py::dict spiking_dict(mapping::SpikingEvaluation&& evaluation,
                      const std::optional<double>& target_rmse) {
  py::dict dict;
  dict["accuracy"] = proportion_tuple(evaluation.accuracy);
  dict["correct"] = array_of(evaluation.correct);
  dict["conditions"] = array_of(
      std::vector<std::int32_t>(evaluation.conditions.begin(), evaluation.conditions.end()));
  dict["mean_rate_hz"] = array_of(std::move(evaluation.mean_rate_hz));
  dict["target_rmse"] = optional_number(target_rmse);
  dict["engine"] = evaluation.engine.engine;
  dict["seconds"] = evaluation.seconds;
  return dict;
}

int trial_count(Keywords& keywords) {
  return static_cast<int>(keywords.take_integer("trials", {1.0, 1e6}).value_or(100));
}

/// @returns the rate network's part and the spiking one's, None for one that was not wanted
py::tuple evaluate(const io::ModelFile& intact, const rate::Task& given_task, bool rate,
                   bool spiking, const py::dict& given, const py::object& progress) {
  require_same_inputs(intact, given_task);
  Keywords keywords("evaluate", given);
  const Intervention intervention(keywords, intact);
  const io::ModelFile& file = intervention.file();
  const rate::Task task = intervention.task(given_task);
  const int trials = trial_count(keywords);
  const double scaling = spiking ? scaling_from(keywords, file) : 1.0;
  const mapping::SpikingChoice choice = choice_from(keywords, file);
  const int threads = threads_from(keywords);
  keywords.finish();
  Session session(progress);
  py::object rate_part = py::none();
  py::object spiking_part = py::none();
  if (spiking) {
    spiking::SimulationOptions options = choice.simulation;
    options.stop = session.stop();
    std::optional<double> target_rmse;
    mapping::SpikingEvaluation evaluation = session.run([&] {
      std::vector<SampledSignal> readouts;
      mapping::SpikingEvaluation done = mapping::evaluate_spiking(
          mapping::map_to_spiking(file.network, scaling, choice.transfer), task, trials, options,
          threads, mapping::target_limit(task) ? &readouts : nullptr, session.control());
      target_rmse = mapping::target_rmse(task, readouts, options);
      return done;
    });
    spiking_part = spiking_dict(std::move(evaluation), target_rmse);
  }
  if (rate) {
    const rate::RateEvaluationOptions asked{.trials = trials,
                                            .seed = choice.simulation.seed,
                                            .first_trial = choice.simulation.trial,
                                            .threads = threads};
    std::optional<double> target_rmse;
    rate::RateEvaluation evaluation = session.run([&] {
      rate::RateEvaluation done = rate::evaluate_rate(file.network, task, asked, session.control());
      target_rmse = mapping::target_rmse(task, done, asked.seed, asked.first_trial);
      return done;
    });
    rate_part = rate_dict(std::move(evaluation), target_rmse);
  }
  return py::make_tuple(rate_part, spiking_part);
}

}  // namespace

void bind_evaluation(py::module_& module) {
  module.def("evaluate", &evaluate, py::arg("model"), py::arg("task"), py::arg("rate"),
             py::arg("spiking"), py::arg("options"), py::arg("progress"),
             "Accuracy of both networks on fresh trials.");
}

}  // namespace rheobase::python
