#include "io/mat/internal/field_names.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/edit_distance.hpp"
#include "core/nearest_name.hpp"

namespace rheobase::io {

namespace {

/// A name without structure, unit and capital letters.
struct Stem {
  std::string text;
  bool has_unit = false;
};

Stem stem_of(std::string_view name) {
  name.remove_prefix(name.find('.') == std::string_view::npos ? 0 : name.find('.') + 1);
  Stem stem{std::string(name)};
  std::ranges::transform(stem.text, stem.text.begin(),
                         [](unsigned char c) { return std::tolower(c); });
  for (const std::string_view unit : {"_ms", "_mv", "_msec", "_sec", "_s", "_v"}) {
    if (stem.text.ends_with(unit)) {
      return {stem.text.substr(0, stem.text.size() - unit.size()), true};
    }
  }
  return stem;
}

/// "label" of "labels"; "bias" is none.
std::string singular_of(const std::string& word) {
  constexpr std::size_t kShortest = 4;
  const bool plural = word.size() >= kShortest && word.ends_with('s') && word != "bias";
  return plural ? word.substr(0, word.size() - 1) : word;
}

/// "val" of "value": of one word, and nearly all of it.
bool is_abbreviation(const std::string& stem, const std::string& word) {
  constexpr std::size_t kShortest = 3;
  return stem.size() >= kShortest && 2 * stem.size() >= word.size() && word.starts_with(stem) &&
         word.find('_') == std::string::npos;
}

/// Short names are near to many others that mean something else, more so behind another letter.
bool is_near(const std::string& stem, const std::string& other) {
  const std::size_t distance = edit_distance(stem, other);
  return distance <= std::max<std::size_t>(1, other.size() / 5) &&
         (other.size() > 5 || stem.front() == other.front());
}

/// May `name` have been meant to be `known`? "steps" is no step in ms, nor is "stop": a short name
/// without the unit must be the very word.
bool is_misspelt(std::string_view name, std::string_view known) {
  const Stem stem = stem_of(name);
  const Stem other = stem_of(known);
  constexpr std::size_t kShort = 4;
  if (stem.text.empty()) {
    return false;
  }
  if (other.has_unit && !stem.has_unit && other.text.size() <= kShort) {
    return stem.text == other.text;
  }
  const std::string one = singular_of(stem.text);
  const std::string one_known = singular_of(other.text);
  return is_near(stem.text, other.text) || is_near(one, one_known) ||
         (one != stem.text && is_abbreviation(one, one_known));
}

/// "stepms" of "step_ms" and "stepMS".
std::string letters_of(std::string_view name) {
  std::string letters;
  for (const unsigned char c : name) {
    if (c != '_') {
      letters.push_back(static_cast<char>(std::tolower(c)));
    }
  }
  return letters;
}

}  // namespace

void require_known_members(const MatFile& file, std::string_view prefix,
                           std::span<const std::string> known) {
  for (const MatArray& array : file.arrays()) {
    if (!array.name.starts_with(prefix)) {
      continue;
    }
    const std::string_view behind = std::string_view(array.name).substr(prefix.size());
    const std::string member(behind.substr(0, behind.find_first_of(".{")));
    if (std::ranges::find(known, member) == known.end()) {
      const std::string near = nearest_name(member, {known.begin(), known.end()});
      file.fail(std::string(prefix) + member, "a member that is not known",
                near.empty() ? "must be left out: nothing would come of it"
                             : fmt::format("must be left out, or did you mean '{}'?", near));
    }
  }
}

std::vector<std::string> lost_members(const MatFile& file, const MatFields& written) {
  std::set<std::string> structures, known;
  for (const MatField& field : written.fields()) {
    structures.insert(field.name.substr(0, field.name.find('.')));
    known.insert(field.name);
  }
  std::map<std::string, std::set<std::string>> lost;
  for (const MatArray& array : file.arrays()) {
    const std::size_t dot = array.name.find('.');
    if (dot == std::string::npos || !structures.contains(array.name.substr(0, dot))) {
      continue;
    }
    const std::string member = array.name.substr(0, array.name.find_first_of(".{", dot + 1));
    if (!known.contains(member)) {
      lost[array.name.substr(0, dot)].insert(member.substr(dot + 1));
    }
  }
  std::vector<std::string> sentences;
  for (const auto& [structure, members] : lost) {
    sentences.push_back(fmt::format(
        "field '{}': members that are not known have no effect and are not carried to other "
        "files: {}",
        structure, fmt::join(members, ", ")));
  }
  return sentences;
}

std::vector<std::string> misspelt_fields(const MatFile& file,
                                         std::span<const std::string_view> known,
                                         std::span<const std::string_view> optional) {
  std::vector<std::string> sentences;
  for (const MatArray& array : file.arrays()) {
    const bool member = array.name.find_first_of(".{") != std::string::npos;
    if (member || std::ranges::find(known, array.name) != known.end()) {
      continue;
    }
    const auto meant = std::ranges::find_if(optional, [&](std::string_view name) {
      return !file.has(name) &&
             (letters_of(array.name) == letters_of(name) || is_misspelt(array.name, name));
    });
    if (meant != optional.end()) {
      sentences.push_back(fmt::format(
          "field '{}' is not known and has no effect; did you mean '{}'?", array.name, *meant));
    }
  }
  return sentences;
}

}  // namespace rheobase::io
