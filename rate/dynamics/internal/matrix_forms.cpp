#include "rate/dynamics/internal/matrix_forms.hpp"

#include <algorithm>
#include <numeric>

namespace rheobase::rate {

/// Line and index of an entry in one orientation.
struct Place {
  const Pattern& pattern;
  Orientation orientation;

  std::size_t line(std::size_t k) const {
    return orientation == Orientation::rows ? pattern.row[k] : pattern.column[k];
  }
  std::uint32_t index(std::size_t k) const {
    return orientation == Orientation::rows ? pattern.column[k] : pattern.row[k];
  }
};

namespace {

constexpr std::size_t kTileColumns = 32;
constexpr std::size_t kTileLines = 16;
constexpr std::size_t kBlockPacks = 4;

/// Exclusive running sum: counts of n bins (and a 0) become the n + 1 bounds of their ranges.
void counts_to_bounds(std::vector<std::uint32_t>& counts) {
  std::exclusive_scan(counts.begin(), counts.end(), counts.begin(), std::uint32_t{0});
}

std::vector<std::uint32_t> entries_of_lines(const Pattern& pattern, const Place& place) {
  std::vector<std::uint32_t> counts(pattern.units, 0);
  for (std::size_t k = 0; k < pattern.entries(); ++k) {
    ++counts[place.line(k)];
  }
  return counts;
}

}  // namespace

template <class Real>
LinesForm<Real>::LinesForm(const Pattern& pattern, Orientation orientation)
    : begin(entries_of_lines(pattern, {pattern, orientation})), index(pattern.entries()) {
  const Place place{pattern, orientation};
  begin.push_back(0);
  counts_to_bounds(begin);
  slots.weight.resize(pattern.entries());
  slots.position.resize(pattern.entries());
  std::vector<std::uint32_t> next = begin;
  for (std::size_t k = 0; k < pattern.entries(); ++k) {
    const std::uint32_t at = next[place.line(k)]++;
    index[at] = place.index(k);
    slots.position[k] = at;
  }
}

template <class Real>
TilesForm<Real>::TilesForm(const Pattern& pattern, Orientation orientation)
    : tiles((pattern.units + kTileColumns - 1) / kTileColumns),
      groups(pattern.padded() / kTileLines),
      begin(tiles * groups + 1, 0) {
  const Place place{pattern, orientation};
  const auto lane_of = [&](std::size_t k) {
    const std::size_t bundle = place.index(k) / kTileColumns * groups + place.line(k) / kTileLines;
    return bundle * kTileLines + place.line(k) % kTileLines;
  };
  std::vector<std::uint32_t> used(tiles * groups * kTileLines, 0);
  for (std::size_t k = 0; k < pattern.entries(); ++k) {
    const std::size_t lane = lane_of(k);
    begin[lane / kTileLines] = std::max(begin[lane / kTileLines], ++used[lane]);
  }
  counts_to_bounds(begin);
  index.assign(begin.back() * kTileLines, 0);
  slots.weight.assign(begin.back() * kTileLines, Real{0});
  slots.position.resize(pattern.entries());
  std::fill(used.begin(), used.end(), 0);
  for (std::size_t k = 0; k < pattern.entries(); ++k) {
    const std::size_t lane = lane_of(k);
    const std::size_t slot = begin[lane / kTileLines] + used[lane]++;
    const std::size_t at = slot * kTileLines + lane % kTileLines;
    index[at] = static_cast<std::uint8_t>(place.index(k) % kTileColumns);
    slots.position[k] = static_cast<std::uint32_t>(at);
  }
}

template <class Real>
BlocksForm<Real>::BlocksForm(const Pattern& pattern, Orientation orientation) {
  constexpr std::size_t lanes = kPanelTrials<Real>;
  const Place place{pattern, orientation};
  const std::size_t packs = pattern.padded() / lanes;
  const std::size_t blocks = (packs + kBlockPacks - 1) / kBlockPacks;
  // Blocks as even as possible: a narrow one would wait for its additions.
  std::vector<std::size_t> first_line_of(packs);
  std::vector<std::size_t> lines_of(packs);
  for (std::size_t b = 0; b < blocks; ++b) {
    const std::size_t first = packs * b / blocks;
    const std::size_t last = packs * (b + 1) / blocks;
    width.push_back(static_cast<std::uint32_t>(last - first));
    std::fill_n(first_line_of.begin() + static_cast<std::ptrdiff_t>(first), last - first,
                first * lanes);
    std::fill_n(lines_of.begin() + static_cast<std::ptrdiff_t>(first), last - first,
                (last - first) * lanes);
  }
  slots.weight.assign(pattern.padded() * pattern.units, Real{0});
  slots.position.resize(pattern.entries());
  for (std::size_t k = 0; k < pattern.entries(); ++k) {
    const std::size_t line = place.line(k);
    const std::size_t first = first_line_of[line / lanes];
    slots.position[k] = static_cast<std::uint32_t>(
        first * pattern.units + place.index(k) * lines_of[line / lanes] + (line - first));
  }
}

template <class Real>
StripsForm<Real>::StripsForm(const Pattern& pattern, Orientation orientation) {
  const Place place{pattern, orientation};
  const std::vector<std::uint32_t> counts = entries_of_lines(pattern, place);
  line.resize(pattern.units);
  std::iota(line.begin(), line.end(), 0);
  std::stable_sort(line.begin(), line.end(), [&](auto a, auto b) { return counts[a] > counts[b]; });
  std::vector<std::size_t> seat(pattern.units);
  for (std::size_t s = 0; s < line.size(); ++s) {
    seat[line[s]] = s;
    if (s % kStripLines == 0) {
      begin.push_back(counts[line[s]]);
    }
  }
  begin.push_back(0);
  line.resize((line.size() + kStripLines - 1) / kStripLines * kStripLines, line.back());
  counts_to_bounds(begin);
  offset.assign(begin.back() * kStripLines, 0);
  slots.weight.assign(begin.back() * kStripLines, Real{0});
  slots.position.resize(pattern.entries());
  std::vector<std::size_t> used(pattern.units, 0);
  for (std::size_t k = 0; k < pattern.entries(); ++k) {
    const std::size_t s = seat[place.line(k)];
    const std::size_t slot = begin[s / kStripLines] + used[place.line(k)]++;
    const std::size_t at = slot * kStripLines + s % kStripLines;
    offset[at] = place.index(k) * static_cast<std::uint32_t>(kPanelTrials<Real>);
    slots.position[k] = static_cast<std::uint32_t>(at);
  }
}

GradientOrder::GradientOrder(const Pattern& pattern, std::size_t rows_of_block)
    : blocks((pattern.units + rows_of_block - 1) / rows_of_block),
      begin(blocks * pattern.units + 1, 0),
      row(pattern.entries()),
      entry(pattern.entries()) {
  const auto bin_of = [&](std::size_t k) {
    return pattern.row[k] / rows_of_block * pattern.units + pattern.column[k];
  };
  for (std::size_t k = 0; k < pattern.entries(); ++k) {
    ++begin[bin_of(k)];
  }
  counts_to_bounds(begin);
  std::vector<std::uint32_t> next = begin;
  for (std::size_t k = 0; k < pattern.entries(); ++k) {
    const std::uint32_t at = next[bin_of(k)]++;
    row[at] = pattern.row[k];
    entry[at] = static_cast<std::uint32_t>(k);
  }
}

template <class Real>
std::size_t matrix_forms_bytes(std::size_t units, std::size_t entries) {
  const std::size_t padded = (units + 15) / 16 * 16;
  const std::size_t slots = padded * (units + kTileColumns);
  // Any one of lines, tiles and blocks, and strips, each at its fullest.
  return 2 * (slots * (sizeof(Real) + sizeof(std::uint32_t)) + entries * sizeof(std::uint32_t)) +
         (padded * (units / kTileColumns + 8)) * sizeof(std::uint32_t);
}

template struct LinesForm<float>;
template struct LinesForm<double>;
template struct TilesForm<float>;
template struct TilesForm<double>;
template struct BlocksForm<float>;
template struct BlocksForm<double>;
template struct StripsForm<float>;
template struct StripsForm<double>;
template std::size_t matrix_forms_bytes<float>(std::size_t, std::size_t);
template std::size_t matrix_forms_bytes<double>(std::size_t, std::size_t);

}  // namespace rheobase::rate
