#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/study/study.hpp"
#include "io/network/document_value.hpp"

namespace rheobase::study {

using io::DocumentEntry;
using io::DocumentValue;
using io::TextPosition;

/// A table of a study file: what is wrong is said with file, line and column.
class StudyTable {
 public:
  /// @param part   names the table in messages: "step 'train'"; may be empty
  /// @param known  its keys; empty: any. @throws InputError for another one, with a suggestion
  StudyTable(const DocumentValue& table, std::string file, std::string part,
             const std::vector<std::string>& known);

  const DocumentValue* find(std::string_view key) const { return table_->find(key); }
  const std::vector<DocumentEntry>& entries() const { return *table_->table(); }
  TextPosition position() const { return table_->position; }
  /// Where a key stands, or the table where it has none.
  TextPosition place_of(std::string_view key) const;

  std::string text(std::string_view key) const;
  std::string text_or(std::string_view key, std::string fallback) const;
  /// A name: not empty, printable.
  std::string name(std::string_view key) const;
  /// One of some words. @throws InputError with a suggestion
  std::string word(std::string_view key, const std::vector<std::string>& words) const;
  std::optional<double> number(std::string_view key) const;
  /// Texts of an array, or one text. Nothing where there is no such key.
  std::vector<std::string> texts(std::string_view key) const;
  /// Names of the list of conditions. @throws InputError with a suggestion
  std::vector<std::string> only(const std::vector<std::string>& listed) const;
  /// Different whole numbers: "1:20", a number or an array. Nothing where there is no such key.
  std::vector<Seed> seeds(std::string_view key) const;
  /// A table below this one, or an empty one.
  StudyTable table(std::string_view key, std::string part,
                   const std::vector<std::string>& known) const;
  /// Tables of an array, [[key]].
  std::vector<StudyTable> tables(std::string_view key, const std::vector<std::string>& known) const;

  Scalar scalar(const DocumentEntry& entry) const;
  /// The values of an array, of which there must be one, or the one value.
  std::vector<Scalar> scalars(const DocumentEntry& entry) const;

  /// @throws InputError at a place of the file
  [[noreturn]] void fail(TextPosition place, std::string_view field, std::string_view found,
                         std::string_view required) const;

 private:
  const DocumentValue& get(std::string_view key, std::string_view required) const;

  const DocumentValue* table_;
  std::string file_, part_;
};

}  // namespace rheobase::study
