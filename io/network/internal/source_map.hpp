#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "io/network/toml_document.hpp"

namespace rheobase::io {

/// Where the words of a network file stand: errors of the network library name parts of a network
/// and words ("population 'exc'", parameter 'tua'), this map gives them line and column.
class SourceMap {
 public:
  SourceMap() = default;
  explicit SourceMap(std::string file) : file_(std::move(file)) {}

  const std::string& file() const { return file_; }
  /// A word of a part; an empty word is the part itself. The first place counts.
  void add(const std::string& part, const std::string& word, TextPosition place);
  /// A text with lines of its own, whose value begins at `place` of `document`.
  void add_text(const std::string& part, std::string_view document, TextPosition place);

  /// "net.toml: line 3, column 5".
  std::string where(TextPosition place) const;
  /// The same error with the place where its cause stands, as far as that is known.
  InputError located(const InputError& error) const;

 private:
  struct Text {
    TextPosition first{};  ///< of the text's first character
    bool lines = false;    ///< its further lines begin in the first column
  };

  std::string file_;
  std::map<std::string, std::map<std::string, TextPosition>> places_;
  std::map<std::string, Text> texts_;
};

}  // namespace rheobase::io
