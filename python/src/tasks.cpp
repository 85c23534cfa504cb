#include "python/src/tasks.hpp"

#include <filesystem>
#include <type_traits>

#include <fmt/format.h>
#include <pybind11/stl.h>

#include "core/error.hpp"
#include "io/mat/innate_task_file.hpp"
#include "io/mat/rate_model_file.hpp"
#include "io/mat/trials_file.hpp"
#include "python/src/apart.hpp"
#include "python/src/arrays.hpp"
#include "python/src/bind.hpp"
#include "python/src/options.hpp"
#include "rate/tasks/combined_task.hpp"
#include "rate/tasks/recorded_task.hpp"
#include "rate/tasks/task_registry.hpp"
#include "rate/tasks/trial_oddities.hpp"

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

/// Trials with their conditions; those of different lengths are filled up.
rate::RecordedTrials trials_from(const std::vector<py::object>& inputs,
                                 const std::vector<py::object>& targets,
                                 const std::vector<int>& conditions,
                                 std::vector<std::string> names) {
  rate::RecordedTrials trials;
  trials.conditions = std::move(names);
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    rate::Trial trial;
    trial.input = matrix_from(inputs[k], "u", {.text = "(inputs, T) in every trial"});
    trial.target =
        matrix_from(targets[k], "z",
                    {.cols = trial.input.cols(),
                     .text = fmt::format("(outputs, {}) in trial {}, as u", trial.input.cols(), k),
                     .finite = false,
                     .allows_nan = true});
    trial.condition = conditions[k];
    trials.trials.push_back(std::move(trial));
    if (PyErr_CheckSignals() != 0) {
      throw py::error_already_set();
    }
  }
  unlocked([&] { rate::make_equally_long(trials.trials); });
  return trials;
}

/// Names, windows and numbers that trials come with.
void take_description(Keywords& keywords, rate::RecordedTrials& trials) {
  const auto take = [&keywords](const char* name, auto& value) {
    if (const py::object given = keywords.take(name); !given.is_none()) {
      try {
        value = py::cast<std::decay_t<decltype(value)>>(given);
      } catch (const py::cast_error&) {
        throw InputError(name, "", py::cast<std::string>(py::repr(given)),
                         "must be of the kind that help(Task.from_trials) says");
      }
    }
  };
  take("title", trials.title);
  take("input_names", trials.input_names);
  take("output_names", trials.output_names);
  take("stimulus_ms", trials.stimulus_windows_ms);
  take("score_window_ms", trials.score_window_ms);
  if (const py::object values = keywords.take("values"); !values.is_none()) {
    for (const auto& [name, numbers] : py::cast<py::dict>(values)) {
      const auto key = py::cast<std::string>(name);
      const Eigen::VectorXd column =
          vector_from(numbers, "values['" + key + "']",
                      {.rows = static_cast<Eigen::Index>(trials.trials.size()),
                       .text = fmt::format("({},), one a trial", trials.trials.size())});
      trials.values[key] = {column.begin(), column.end()};
    }
  }
}

/// Holds out what the keyword test_fraction says; None: the usual part, where there is one.
void hold_out(Keywords& keywords, rate::RecordedTrials& trials) {
  const auto asked =
      keywords.take_number("test_fraction", {.low = 0.0, .high = 1.0, .below_high = true});
  const double fraction = asked.value_or(rate::kTestFraction);
  const int held_out = rate::hold_out(trials, fraction);
  if (!trials.split) {
    trials.split.emplace();
  }
  trials.split->test_fraction = held_out > 0 ? fraction : 0.0;
  if (asked && held_out == 0 && fraction > 0.0) {
    throw InputError("test_fraction", "", fmt::format("{:g}", fraction),
                     "must be 0: every condition has one trial, none can be held out");
  }
}

/// Warnings of what is allowed and hardly meant, at the call of the user's.
/// @param file  empty: none
void warn_of(const std::vector<std::string>& sentences, const std::string& file = {}) {
  constexpr int kUsersCall = 2;
  for (const std::string& one : sentences) {
    const std::string sentence = file.empty() ? one : file + ": " + one;
    if (PyErr_WarnEx(PyExc_UserWarning, sentence.c_str(), kUsersCall) != 0) {
      throw py::error_already_set();
    }
  }
}

void warn_of_trials(const rate::RecordedTrials& trials, const std::string& file = {}) {
  if (!trials.trials.empty()) {
    warn_of(rate::oddities_of(trials, trials.split && trials.split->test_fraction > 0.0), file);
    warn_of(rate::repeated_in_held_out(trials), file);
  }
}

void warn_of_test(const rate::RecordedTrials& learnt, const rate::RecordedTrials& test,
                  const std::string& file = {}) {
  warn_of_trials(test, file);
  warn_of(rate::repeated_in_test(learnt, test), file);
}

/// @param test  None, or inputs, targets, conditions and names of trials that are held out
Task recorded(const std::vector<py::object>& inputs, const std::vector<py::object>& targets,
              const std::vector<int>& conditions, std::vector<std::string> names,
              const py::object& test, const py::dict& description, const py::dict& parameters) {
  rate::RecordedTrials trials = trials_from(inputs, targets, conditions, std::move(names));
  Keywords keywords("from_trials", description);
  trials.step_ms = keywords.take_number("step_ms", kPositive).value_or(rate::kTaskStepMs);
  take_description(keywords, trials);
  if (test.is_none()) {
    hold_out(keywords, trials);
    warn_of_trials(trials);
  } else {
    warn_of_trials(trials);
    const auto parts = py::cast<py::tuple>(test);
    rate::RecordedTrials held_out = trials_from(
        py::cast<std::vector<py::object>>(parts[0]), py::cast<std::vector<py::object>>(parts[1]),
        py::cast<std::vector<int>>(parts[2]), py::cast<std::vector<std::string>>(parts[3]));
    held_out.step_ms = trials.step_ms;
    held_out.score_window_ms = trials.score_window_ms;
    warn_of_test(trials, held_out);
    trials.split.emplace();
    rate::add_held_out(trials, std::move(held_out));
    warn_of(rate::unlearnt_conditions(trials));
  }
  keywords.finish();
  const rate::TaskParameters numbers = parameters_from(parameters);
  return unlocked([&] { return rate::recorded_task(std::move(trials), numbers); });
}

/// Trials of a file, held out as the command line does it.
Task task_of_file(const std::string& path, const py::object& test_file, const py::dict& description,
                  const py::dict& parameters) {
  rate::RecordedTrials trials = run_apart([path](const Stop&) { return io::read_trials(path); });
  Keywords keywords("from_file", description);
  if (test_file.is_none()) {
    hold_out(keywords, trials);
    warn_of_trials(trials, path);
  } else {
    warn_of_trials(trials, path);
    const auto test_path = py::cast<std::string>(test_file);
    rate::RecordedTrials held_out =
        run_apart([test_path](const Stop&) { return io::read_trials(test_path); });
    if (held_out.split->hash == trials.split->hash) {
      throw InputError("test_file", "", held_out.split->file,
                       "must hold others than the trials to learn from");
    }
    warn_of_test(trials, held_out, test_path);
    trials.split->test_file = held_out.split->file;
    trials.split->test_hash = held_out.split->hash;
    rate::add_held_out(trials, std::move(held_out));
    warn_of(rate::unlearnt_conditions(trials), path);
  }
  keywords.finish();
  const rate::TaskParameters numbers = parameters_from(parameters);
  return unlocked([&] { return rate::recorded_task(std::move(trials), numbers); });
}

/// How many of given trials there are to learn from and to be evaluated on; None of others.
py::object split_of(const Task& task) {
  if (!task.split()) {
    return py::none();
  }
  return py::dict(py::arg("training") = task.split()->training,
                  py::arg("held_out") = task.split()->held_out,
                  py::arg("test_fraction") = task.split()->test_fraction);
}

py::tuple trial_tuple(rate::Trial trial) {
  return py::make_tuple(writable_array_of(std::move(trial.input)),
                        writable_array_of(std::move(trial.target)), trial.condition);
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
      .def_property_readonly("input_names",
                             [](const Task& task) { return task.definition().input_names; })
      .def_property_readonly("output_names",
                             [](const Task& task) { return task.definition().output_names; })
      .def_property_readonly("split", &split_of)
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
  module.def(
      "combined_task",
      [](const std::vector<Task>& tasks, const py::dict& parameters) {
        return rate::combined_task(tasks, parameters_from(parameters));
      },
      py::arg("tasks"), py::arg("parameters"), "Several tasks in one network.");
  module.def("recorded_task", &recorded, py::arg("inputs"), py::arg("targets"),
             py::arg("conditions"), py::arg("names"), py::arg("test"), py::arg("description"),
             py::arg("parameters"), "A task that draws its trials from these.");
  module.def("read_trials", &task_of_file, py::arg("path"), py::arg("test_file"),
             py::arg("description"), py::arg("parameters"), "The same from a file.");
  module.def(
      "read_innate_task",
      [](const std::string& path, const py::dict& parameters) {
        return run_apart([path, numbers = parameters_from(parameters)](const Stop&) {
          return io::read_innate_task(path, io::read_model(path).task, numbers);
        });
      },
      py::arg("path"), py::arg("parameters"),
      "The trajectories of a network of innate training as a task.");
  module.def("python_task", &python_task, py::arg("source"), py::arg("description"),
             "A task whose trials a Python object makes.");
  module.def("task_names", &task_names, "Names of the registered tasks.");
  module.def("task_parameters", &parameter_table, py::arg("name"),
             "The parameters of a registered task.");
}

}  // namespace rheobase::python
