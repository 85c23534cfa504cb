#include "io/network/yaml_document.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/yaml.h>

#include "core/error.hpp"

namespace rheobase::io {

namespace {

constexpr int kDeepestYaml = 50;
// Aliases of aliases stand for more values than any memory holds.
constexpr std::size_t kMostValues = 100'000;
constexpr std::size_t kMostCharacters = 10'000'000;

TextPosition yaml_place(const YAML::Mark& mark) {
  return {mark.line + 1, mark.column + 1};
}

std::string yaml_place_text(const TextPosition& place) {
  return fmt::format("line {}, column {}", place.line, place.column);
}

/// Copies nodes, aliases as what they stand for.
class YamlReader {
 public:
  explicit YamlReader(const std::string& where) : where_(where) {}

  DocumentValue read(const YAML::Node& node, int depth = 0) {
    const TextPosition place = yaml_place(node.Mark());
    if (depth > kDeepestYaml) {
      throw too_deep(place);
    }
    if (node.IsSequence()) {
      count(place, 0);
      DocumentValue::Array items;
      for (const YAML::Node& item : node) {
        items.push_back(read(item, depth + 1));
      }
      return {std::move(items), place};
    }
    if (!node.IsMap()) {
      std::string text = node.IsScalar() ? node.Scalar() : std::string();
      count(place, text.size());
      return {std::move(text), place};
    }
    count(place, 0);
    DocumentValue::Table entries;
    for (const auto& entry : node) {
      const TextPosition key = yaml_place(entry.first.Mark());
      if (!entry.first.IsScalar()) {
        fail(place, "a key that is no word", "must be a word");
      }
      count(key, entry.first.Scalar().size());
      entries.push_back({entry.first.Scalar(), key, read(entry.second, depth + 1)});
    }
    return {std::move(entries), place};
  }

  InputError too_deep(const TextPosition& place) const {
    return {where_, yaml_place_text(place), "values within values within values",
            fmt::format("must nest at most {} deep", kDeepestYaml)};
  }

 private:
  [[noreturn]] void fail(const TextPosition& place, const std::string& found,
                         const std::string& required) const {
    throw InputError(where_, yaml_place_text(place), found, required);
  }

  void count(const TextPosition& place, std::size_t characters) {
    ++values_;
    characters_ += characters;
    if (values_ > kMostValues || characters_ > kMostCharacters) {
      fail(place,
           values_ > kMostValues ? fmt::format("more than {} values", kMostValues)
                                 : fmt::format("more than {} characters", kMostCharacters),
           "must be fewer, counting what aliases stand for");
    }
  }

  const std::string& where_;
  std::size_t values_ = 0;
  std::size_t characters_ = 0;
};

}  // namespace

DocumentValue parse_yaml(std::string_view text, const std::string& where) {
  DocumentValue all{DocumentValue::Table{}, {1, 1}};
  YamlReader reader(where);
  try {
    for (const YAML::Node& document : YAML::LoadAll(std::string(text))) {
      if (document.IsMap()) {
        DocumentValue::Table entries = std::get<DocumentValue::Table>(reader.read(document).value);
        std::ranges::move(entries, std::back_inserter(std::get<DocumentValue::Table>(all.value)));
      } else if (!document.IsNull()) {
        throw InputError(where, yaml_place_text(yaml_place(document.Mark())),
                         "a document that is no table of templates", "must hold templates by name");
      }
    }
  } catch (const YAML::DeepRecursion& error) {
    throw reader.too_deep(yaml_place(error.mark));
  } catch (const YAML::Exception& error) {
    throw InputError(where, yaml_place_text(yaml_place(error.mark)), one_line(error.msg),
                     "must be valid YAML");
  }
  return all;
}

}  // namespace rheobase::io
