#include "apps/study/internal/study_table.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/nearest_name.hpp"

namespace rheobase::study {

namespace {

constexpr std::size_t kMostSeeds = 1'000'000;
constexpr std::string_view kSeeds =
    "must be different whole numbers from 0 to 4294967295: \"1:20\" or [1, 2, 7]";

std::optional<Seed> seed_of(std::int64_t number) {
  const bool good = number >= 0 && number <= std::numeric_limits<Seed>::max();
  return good ? std::optional(static_cast<Seed>(number)) : std::nullopt;
}

/// "1:20" or "7". Nothing where it is no such text.
std::vector<Seed> seeds_of_span(const std::string& text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  std::int64_t first = 0;
  std::int64_t last = 0;
  const char* const end = text.data() + text.size();
  const auto head = std::from_chars(text.data(), text.data() + colon, first);
  last = first;
  bool good = head.ec == std::errc() && head.ptr == text.data() + colon;
  if (good && colon < text.size()) {
    const auto tail = std::from_chars(text.data() + colon + 1, end, last);
    good = tail.ec == std::errc() && tail.ptr == end;
  }
  std::vector<Seed> seeds;
  if (good && seed_of(first) && seed_of(last) && last >= first &&
      static_cast<std::size_t>(last - first) < kMostSeeds) {
    for (std::int64_t seed = first; seed <= last; ++seed) {
      seeds.push_back(static_cast<Seed>(seed));
    }
  }
  return seeds;
}

const DocumentValue& empty_table() {
  static const DocumentValue kEmpty;
  return kEmpty;
}

}  // namespace

StudyTable::StudyTable(const DocumentValue& table, std::string file, std::string part,
                       const std::vector<std::string>& known)
    : table_(&table), file_(std::move(file)), part_(std::move(part)) {
  if (table.table() == nullptr) {
    fail(table.position, "", table.describe(), "must be a table");
  }
  for (const DocumentEntry& entry : entries()) {
    if (!known.empty() && std::ranges::find(known, entry.key) == known.end()) {
      fail(entry.position, "key", fmt::format("'{}'", entry.key), must_be_one_of(entry.key, known));
    }
  }
}

TextPosition StudyTable::place_of(std::string_view key) const {
  const DocumentValue* value = find(key);
  return value != nullptr ? value->position : position();
}

void StudyTable::fail(TextPosition place, std::string_view field, std::string_view found,
                      std::string_view required) const {
  const std::string where =
      place.line == 0 ? file_
                      : fmt::format("{}: line {}, column {}", file_, place.line, place.column);
  throw InputError(where + (part_.empty() ? "" : ": " + io::one_line(part_)), io::one_line(field),
                   io::one_line(found), required);
}

const DocumentValue& StudyTable::get(std::string_view key, std::string_view required) const {
  const DocumentValue* value = find(key);
  if (value == nullptr) {
    fail(position(), key, "nothing", required);
  }
  return *value;
}

std::string StudyTable::text(std::string_view key) const {
  const DocumentValue& value = get(key, "must be a text");
  if (value.text() == nullptr) {
    fail(value.position, key, value.describe(), "must be a text");
  }
  return *value.text();
}

std::string StudyTable::text_or(std::string_view key, std::string fallback) const {
  return find(key) != nullptr ? text(key) : std::move(fallback);
}

std::string StudyTable::name(std::string_view key) const {
  std::string given = text(key);
  const bool printable =
      std::ranges::all_of(given, [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
  if (given.empty() || given.size() > 200 || !printable) {
    fail(place_of(key), key, find(key)->describe(), "must be 1 to 200 printable characters");
  }
  return given;
}

std::string StudyTable::word(std::string_view key, const std::vector<std::string>& words) const {
  std::string given = text(key);
  if (std::ranges::find(words, given) == words.end()) {
    fail(place_of(key), key, fmt::format("'{}'", given),
         words.empty() ? "must be left out: there are none" : must_be_one_of(given, words));
  }
  return given;
}

std::vector<std::string> StudyTable::only(const std::vector<std::string>& listed) const {
  std::vector<std::string> names = texts("only");
  for (const std::string& name : names) {
    if (std::ranges::find(listed, name) == listed.end()) {
      fail(place_of("only"), "only", fmt::format("'{}'", name),
           listed.empty() ? "must be left out: there is no [[condition]]"
                          : must_be_one_of(name, listed));
    }
  }
  return names;
}

std::optional<double> StudyTable::number(std::string_view key) const {
  const DocumentValue* value = find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  double number = std::numeric_limits<double>::quiet_NaN();
  if (const auto* integer = std::get_if<std::int64_t>(&value->value)) {
    number = static_cast<double>(*integer);
  } else if (const auto* given = std::get_if<double>(&value->value)) {
    number = *given;
  }
  if (!std::isfinite(number)) {
    fail(value->position, key, value->describe(), "must be a number");
  }
  return number;
}

std::vector<std::string> StudyTable::texts(std::string_view key) const {
  const DocumentValue* value = find(key);
  std::vector<std::string> made;
  if (value == nullptr) {
    return made;
  }
  if (value->text() != nullptr) {
    return {*value->text()};
  }
  if (value->array() == nullptr) {
    fail(value->position, key, value->describe(), "must be a text or an array of texts");
  }
  for (const DocumentValue& item : *value->array()) {
    if (item.text() == nullptr) {
      fail(item.position, key, item.describe(), "must be a text");
    }
    made.push_back(*item.text());
  }
  return made;
}

std::vector<Seed> StudyTable::seeds(std::string_view key) const {
  const DocumentValue* value = find(key);
  std::vector<Seed> made;
  if (value == nullptr) {
    return made;
  }
  const auto take = [&](const DocumentValue& item) {
    const auto* number = std::get_if<std::int64_t>(&item.value);
    const std::optional<Seed> seed = number != nullptr ? seed_of(*number) : std::nullopt;
    if (!seed) {
      fail(item.position, key, item.describe(), kSeeds);
    }
    made.push_back(*seed);
  };
  if (value->text() != nullptr) {
    made = seeds_of_span(*value->text());
  } else if (value->array() != nullptr) {
    std::ranges::for_each(*value->array(), take);
  } else {
    take(*value);
  }
  if (made.empty()) {
    fail(value->position, key, value->describe(), kSeeds);
  }
  std::set<Seed> seen;
  for (const Seed seed : made) {
    if (!seen.insert(seed).second) {
      fail(value->position, key, fmt::format("the seed {} twice", seed), kSeeds);
    }
  }
  return made;
}

StudyTable StudyTable::table(std::string_view key, std::string part,
                             const std::vector<std::string>& known) const {
  const DocumentValue* value = find(key);
  return {value != nullptr ? *value : empty_table(), file_, std::move(part), known};
}

std::vector<StudyTable> StudyTable::tables(std::string_view key,
                                           const std::vector<std::string>& known) const {
  std::vector<StudyTable> made;
  const DocumentValue* value = find(key);
  if (value == nullptr) {
    return made;
  }
  if (value->array() == nullptr) {
    fail(value->position, key, value->describe(), fmt::format("must be tables: [[{}]]", key));
  }
  for (const DocumentValue& item : *value->array()) {
    made.emplace_back(item, file_, fmt::format("{} {}", key, made.size() + 1), known);
  }
  return made;
}

Scalar StudyTable::scalar(const DocumentEntry& entry) const {
  const DocumentValue& value = entry.value;
  if (const auto* truth = std::get_if<bool>(&value.value)) {
    return *truth;
  }
  if (const auto* integer = std::get_if<std::int64_t>(&value.value)) {
    return *integer;
  }
  if (const auto* number = std::get_if<double>(&value.value); number && std::isfinite(*number)) {
    return *number;
  }
  if (value.text() == nullptr) {
    fail(value.position, entry.key, value.describe(), "must be a number, a text, true or false");
  }
  return *value.text();
}

std::vector<Scalar> StudyTable::scalars(const DocumentEntry& entry) const {
  if (entry.value.array() == nullptr) {
    return {scalar(entry)};
  }
  std::vector<Scalar> made;
  for (const DocumentValue& item : *entry.value.array()) {
    made.push_back(scalar({entry.key, entry.position, item}));
  }
  if (made.empty()) {
    fail(entry.value.position, entry.key, "an empty array", "must have at least one value");
  }
  return made;
}

}  // namespace rheobase::study
