#include "network/equations/token.hpp"

#include <cctype>
#include <charconv>

#include <fmt/format.h>

#include "core/error.hpp"

namespace rheobase::network {

namespace {

bool starts_name(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) {
    return {};
  }
  return std::string(text.substr(first, text.find_last_not_of(" \t\r") - first + 1));
}

class Lexer {
 public:
  Lexer(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  std::vector<Statement> run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n' || c == ';') {
        end_of_line(c);
      } else if (c == '#') {
        comment();
      } else if (c == ' ' || c == '\t' || c == '\r') {
        ++at_;
      } else {
        current_.tokens.push_back(next());
      }
    }
    finish();
    return std::move(statements_);
  }

 private:
  int column(std::size_t position) const { return static_cast<int>(position - line_start_) + 1; }

  void end_of_line(char c) {
    if (c == ';' || depth_ == 0) {
      finish();
    }
    ++at_;
    if (c == '\n') {
      ++line_;
      line_start_ = at_;
    }
  }

  void comment() {
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    current_.comment = trimmed(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end;
  }

  Token next() {
    const char c = text_[at_];
    Token token{.line = line_, .column = column(at_)};
    const std::size_t start = at_;
    if (starts_name(c)) {
      while (at_ < text_.size() && (starts_name(text_[at_]) || is_digit(text_[at_]))) {
        ++at_;
      }
      token.kind = Token::Kind::name;
    } else if (is_digit(c) || (c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) {
      number(token);
    } else if (c == '[') {
      const std::size_t close = text_.find_first_of("]\n", at_);
      if (close == std::string_view::npos || text_[close] != ']') {
        fail_at(where_, token, "'['", "a unit ends with ']'");
      }
      token.kind = Token::Kind::unit;
      token.text = trimmed(text_.substr(at_ + 1, close - at_ - 1));
      at_ = close + 1;
      return token;
    } else {
      symbol(token);
    }
    token.text = std::string(text_.substr(start, at_ - start));
    return token;
  }

  void number(Token& token) {
    token.kind = Token::Kind::number;
    const char* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), token.value);
    const std::size_t start = at_;
    at_ += static_cast<std::size_t>(end - begin);
    if (error != std::errc{} ||
        (at_ < text_.size() && (starts_name(text_[at_]) || text_[at_] == '.'))) {
      while (at_ < text_.size() &&
             (starts_name(text_[at_]) || is_digit(text_[at_]) || text_[at_] == '.')) {
        ++at_;
      }
      fail_at(where_, token, fmt::format("'{}'", text_.substr(start, at_ - start)),
              error == std::errc::result_out_of_range ? "is no number of double precision"
                                                      : "is no number");
    }
  }

  void symbol(Token& token) {
    token.kind = Token::Kind::symbol;
    const std::string_view two = text_.substr(at_, 2);
    if (two == "+=" || two == "-=" || two == ">=" || two == "**") {
      at_ += 2;
      return;
    }
    if (std::string_view("+-*/^(),='.:").find(text_[at_]) == std::string_view::npos) {
      std::size_t end = at_ + 1;  // of the character, which may have several bytes
      while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xc0U) == 0x80U) {
        ++end;
      }
      fail_at(where_, token, fmt::format("'{}'", text_.substr(at_, end - at_)),
              text_[at_] == '>' || text_[at_] == '<'
                  ? "must be >=: a spike is at or above threshold"
                  : "is no part of an equation");
    }
    depth_ += text_[at_] == '(' ? 1 : text_[at_] == ')' && depth_ > 0 ? -1 : 0;
    ++at_;
  }

  void finish() {
    if (!current_.tokens.empty()) {
      current_.tokens.push_back({.line = line_, .column = column(at_)});
      statements_.push_back(std::move(current_));
    }
    current_ = {};
    depth_ = 0;
  }

  std::string_view text_;
  const std::string& where_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  int line_ = 1;
  int depth_ = 0;  ///< of open parentheses
  Statement current_;
  std::vector<Statement> statements_;
};

}  // namespace

std::vector<Statement> split_statements(std::string_view text, const std::string& where) {
  return Lexer(text, where).run();
}

void fail_at(const std::string& where, const Token& token, const std::string& found,
             const std::string& required) {
  throw InputError(where, fmt::format("line {}, column {}", token.line, token.column), found,
                   required);
}

}  // namespace rheobase::network
