#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rheobase::network {

struct Token {
  enum class Kind { name, number, symbol, unit, end };
  Kind kind = Kind::end;
  std::string text{};
  double value = 0.0;
  int line = 1;
  int column = 1;  ///< 1-based, in bytes
};

/// The tokens of one statement, an `end` token last, and the comment behind it.
struct Statement {
  std::vector<Token> tokens;
  std::string comment;
};

/// Statements end at a line's end outside of parentheses or at a semicolon; '#' starts a comment;
/// a unit is anything in brackets. @param where  names the text in messages. @throws InputError
std::vector<Statement> split_statements(std::string_view text, const std::string& where);

/// @throws InputError at the token's line and column
[[noreturn]] void fail_at(const std::string& where, const Token& token, const std::string& found,
                          const std::string& required);

}  // namespace rheobase::network
