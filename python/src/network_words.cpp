#include "python/src/network_words.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace rheobase::python {

namespace {

/// A beginning and what Python says for it; what follows in quotes becomes a key.
struct PythonWord {
  std::string_view library, python;
};

/// "population 'exc'" -> "populations['exc']"; empty where the text does not begin so.
std::string keyed(const std::string& text, const PythonWord& word) {
  if (!text.starts_with(word.library)) {
    return {};
  }
  const std::string rest = text.substr(word.library.size());
  if (rest.empty()) {
    return std::string(word.python);
  }
  const bool quoted = rest.starts_with(" '") && rest.ends_with('\'');
  return quoted ? fmt::format("{}[{}]", word.python, rest.substr(1)) : std::string();
}

template <std::size_t count>
std::string renamed(const std::string& text, const std::array<PythonWord, count>& words) {
  for (const PythonWord& word : words) {
    if (const std::string found = keyed(text, word); !found.empty()) {
      return found;
    }
  }
  return text;
}

constexpr std::array kPlaces{PythonWord{"population", "populations"},
                             PythonWord{"function node", "nodes"}};
constexpr std::array kFields{
    PythonWord{"parameter", "parameters"}, PythonWord{"initial value of", "initial"},
    PythonWord{"noise of", "noise"}, PythonWord{"unit of time", "time_unit"}};
/// Parts of the library that are the function which was called: the field is its argument.
constexpr std::array<std::string_view, 4> kFunctions{"network", "run", "fit", "ridge"};

std::string place_in_python(const std::string& where, const std::vector<std::string>& edges) {
  constexpr std::string_view kEquations = "equations of ";
  constexpr std::string_view kEdge = "edge ";
  constexpr std::string_view kInput = "input to ";
  if (where.starts_with(kEquations)) {
    return renamed(where.substr(kEquations.size()), kPlaces) + ": equations";
  }
  if (where.starts_with(kInput)) {
    return fmt::format("inputs['{}']", where.substr(kInput.size()));
  }
  if (where.starts_with(kEdge) &&
      std::ranges::count(edges, std::string_view(where).substr(kEdge.size())) == 1) {
    const auto found = std::ranges::find(edges, std::string_view(where).substr(kEdge.size()));
    return fmt::format("edges[{}] ({})", found - edges.begin(), *found);
  }
  return renamed(where, kPlaces);
}

}  // namespace

InputError in_python_words(const InputError& error, const std::vector<std::string>& edges) {
  const std::string field = renamed(error.field(), kFields);
  if (std::ranges::find(kFunctions, error.where()) != kFunctions.end() && !field.empty()) {
    return {field, "", error.found(), error.required()};
  }
  return {place_in_python(error.where(), edges), field, error.found(), error.required()};
}

}  // namespace rheobase::python
