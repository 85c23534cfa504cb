#include "io/network/yaml_document.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "core/error.hpp"

namespace rheobase::io {

namespace {

constexpr int kDeepest = 50;  // aliases may nest without end

TextPosition yaml_place(const YAML::Mark& mark) {
  return {mark.line + 1, mark.column + 1};
}

DocumentValue from_yaml(const YAML::Node& node, const std::string& where, int depth) {
  const TextPosition place = yaml_place(node.Mark());
  if (depth > kDeepest) {
    throw InputError(where, fmt::format("line {}, column {}", place.line, place.column),
                     "values within values without end", "must be at most 50 deep");
  }
  if (node.IsSequence()) {
    DocumentValue::Array items;
    for (const YAML::Node& item : node) {
      items.push_back(from_yaml(item, where, depth + 1));
    }
    return {std::move(items), place};
  }
  if (node.IsMap()) {
    DocumentValue::Table entries;
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) {
        throw InputError(where, fmt::format("line {}, column {}", place.line, place.column),
                         "a key that is no word", "must be a word");
      }
      entries.push_back({entry.first.Scalar(), yaml_place(entry.first.Mark()),
                         from_yaml(entry.second, where, depth + 1)});
    }
    return {std::move(entries), place};
  }
  return {node.IsScalar() ? node.Scalar() : std::string(), place};
}

}  // namespace

DocumentValue parse_yaml(std::string_view text, const std::string& where) {
  DocumentValue all{DocumentValue::Table{}, {1, 1}};
  try {
    for (const YAML::Node& document : YAML::LoadAll(std::string(text))) {
      if (document.IsMap()) {
        DocumentValue::Table entries =
            std::get<DocumentValue::Table>(from_yaml(document, where, 0).value);
        std::ranges::move(entries, std::back_inserter(std::get<DocumentValue::Table>(all.value)));
      } else if (!document.IsNull()) {
        throw InputError(where, "", "a document that is no table of templates",
                         "must hold templates by name");
      }
    }
  } catch (const YAML::Exception& error) {
    const TextPosition place = yaml_place(error.mark);
    throw InputError(where, fmt::format("line {}, column {}", place.line, place.column), error.msg,
                     "must be valid YAML");
  }
  return all;
}

}  // namespace rheobase::io
