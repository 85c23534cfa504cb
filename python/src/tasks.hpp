#pragma once

#include <pybind11/pybind11.h>

#include "rate/tasks/task.hpp"

namespace rheobase::python {

namespace py = pybind11;

/// A task whose trials a Python object makes: trial(rng) gives (input, target, condition),
/// correct(trial, output) says whether an output is right. Both are called with the interpreter's
/// lock, one at a time, from whatever thread; rng is a NumPy generator whose numbers are a function
/// of the seed and the trial.
rate::Task python_task(const py::object& source, const py::dict& description);

}  // namespace rheobase::python
