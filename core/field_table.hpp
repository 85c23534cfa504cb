#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/field_table_fwd.hpp"
#include "core/random.hpp"
#include "core/range.hpp"

/// Field tables: for every struct of options one list of its fields, each with its name, unit,
/// range, help and source. The command line, .mat and JSON files both ways, reports and the
/// documentation are made from it, with one check of values (value_fault) everywhere.
///
///     const FieldTable<Options>& option_fields() {
///       static const FieldTable<Options> table{
///           field("step_ms", &Options::step_ms, {1e-4, 1.0},
///                 {.option = "--step", .unit = "ms", .help = "Step of the engine"}), ...};
///       return table;
///     }
namespace rheobase {

using FieldValue = std::variant<bool, std::int64_t, double, std::string>;

/// Values by the names of their fields, such as those that a command line gives.
using FieldValues = std::map<std::string, FieldValue>;

enum class FieldKind { truth, integer, number, word };

/// What is said about a field beside its name, type and range.
struct FieldText {
  std::string option = {};    ///< on the command line, all its names; empty: it is not there
  std::string unit = {};      ///< "ms", "mV^2/ms"
  std::string label = {};     ///< in reports: "refractory period"
  std::string help = {};      ///< of the option; unit, range and default are added to it
  std::string citation = {};  ///< where definition or default come from
  bool flag = false;          ///< of a truth: the option takes no value, "!" marks a name for no
};

/// A field without its place in a struct: what adapters to files and command lines work with.
struct FieldInfo : FieldText {
  std::string name;  ///< in files, in JSON and in messages: "refractory_ms"
  FieldKind kind = FieldKind::number;
  Range range;                     ///< of numbers and integers
  std::vector<std::string> words;  ///< of a word: all that it can be
};

/// A field of the struct Options. `set` takes values without a fault.
template <class Options>
struct Field : FieldInfo {
  std::function<FieldValue(const Options&)> get;
  std::function<void(Options&, const FieldValue&)> set;
};

/// A value of an enumeration and the word for it.
template <class Enum>
using Word = std::pair<Enum, std::string_view>;

/// What is wrong with a value, in the words of an InputError.
struct FieldFault {
  std::string found;
  std::string required;
};

/// "must be a number, 0 to 50 ms".
std::string requirement(const FieldInfo& field);

/// Nothing where the field can have the value. Whole numbers pass for integers, whatever their
/// type.
std::optional<FieldFault> value_fault(const FieldInfo& field, const FieldValue& value);

/// @throws InputError with `where` and `spelled`, the field as the caller knows it
void require(const FieldInfo& field, const FieldValue& value, std::string_view where,
             std::string_view spelled);

/// The number in a value that holds one.
double number_of(const FieldValue& value);

/// "0.05", "true", "lif".
std::string value_text(const FieldValue& value);

/// Checks every field. @throws InputError that names `where` and the first field at fault
template <class Options>
void check(const Options& options, const FieldTable<Options>& table, std::string_view where) {
  for (const Field<Options>& field : table) {
    require(field, field.get(options), where, field.name);
  }
}

/// Sets the fields that `given` has a value for; names of other tables are passed over.
template <class Options>
void set_given(const FieldValues& given, const FieldTable<Options>& table, Options& options) {
  for (const Field<Options>& field : table) {
    if (const auto value = given.find(field.name); value != given.end()) {
      field.set(options, value->second);
    }
  }
}

/// The field of this name. @throws Error where the table has none
template <class Options>
const Field<Options>& find_field(const FieldTable<Options>& table, std::string_view name);

namespace field_table {

template <class Options>
Field<Options> described(std::string name, FieldKind kind, FieldText text) {
  Field<Options> field;
  static_cast<FieldText&>(field) = std::move(text);
  field.name = std::move(name);
  field.kind = kind;
  return field;
}

[[noreturn]] void no_such_field(std::string_view name);

}  // namespace field_table

template <class Options>
Field<Options> field(std::string name, bool Options::*member, FieldText text) {
  auto made = field_table::described<Options>(std::move(name), FieldKind::truth, std::move(text));
  made.get = [member](const Options& options) { return FieldValue(options.*member); };
  made.set = [member](Options& options, const FieldValue& value) {
    options.*member = std::get<bool>(value);
  };
  return made;
}

/// A number, or an integer where the member is one. An integer's range ends where its type does.
template <class Options, class Number>
requires(std::is_arithmetic_v<Number> && !std::is_same_v<Number, bool>) Field<Options> field(
    std::string name, Number Options::*member, Range range, FieldText text) {
  constexpr bool integer = std::is_integral_v<Number>;
  using Stored = std::conditional_t<integer, std::int64_t, double>;
  auto made = field_table::described<Options>(
      std::move(name), integer ? FieldKind::integer : FieldKind::number, std::move(text));
  made.range = range;
  if constexpr (integer) {
    using Limits = std::numeric_limits<Number>;
    made.range.low = std::max(range.low, static_cast<double>(Limits::min()));
    made.range.high = std::min(range.high, static_cast<double>(Limits::max()));
  }
  made.get = [member](const Options& options) {
    return FieldValue(static_cast<Stored>(options.*member));
  };
  made.set = [member](Options& options, const FieldValue& value) {
    options.*member = static_cast<Number>(number_of(value));
  };
  return made;
}

/// One of the words of an enumeration.
template <class Options, class Enum, class Words>
requires std::is_enum_v<Enum> Field<Options> field(std::string name, Enum Options::*member,
                                                   const Words& enum_words, FieldText text) {
  auto made = field_table::described<Options>(std::move(name), FieldKind::word, std::move(text));
  const std::vector<Word<Enum>> words(enum_words.begin(), enum_words.end());
  for (const auto& [value, word] : words) {
    made.words.emplace_back(word);
  }
  made.get = [member, words](const Options& options) {
    for (const auto& [value, word] : words) {
      if (value == options.*member) {
        return FieldValue(std::string(word));
      }
    }
    return FieldValue(std::string());
  };
  made.set = [member, words](Options& options, const FieldValue& given) {
    for (const auto& [value, word] : words) {
      if (word == std::get<std::string>(given)) {
        options.*member = value;
      }
    }
  };
  return made;
}

/// One of the names of a registry.
template <class Options>
Field<Options> field(std::string name, std::string Options::*member, std::vector<std::string> words,
                     FieldText text) {
  auto made = field_table::described<Options>(std::move(name), FieldKind::word, std::move(text));
  made.words = std::move(words);
  made.get = [member](const Options& options) { return FieldValue(options.*member); };
  made.set = [member](Options& options, const FieldValue& value) {
    options.*member = std::get<std::string>(value);
  };
  return made;
}

template <class Options>
Field<Options> seed_field(Seed Options::*member) {
  return field("seed", member, {},
               {.option = "--seed",
                .label = "seed",
                .help = "Seed of every random number of the run: the same seed and options give "
                        "the same result on any number of threads"});
}

template <class Options>
Field<Options> threads_field(int Options::*member) {
  return field("threads", member, {0.0, 1024.0},
               {.option = "--threads",
                .label = "threads",
                .help = "Threads to use, without influence on the result; 0: as many as the "
                        "machine has"});
}

/// A field of a struct that is itself a member of Options, under the same name or another.
template <class Options, class Part>
Field<Options> part(Part Options::*member, const Field<Part>& field, std::string name = {}) {
  Field<Options> made;
  static_cast<FieldInfo&>(made) = field;
  if (!name.empty()) {
    made.name = std::move(name);
  }
  made.get = [member, get = field.get](const Options& options) { return get(options.*member); };
  made.set = [member, set = field.set](Options& options, const FieldValue& value) {
    set(options.*member, value);
  };
  return made;
}

template <class Options>
const Field<Options>& find_field(const FieldTable<Options>& table, std::string_view name) {
  for (const Field<Options>& field : table) {
    if (field.name == name) {
      return field;
    }
  }
  field_table::no_such_field(name);
}

/// The word for a value of an enumeration.
template <class Words, class Enum>
std::string_view word_of(const Words& words, Enum value) {
  for (const auto& [one, word] : words) {
    if (one == value) {
      return word;
    }
  }
  return "";
}

[[noreturn]] void no_such_word(std::string_view what, std::string_view word,
                               std::span<const std::string_view> words);

/// The value that a word stands for. @throws InputError that names `what` and lists the words
template <class Words>
auto value_of(const Words& words, std::string_view word, std::string_view what) {
  std::vector<std::string_view> known;
  for (const auto& [value, one] : words) {
    if (one == word) {
      return value;
    }
    known.push_back(one);
  }
  no_such_word(what, word, known);
}

}  // namespace rheobase
