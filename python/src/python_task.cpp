#include <memory>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "python/src/arrays.hpp"
#include "python/src/tasks.hpp"
#include "rate/tasks/scoring.hpp"

namespace rheobase::python {

namespace {

/// What the task calls, released with the interpreter's lock whoever lets go last.
struct PythonSource {
  py::object make_trial;  ///< (seeds, condition) -> (input, target, condition)
  py::object correct;     ///< (input, target, condition, output) -> bool
};

/// draw_condition's answer: the Python object decides.
constexpr int kAnyCondition = -1;

std::shared_ptr<const PythonSource> shared_source(py::object make_trial, py::object correct) {
  return {new PythonSource{std::move(make_trial), std::move(correct)},
          [](const PythonSource* source) {
            const py::gil_scoped_acquire locked;
            delete source;
          }};
}

rate::Trial trial_from(const PythonSource& source, int condition, RandomStream& stream) {
  const py::gil_scoped_acquire locked;
  py::list seeds;
  for (int i = 0; i < 4; ++i) {
    seeds.append(stream.bits());
  }
  const auto made = py::cast<py::tuple>(source.make_trial(
      seeds, condition == kAnyCondition ? py::object(py::none()) : py::cast(condition)));
  rate::Trial trial;
  trial.input = matrix_from(made[0], "input of the trial", {.text = "(inputs, T)"});
  trial.target = matrix_from(made[1], "target of the trial",
                             {.text = "(outputs, T)", .finite = false, .allows_nan = true});
  trial.condition = py::cast<int>(made[2]);
  return trial;
}

bool is_correct(const PythonSource& source, const rate::Trial& trial,
                const Eigen::MatrixXd& output) {
  const py::gil_scoped_acquire locked;
  const py::object answer =
      source.correct(writable_array_of(Eigen::MatrixXd(trial.input)),
                     writable_array_of(Eigen::MatrixXd(trial.target)), trial.condition,
                     writable_array_of(Eigen::MatrixXd(output)));
  return PyObject_IsTrue(answer.ptr()) == 1;
}

}  // namespace

rate::Task python_task(const py::object& source, const py::dict& description) {
  const auto shared = shared_source(source.attr("make_trial"), source.attr("is_correct"));
  rate::TaskDefinition definition;
  definition.name = py::cast<std::string>(description["name"]);
  definition.help = py::cast<std::string>(description["help"]);
  definition.citation = "a class of Python";
  definition.scoring = "as the class says";
  definition.inputs = py::cast<int>(description["inputs"]);
  definition.outputs = py::cast<int>(description["outputs"]);
  definition.step_ms = py::cast<double>(description["step_ms"]);
  for (const py::handle name : description["conditions"]) {
    definition.conditions.push_back(py::cast<std::string>(name));
  }
  std::vector<std::pair<int, int>> windows;
  for (const py::handle window : description["stimulus_steps"]) {
    const auto ends = py::cast<py::tuple>(window);
    windows.emplace_back(py::cast<int>(ends[0]), py::cast<int>(ends[1]));
  }
  definition.steps = [steps = py::cast<int>(description["steps"])](const rate::TaskParameters&) {
    return steps;
  };
  definition.draw_condition = [](RandomStream&) { return kAnyCondition; };
  definition.make_trial = [shared](const rate::TaskParameters&, int condition,
                                   RandomStream& stream) {
    return trial_from(*shared, condition, stream);
  };
  definition.rate_correct = [shared](const rate::TaskParameters&, const rate::Trial& trial,
                                     const Eigen::MatrixXd& output) {
    return is_correct(*shared, trial, output);
  };
  definition.spiking_correct = [shared, step = definition.step_ms](const rate::TaskParameters&,
                                                                   const rate::Trial& trial,
                                                                   const SampledSignal& output) {
    const Eigen::MatrixXd sampled =
        rate::at_rate_steps(output, trial.input.cols() - 1, step).transpose();
    return is_correct(*shared, trial, sampled);
  };
  definition.stimulus_windows = [windows](const rate::TaskParameters&) { return windows; };
  return {std::make_shared<const rate::TaskDefinition>(std::move(definition)), {}};
}

}  // namespace rheobase::python
