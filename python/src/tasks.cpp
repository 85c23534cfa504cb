#include "python/src/tasks.hpp"

#include <pybind11/stl.h>

#include "core/error.hpp"
#include "io/mat/trials_file.hpp"
#include "python/src/arrays.hpp"
#include "python/src/bind.hpp"
#include "rate/tasks/recorded_task.hpp"
#include "rate/tasks/task_registry.hpp"

namespace rheobase::python {

namespace {

using rate::Task;

/// "rms_limit" of Python is "rms-limit" of the task.
rate::TaskParameters parameters_from(const py::dict& given) {
  rate::TaskParameters parameters;
  for (const auto& [key, value] : given) {
    auto name = py::cast<std::string>(key);
    std::ranges::replace(name, '_', '-');
    const double number = PyUnicode_Check(value.ptr()) ? -1.0 : PyFloat_AsDouble(value.ptr());
    if (PyErr_Occurred() != nullptr || PyUnicode_Check(value.ptr())) {
      PyErr_Clear();
      throw InputError(py::cast<std::string>(key), "", py::cast<std::string>(py::repr(value)),
                       "must be a number");
    }
    parameters[name] = number;
  }
  return parameters;
}

py::dict parameters_of(const Task& task) {
  py::dict parameters;
  for (const auto& [name, value] : task.parameters()) {
    std::string keyword = name;
    std::ranges::replace(keyword, '-', '_');
    parameters[py::str(keyword)] = value;
  }
  return parameters;
}

Task recorded(const std::vector<py::object>& inputs, const std::vector<py::object>& targets,
              const std::vector<int>& conditions, std::vector<std::string> names, double step_ms,
              const std::optional<std::pair<double, double>>& window, const py::dict& parameters) {
  rate::RecordedTrials trials;
  trials.conditions = std::move(names);
  trials.step_ms = step_ms;
  trials.score_window_ms = window;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    trials.trials.push_back(
        {matrix_from(inputs[k], "u", {.text = "(inputs, T) in every trial"}),
         matrix_from(targets[k], "z",
                     {.text = "(outputs, T) in every trial", .finite = false, .allows_nan = true}),
         conditions[k]});
  }
  return rate::recorded_task(std::move(trials), parameters_from(parameters));
}

py::tuple trial_tuple(rate::Trial trial) {
  return py::make_tuple(array_of(std::move(trial.input)), array_of(std::move(trial.target)),
                        trial.condition);
}

rate::Trial trial_from(const Task& task, py::handle input, py::handle target, int condition) {
  rate::Trial trial;
  trial.input =
      matrix_from(input, "input of the trial", {.rows = task.inputs(), .text = "(inputs, T)"});
  trial.target = matrix_from(target, "target of the trial",
                             {.rows = task.outputs(),
                              .cols = trial.input.cols(),
                              .text = "(outputs, T)",
                              .finite = false,
                              .allows_nan = true});
  trial.condition = condition;
  return trial;
}

py::list parameter_table(const std::string& name) {
  py::list list;
  for (const rate::TaskParameterInfo& info : Task(name).definition().parameters) {
    std::string keyword = info.name;
    std::ranges::replace(keyword, '-', '_');
    list.append(py::dict(py::arg("keyword") = keyword, py::arg("unit") = info.unit,
                         py::arg("help") = info.help, py::arg("default") = info.value,
                         py::arg("minimum") = info.minimum, py::arg("maximum") = info.maximum));
  }
  return list;
}

py::list task_names() {
  py::list names;
  for (const rate::TaskDefinition* task : rate::registered_tasks()) {
    names.append(task->name);
  }
  return names;
}

}  // namespace

void bind_tasks(py::module_& module) {
  py::class_<Task>(module, "Task", "A task with checked parameters.")
      .def_property_readonly("name", [](const Task& task) { return task.name(); })
      .def_property_readonly("parameters", &parameters_of)
      .def_property_readonly("inputs", &Task::inputs)
      .def_property_readonly("outputs", &Task::outputs)
      .def_property_readonly("steps", &Task::steps)
      .def_property_readonly("step_ms", &Task::step_ms)
      .def_property_readonly("conditions", [](const Task& task) { return task.conditions(); })
      .def_property_readonly("help", [](const Task& task) { return task.definition().help; })
      .def_property_readonly("scoring", [](const Task& task) { return task.definition().scoring; })
      .def_property_readonly("citation",
                             [](const Task& task) { return task.definition().citation; })
      .def_property_readonly(
          "stimulus_steps",
          [](const Task& task) { return task.definition().stimulus_windows(task.parameters()); })
      .def("condition_index", &Task::condition_index, py::arg("name"))
      .def(
          "trial",
          [](const Task& task, std::optional<int> condition, Seed seed, std::uint32_t number) {
            return trial_tuple(
                condition ? task.trial_of(*condition, seed, number, Purpose::evaluation_task)
                          : task.random_trial(seed, number, Purpose::evaluation_task));
          },
          py::arg("condition"), py::arg("seed"), py::arg("number"))
      .def(
          "correct",
          [](const Task& task, py::handle input, py::handle target, int condition,
             py::handle output) {
            const rate::Trial trial = trial_from(task, input, target, condition);
            return task.rate_correct(trial, rows_from(output, "output",
                                                      {.rows = task.outputs(),
                                                       .cols = trial.input.cols() - 1,
                                                       .text = "(outputs, T - 1)"}));
          },
          py::arg("input"), py::arg("target"), py::arg("condition"), py::arg("output"));
  module.def(
      "named_task",
      [](const std::string& name, const py::dict& parameters) {
        return Task(name, parameters_from(parameters));
      },
      py::arg("name"), py::arg("parameters"), "A registered task.");
  module.def("recorded_task", &recorded, py::arg("inputs"), py::arg("targets"),
             py::arg("conditions"), py::arg("names"), py::arg("step_ms"), py::arg("window"),
             py::arg("parameters"), "A task that draws its trials from these.");
  module.def(
      "read_trials",
      [](const std::string& path, const py::dict& parameters) {
        return rate::recorded_task(io::read_trials(path), parameters_from(parameters));
      },
      py::arg("path"), py::arg("parameters"), "The same from a file.");
  module.def("python_task", &python_task, py::arg("source"), py::arg("description"),
             "A task whose trials a Python object makes.");
  module.def("task_names", &task_names, "Names of the registered tasks.");
  module.def("task_parameters", &parameter_table, py::arg("name"),
             "The parameters of a registered task.");
}

}  // namespace rheobase::python
