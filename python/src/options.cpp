#include "python/src/options.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include <fmt/format.h>

#include "core/edit_distance.hpp"
#include "core/error.hpp"
#include "core/whole_number.hpp"
#include "mapping/comparison/compare.hpp"
#include "mapping/conversion/spiking_choice.hpp"
#include "mapping/conversion/transfer_fields.hpp"
#include "python/src/bind.hpp"
#include "rate/learning/train.hpp"
#include "rate/models/initialise.hpp"

namespace rheobase::python {

namespace {

/// Whether a function says yes to one of "learning-rate" and "n_trials" of
/// "--learning-rate,--n_trials".
template <class Function>
bool any_name(const FieldInfo& field, const Function& function) {
  std::string_view rest = field.option;
  while (!rest.empty()) {
    const std::string_view name = rest.substr(0, rest.find(','));
    if (name.starts_with("--") && function(name.substr(2))) {
      return true;
    }
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
  }
  return false;
}

char underscored(char letter) {
  return letter == '-' ? '_' : letter;
}

std::string kind_text(py::handle value) {
  return py::cast<std::string>(py::str(py::type::of(value).attr("__name__")));
}

std::string repr_text(py::handle value) {
  const auto text = py::cast<std::string>(py::repr(value));
  constexpr std::size_t kLongest = 60;
  return text.size() <= kLongest ? text : fmt::format("a {}", kind_text(value));
}

bool is_truth(py::handle value) {
  return PyBool_Check(value.ptr()) || kind_text(value) == "bool_";
}

std::optional<FieldValue> number_from(py::handle value) {
  if (is_truth(value) || PyUnicode_Check(value.ptr()) || PyComplex_Check(value.ptr())) {
    return std::nullopt;
  }
  if (PyIndex_Check(value.ptr())) {
    const py::object whole = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
    int beyond = 0;
    const long long number =
        whole ? PyLong_AsLongLongAndOverflow(whole.ptr(), &beyond) : (PyErr_Clear(), 0LL);
    if (whole && beyond == 0) {
      return FieldValue(static_cast<std::int64_t>(number));
    }
  }
  const double number = PyFloat_AsDouble(value.ptr());
  if (PyErr_Occurred() != nullptr) {
    PyErr_Clear();
    return std::nullopt;
  }
  return FieldValue(number);
}

template <class Options>
void append(py::list& list, const FieldTable<Options>& table, const Options& defaults) {
  for (const Field<Options>& field : table) {
    if (!keyword_of(field).empty()) {
      list.append(describe(field, field.get(defaults)));
    }
  }
}

/// The keyword arguments of a function, a dictionary each.
py::list option_table(const std::string& function) {
  py::list list;
  if (function == "train") {
    rate::NetworkOptions network;
    network.initialisation = rate::Initialisation::balanced;
    rate::TrainingOptions training = rate::recommended_training();
    training.threads = 0;
    append(list, rate::network_fields(), network);
    append(list, rate::training_fields(), training);
    return list;
  }
  if (function == "convert") {
    append(list, mapping::conversion_fields(), mapping::ConversionOptions{});
    append(list, mapping::search_fields(), mapping::ScalingSearchOptions{});
  } else if (function == "compare") {
    append(list, mapping::compare_fields(), mapping::CompareOptions{});
  }
  append(list, mapping::transfer_fields(), mapping::TransferOptions{});
  append(list, spiking::simulation_fields(), mapping::SpikingChoice().simulation);
  return list;
}

}  // namespace

std::string keyword_of(const FieldInfo& field) {
  std::string keyword;
  any_name(field, [&](std::string_view name) {
    std::ranges::transform(name, std::back_inserter(keyword), underscored);
    return true;
  });
  return keyword;
}

bool is_keyword_of(const FieldInfo& field, std::string_view keyword) {
  return any_name(field, [&](std::string_view name) {
    return keyword == field.name || std::ranges::equal(name, keyword, {}, underscored);
  });
}

FieldValue value_from(py::handle value, const FieldInfo& field, const std::string& keyword) {
  std::optional<FieldValue> given;
  if (field.kind == FieldKind::truth) {
    if (is_truth(value)) {
      given = FieldValue(PyObject_IsTrue(value.ptr()) == 1);
    }
  } else if (field.kind == FieldKind::word) {
    if (PyUnicode_Check(value.ptr())) {
      given = FieldValue(py::cast<std::string>(value));
    }
  } else {
    given = number_from(value);
  }
  if (!given) {
    throw InputError(keyword, "", repr_text(value),
                     field.kind == FieldKind::truth ? "must be True or False" : requirement(field));
  }
  require(field, *given, keyword, "");
  return *given;
}

py::list words_of(py::handle value, const char* argument) {
  const bool one = PyUnicode_Check(value.ptr());
  if (!one && (PyBytes_Check(value.ptr()) || !py::isinstance<py::iterable>(value))) {
    throw InputError(argument, "", repr_text(value), "must be a text or a sequence of texts");
  }
  py::list words;
  for (const py::handle word :
       one ? py::object(py::make_tuple(value))
           : py::object(py::list(py::reinterpret_borrow<py::object>(value)))) {
    if (!PyUnicode_Check(word.ptr())) {
      throw InputError(argument, "", repr_text(word), "must be a text");
    }
    words.append(word);
  }
  return words;
}

py::object object_of(const FieldValue& value) {
  return std::visit([](const auto& one) -> py::object { return py::cast(one); }, value);
}

py::dict describe(const FieldInfo& field, const FieldValue& otherwise) {
  py::dict info;
  info["keyword"] = keyword_of(field);
  info["field"] = field.name;
  info["kind"] = field.kind == FieldKind::truth     ? "bool"
                 : field.kind == FieldKind::integer ? "int"
                 : field.kind == FieldKind::number  ? "float"
                                                    : "str";
  info["unit"] = field.unit;
  info["range"] = field.kind == FieldKind::number || field.kind == FieldKind::integer
                      ? rheobase::describe(field.range)
                      : "";
  py::list words;
  for (const std::string& word : field.words) {
    words.append(word);
  }
  info["words"] = words;
  info["default"] = object_of(otherwise);
  info["help"] = field.help;
  info["source"] = field.citation;
  return info;
}

Keywords::Keywords(std::string function, const py::dict& given) : function_(std::move(function)) {
  for (const auto& [key, value] : given) {
    given_.push_back({py::cast<std::string>(key), py::reinterpret_borrow<py::object>(value)});
  }
}

std::optional<FieldValue> Keywords::take_value(const FieldInfo& field) {
  known_fields_.push_back(&field);
  std::optional<FieldValue> value;
  for (std::size_t i = 0; i < given_.size();) {
    if (!is_keyword_of(field, given_[i].keyword)) {
      ++i;
      continue;
    }
    if (value) {
      throw py::type_error(fmt::format("{}() got {} twice", function_, keyword_of(field)));
    }
    value = value_from(given_[i].value, field, given_[i].keyword);
    given_.erase(given_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return value;
}

py::object Keywords::take(const char* keyword) {
  known_.push_back(keyword);
  const auto found = std::ranges::find(given_, std::string_view(keyword), &Given::keyword);
  if (found == given_.end()) {
    return py::none();
  }
  py::object value = std::move(found->value);
  given_.erase(found);
  return value;
}

std::optional<std::int64_t> Keywords::take_integer(const char* keyword, const Range& range) {
  const py::object value = take(keyword);
  if (value.is_none()) {
    return std::nullopt;
  }
  FieldInfo field;
  field.name = keyword;
  field.kind = FieldKind::integer;
  field.range = range;
  return to_integer<std::int64_t>(number_of(value_from(value, field, keyword)));
}

std::optional<double> Keywords::take_number(const char* keyword, const Range& range) {
  const py::object value = take(keyword);
  if (value.is_none()) {
    return std::nullopt;
  }
  FieldInfo field;
  field.name = keyword;
  field.range = range;
  return number_of(value_from(value, field, keyword));
}

void Keywords::finish() const {
  if (given_.empty()) {
    return;
  }
  const std::string& keyword = given_.front().keyword;
  std::vector<std::string> known_names(known_.begin(), known_.end());
  for (const FieldInfo* field : known_fields_) {
    known_names.push_back(keyword_of(*field));
  }
  std::string nearest;
  std::size_t distance = std::max<std::size_t>(2, keyword.size() / 3) + 1;
  for (const std::string& known : known_names) {
    const std::size_t d = known.empty() ? distance : edit_distance(keyword, known);
    if (d < distance) {
      nearest = known;
      distance = d;
    }
  }
  throw py::type_error(fmt::format("{}() got an unexpected keyword argument '{}'{}", function_,
                                   keyword,
                                   nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
}

void bind_options(py::module_& module) {
  module.def("option_table", &option_table, py::arg("function"),
             "The keyword arguments that train, convert, compare, evaluate and simulate take.");
}

}  // namespace rheobase::python
