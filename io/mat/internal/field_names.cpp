#include "io/mat/internal/field_names.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "core/edit_distance.hpp"
#include "core/nearest_name.hpp"

namespace rheobase::io {

namespace {

/// The name without structure, unit and capital letters.
std::string stem_of(std::string_view name) {
  name.remove_prefix(name.find('.') == std::string_view::npos ? 0 : name.find('.') + 1);
  for (const std::string_view unit : {"_ms", "_mv"}) {
    if (name.ends_with(unit)) {
      name.remove_suffix(unit.size());
    }
  }
  std::string stem(name);
  std::ranges::transform(stem, stem.begin(), [](unsigned char c) { return std::tolower(c); });
  return stem;
}

/// Short names are near to many others that mean something else, more so behind another letter.
bool is_near(const std::string& stem, const std::string& other) {
  const std::size_t distance = edit_distance(stem, other);
  return distance <= std::max<std::size_t>(1, other.size() / 5) &&
         (other.size() > 4 || stem.front() == other.front());
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

std::vector<std::string> misspelt_fields(const MatFile& file,
                                         std::span<const std::string_view> known,
                                         std::span<const std::string_view> optional) {
  std::vector<std::string> sentences;
  for (const MatArray& array : file.arrays()) {
    const bool member = array.name.find_first_of(".{") != std::string::npos;
    if (member || std::ranges::find(known, array.name) != known.end()) {
      continue;
    }
    const std::string stem = stem_of(array.name);
    const auto meant = std::ranges::find_if(optional, [&](std::string_view name) {
      return !file.has(name) &&
             (letters_of(array.name) == letters_of(name) || is_near(stem, stem_of(name)));
    });
    if (meant != optional.end()) {
      sentences.push_back(fmt::format(
          "field '{}' is not known and has no effect; did you mean '{}'?", array.name, *meant));
    }
  }
  return sentences;
}

}  // namespace rheobase::io
