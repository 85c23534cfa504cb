#include "io/network/internal/source_map.hpp"

#include <algorithm>
#include <cstdio>
#include <vector>

#include <fmt/format.h>

namespace rheobase::io {

namespace {

/// The words in single quotes of a text.
std::vector<std::string> quoted_words(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t open = text.find('\''); open != std::string::npos;) {
    const std::size_t close = text.find('\'', open + 1);
    if (close == std::string::npos) {
      break;
    }
    words.push_back(text.substr(open + 1, close - open - 1));
    open = text.find('\'', close + 1);
  }
  return words;
}

std::string_view line_of(std::string_view text, int line) {
  for (; line > 1 && !text.empty(); --line) {
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  return text.substr(0, text.find('\n'));
}

}  // namespace

void SourceMap::add(const std::string& part, const std::string& word, TextPosition place) {
  places_[part].emplace(word, place);
}

void SourceMap::add_text(const std::string& part, std::string_view document, TextPosition place) {
  add(part, "", place);
  const std::string_view line = line_of(document, place.line);
  const std::string_view rest =
      line.substr(std::min(line.size(), static_cast<std::size_t>(std::max(place.column - 1, 0))));
  const bool several = rest.starts_with("\"\"\"") || rest.starts_with("'''");
  if (several && rest.find_first_not_of(" \t\r", 3) == std::string_view::npos) {
    texts_[part] = {{place.line + 1, 1}, true};
  } else {
    texts_[part] = {{place.line, place.column + (several ? 3 : 1)}, several};
  }
}

std::string SourceMap::where(TextPosition place) const {
  return place.line == 0 ? file_
                         : fmt::format("{}: line {}, column {}", file_, place.line, place.column);
}

InputError SourceMap::located(const InputError& error) const {
  int line = 0;
  int column = 0;
  const auto text = texts_.find(error.where());
  if (text != texts_.end() &&
      std::sscanf(error.field().c_str(), "line %d, column %d", &line, &column) == 2) {
    const auto& [first, lines] = text->second;
    const TextPosition place{first.line + line - 1, line == 1 ? first.column + column - 1 : column};
    return {where(place), error.where(), error.found(), error.required()};
  }
  std::vector<std::string> words{error.field()};
  for (const std::string& from : {error.found(), error.field()}) {
    const std::vector<std::string> quoted = quoted_words(from);
    words.insert(words.end(), quoted.begin(), quoted.end());
  }
  words.emplace_back();
  TextPosition place;
  if (const auto part = places_.find(error.where()); part != places_.end()) {
    for (const std::string& word : words) {
      if (const auto found = part->second.find(word); found != part->second.end()) {
        place = found->second;
        break;
      }
    }
  }
  return {where(place) + ": " + one_line(error.where()), one_line(error.field()),
          one_line(error.found()), error.required()};
}

}  // namespace rheobase::io
