#include "core/option_names.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

namespace rheobase {

namespace {

/// "--units" of "--units,-N".
std::string_view first_name(const FieldInfo& field) {
  return std::string_view(field.option).substr(0, field.option.find(','));
}

const FieldInfo* option_named(std::string_view name, const std::vector<FieldInfo>& fields) {
  const auto found = std::ranges::find_if(
      fields, [&](const FieldInfo& f) { return f.name == name && !f.option.empty(); });
  return found == fields.end() ? nullptr : &*found;
}

bool in_name(char c) {
  return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
}

/// Names of fields become options. Those of one word may be words of the sentence.
std::string with_options(std::string_view text, const std::vector<FieldInfo>& fields) {
  std::string result;
  while (!text.empty()) {
    const auto end = std::ranges::find_if_not(text, in_name) - text.begin();
    const std::string_view name = text.substr(0, static_cast<std::size_t>(std::max(end, 1L)));
    const FieldInfo* field =
        name.find('_') == std::string_view::npos ? nullptr : option_named(name, fields);
    result += field == nullptr ? name : first_name(*field);
    text.remove_prefix(name.size());
  }
  return result;
}

bool is_bare_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("+-.0123456789einfa") == std::string_view::npos;
}

}  // namespace

InputError in_option_names(const InputError& error, const std::vector<FieldInfo>& fields) {
  const std::string required = with_options(error.required(), fields);
  const FieldInfo* field = option_named(error.field(), fields);
  if (field == nullptr) {
    return {error.where(), error.field(), error.found(), required};
  }
  const bool bare = !field->unit.empty() && is_bare_number(error.found());
  return {first_name(*field), "", error.found() + (bare ? " " + field->unit : ""), required};
}

}  // namespace rheobase
