#include "core/counted.hpp"

namespace rheobase {

std::string counted_words(std::string_view number, bool one, std::string_view word) {
  std::string text{number};
  text.append(" ").append(word);
  if (one) {
    return text;
  }
  const char last = word.empty() ? '\0' : word.back();
  const char before = word.size() > 1 ? word[word.size() - 2] : '\0';
  if (last == 'y' && std::string_view("aeiou").find(before) == std::string_view::npos) {
    text.back() = 'i';
    return text + "es";
  }
  return text + (last == 's' || last == 'x' || word.ends_with("ch") ? "es" : "s");
}

}  // namespace rheobase
