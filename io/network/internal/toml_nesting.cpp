#include "io/network/internal/toml_nesting.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

namespace rheobase::io {

namespace {

/// Where a string in quotes that begins at `at` ends; without its end, the end of the text.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const std::string_view three(text.substr(at, 3));
  const bool lines = three.size() == 3 && three[1] == quote && three[2] == quote;
  const std::string_view close = lines ? three : three.substr(0, 1);
  for (at += close.size(); at < text.size(); ++at) {
    if (quote == '"' && text[at] == '\\') {
      ++at;
    } else if (text.substr(at).starts_with(close)) {
      return at + close.size();
    } else if (text[at] == '\n' && !lines) {
      return at;
    }
  }
  return text.size();
}

TextPosition position_of(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1: the first line
  const auto characters = std::ranges::count_if(before.substr(line_start), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  });
  return {static_cast<int>(std::ranges::count(before, '\n')) + 1, static_cast<int>(characters) + 1};
}

/// Open brackets, and in each of them the dots of the key that is being read.
class OpenKeys {
 public:
  std::size_t depth() const { return depth_; }
  void open() {
    dots_.push_back(0);
    ++depth_;
  }
  void close() {
    end_key();
    if (dots_.size() > 1) {
      dots_.pop_back();
      --depth_;
    }
  }
  void dot() {
    ++dots_.back();
    ++depth_;
  }
  void end_key() {
    depth_ -= dots_.back();
    dots_.back() = 0;
  }

 private:
  std::vector<std::size_t> dots_{0};
  std::size_t depth_ = 0;
};

}  // namespace

std::optional<TextPosition> toml_nesting_beyond(std::string_view text, std::size_t deepest) {
  OpenKeys keys;
  char last = '\n';     // that is no space
  bool spaces = false;  // between it and the next one
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    std::size_t next = at + 1;
    const bool word = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '"' || c == '\'' ||
                      c == '_' || c == '-' || c == '+';
    if (word && spaces && last != '.') {
      keys.end_key();  // another number or key
    }
    if (c == '#') {
      next = std::min(text.find('\n', at), text.size());
    } else if (c == '"' || c == '\'') {
      next = end_of_string(text, at);
    } else if (c == '[' || c == '{') {
      keys.open();
    } else if (c == ']' || c == '}') {
      keys.close();
    } else if (c == '.') {
      keys.dot();
    } else if (c == ',' || c == '\n') {
      keys.end_key();
    }
    if (keys.depth() > deepest) {
      return position_of(text, at);
    }
    spaces = c == ' ' || c == '\t';
    last = spaces ? last : c;
    at = next;
  }
  return std::nullopt;
}

}  // namespace rheobase::io
