#include <cctype>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.hpp"
#include "core/memory.hpp"
#include "python/src/bind.hpp"

namespace rheobase::python {

namespace {

/// Made once with the module, kept for as long as the interpreter.
PyObject* input_error_type = nullptr;
PyObject* error_type = nullptr;

/// What does a command's work.
constexpr std::pair<std::string_view, std::string_view> kCommands[] = {
    {"`rheobase map`", "convert()"},
    {"`rheobase simulate -o`", "Run.save()"},
    {"`rheobase simulate`", "simulate()"},
    {"`rheobase compare -o`", "Comparison.save()"}};

/// "--max-rate" is the argument max_rate, "`rheobase map`" is convert().
std::string in_python_words(std::string text) {
  for (const auto& [command, function] : kCommands) {
    for (std::size_t at = text.find(command); at != std::string::npos; at = text.find(command)) {
      text.replace(at, command.size(), function);
    }
  }
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const bool option = text.compare(i, 2, "--") == 0 && i + 2 < text.size() &&
                        std::isalpha(static_cast<unsigned char>(text[i + 2])) != 0 &&
                        (i == 0 || text[i - 1] != '-');
    if (!option) {
      result += text[i++];
      continue;
    }
    for (i += 2; i < text.size() && (std::isalnum(static_cast<unsigned char>(text[i])) != 0 ||
                                     text[i] == '-' || text[i] == '_');
         ++i) {
      result += text[i] == '-' ? '_' : text[i];
    }
  }
  return result;
}

/// "w_out" of "field 'w_out'".
std::string name_in(const std::string& field) {
  const std::size_t start = field.find('\'');
  const std::size_t end = field.rfind('\'');
  return start < end && end != std::string::npos ? field.substr(start + 1, end - start - 1) : field;
}

std::string argument_of(const InputError& error) {
  const bool named = error.where().starts_with("--") || error.field().empty();
  return in_python_words(named ? error.where() : name_in(error.field()));
}

void raise_input_error(const InputError& error) {
  const py::object type = py::reinterpret_borrow<py::object>(input_error_type);
  const py::object raised = type(in_python_words(error.what()));
  raised.attr("argument") = argument_of(error);
  raised.attr("found") = in_python_words(error.found());
  raised.attr("required") = in_python_words(error.required());
  PyErr_SetObject(input_error_type, raised.ptr());
}

/// Numbers that grow beyond all bounds come from what the user gave.
void raise_overflow(const NonFiniteError& error) {
  raise_input_error(
      InputError("numbers", "", error.what(),
                 "must stay finite: smaller weights, inputs, gains, penalties or learning rate"));
}

void raise_no_memory() {
  PyErr_SetString(PyExc_MemoryError,
                  "not enough memory: fewer units, trials, recorded voltages or threads, or a "
                  "smaller batch, take less");
}

/// No exception of C++ is left to pybind11, which would show its type and words.
void translate(std::exception_ptr pointer) {
  try {
    std::rethrow_exception(pointer);
  } catch (const InputError& error) {
    raise_input_error(error);
  } catch (const NonFiniteError& error) {
    raise_overflow(error);
  } catch (const py::cast_error&) {
    raise_input_error(InputError("arguments", "", "a value of another type",
                                 "must be of the types that help() tells"));
  } catch (const py::builtin_exception&) {
    throw;
  } catch (const py::error_already_set&) {
    throw;
  } catch (const std::length_error&) {
    raise_no_memory();
  } catch (const std::bad_alloc&) {
    raise_no_memory();
  } catch (const Error& error) {
    PyErr_SetString(error_type, in_python_words(error.what()).c_str());
  } catch (const std::exception& error) {
    PyErr_SetString(error_type, in_python_words(error.what()).c_str());
  }
}

constexpr const char* kInputErrorText =
    "Something given to a function does not meet a condition.\n\n"
    "Attributes\n----------\n"
    "argument : str\n    Name of the argument at fault.\n"
    "found : str\n    What was given.\n"
    "required : str\n    What must hold.";

}  // namespace

void bind_errors(py::module_& module) {
  error_type = PyErr_NewExceptionWithDoc("rheobase.Error", "What the engine cannot do.",
                                         PyExc_RuntimeError, nullptr);
  input_error_type =
      PyErr_NewExceptionWithDoc("rheobase.InputError", kInputErrorText, PyExc_ValueError, nullptr);
  module.attr("Error") = py::reinterpret_borrow<py::object>(error_type);
  module.attr("InputError") = py::reinterpret_borrow<py::object>(input_error_type);
  py::register_exception_translator(&translate);
  module.def(
      "require_memory",
      [](double bytes, const std::string& argument, const std::string& found) {
        require_memory(bytes, argument, "", found, "a smaller array takes less");
      },
      py::arg("bytes"), py::arg("argument"), py::arg("found"),
      "Refuses what this machine's memory does not hold.");
  module.def("in_python_words", &in_python_words, py::arg("text"),
             "The options of the command line in a text as arguments of Python.");
}

}  // namespace rheobase::python
