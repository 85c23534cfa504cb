#include "rate/connectivity.hpp"

#include <algorithm>

namespace rheobase {

namespace {

constexpr std::size_t kTileColumns = 32;
constexpr std::size_t kTileLines = 16;
constexpr std::size_t kBlockPacks = 4;
/// The pattern is rebuilt once this share of its entries has died.
constexpr double kDeadShare = 0.05;
/// Densities below which sparse products of one trial win (bench/rate_bench.cpp).
constexpr double kTilesBelow = 0.5;
constexpr double kLinesBelow = 0.1;

/// Exclusive running sum: counts of n bins become the n + 1 bounds of their ranges.
void counts_to_bounds(std::vector<std::uint32_t>& counts) {
  std::uint32_t total = 0;
  for (std::uint32_t& count : counts) {
    const std::uint32_t here = count;
    count = total;
    total += here;
  }
}

}  // namespace

template <class Real>
Connectivity<Real>::Connectivity(const RateModel& model, ConnectivityUse use, SimdLevel level)
    : use_(use),
      level_(level),
      dale_(model.dale),
      units_(static_cast<std::uint32_t>(model.units())),
      allowed_(static_cast<std::size_t>(model.w.size())) {
  const Eigen::MatrixXd allowed = model.mask * model.sign.asDiagonal();
  std::transform(allowed.data(), allowed.data() + allowed.size(), allowed_.begin(),
                 [](double value) { return static_cast<Real>(value); });
}

template <class Real>
std::size_t Connectivity<Real>::count_effective(const Real* w) const {
  if (!dale_) {
    return entries();
  }
  std::uint32_t count = 0;
  for (std::size_t p = 0; p < allowed_.size(); ++p) {
    count += static_cast<std::uint32_t>(std::max(w[p], Real{0}) * allowed_[p] != Real{0});
  }
  return count;
}

template <class Real>
std::size_t Connectivity<Real>::take_over(const Real* w) {
  std::size_t effective = 0;
  for (std::size_t k = 0; k < entries(); ++k) {
    const Real weight = w[parameter_[k]];
    const bool alive = !dale_ || weight > Real{0};
    slope_[k] = alive ? factor_[k] : Real{0};
    value_[k] = alive ? factor_[k] * weight : Real{0};
    effective += alive ? 1 : 0;
  }
  return effective;
}

template <class Real>
void Connectivity<Real>::load(const Real* w) {
  if (!built_) {
    rebuild(w);
  }
  const std::size_t effective = take_over(w);
  const double dead = static_cast<double>(entries() - effective);
  if (effective != count_effective(w) || dead > kDeadShare * static_cast<double>(entries())) {
    rebuild(w);
    take_over(w);
  }
  for (Forms* forms : {&forward_, &transposed_}) {
    for (Slots* slots : {&forms->line_slots, &forms->tile_slots, &forms->block_slots}) {
      for (std::size_t k = 0; k < slots->position.size(); ++k) {
        slots->weight[slots->position[k]] = value_[k];
      }
    }
  }
}

template <class Real>
void Connectivity<Real>::parameter_gradient(std::span<const Real> of_entries,
                                            Real* gradient) const {
  std::fill_n(gradient, allowed_.size(), Real{0});
  for (std::size_t k = 0; k < entries(); ++k) {
    gradient[parameter_[k]] = of_entries[k] * slope_[k];
  }
}

template <class Real>
void Connectivity<Real>::rebuild(const Real* w) {
  parameter_.clear();
  factor_.clear();
  for (std::size_t p = 0; p < allowed_.size(); ++p) {
    if (allowed_[p] != Real{0} && (!dale_ || w[p] > Real{0})) {
      parameter_.push_back(static_cast<std::uint32_t>(p));
      factor_.push_back(allowed_[p]);
    }
  }
  value_.resize(entries());
  slope_.resize(entries());
  built_ = true;
  build(forward_, true);
  if (use_.backward) {
    build(transposed_, false);
  }
}

template <class Real>
ProductPath Connectivity<Real>::choose_path() const {
  const double density = static_cast<double>(entries()) / static_cast<double>(allowed_.size());
  if (sizeof(Real) == sizeof(float) && level_ == SimdLevel::avx512 && density < kTilesBelow) {
    return ProductPath::tiles;
  }
  return density < kLinesBelow ? ProductPath::lines : ProductPath::dense;
}

template <class Real>
void Connectivity<Real>::build(Forms& forms, bool by_row) const {
  forms = Forms{};
  forms.path = choose_path();
  // Weight gradients walk the columns, whatever the products use.
  if (use_.panels || forms.path == ProductPath::lines || !by_row) {
    build_lines(forms, by_row);
  }
  if (use_.trials && forms.path == ProductPath::tiles) {
    build_tiles(forms, by_row);
  }
  if (use_.trials && forms.path == ProductPath::dense) {
    build_blocks(forms, by_row);
  }
}

template <class Real>
void Connectivity<Real>::build_lines(Forms& forms, bool by_row) const {
  forms.line_begin.assign(units_ + 1, 0);
  forms.line_index.resize(entries());
  forms.line_slots.weight.resize(entries());
  forms.line_slots.position.resize(entries());
  for (std::size_t k = 0; k < entries(); ++k) {
    ++forms.line_begin[by_row ? row(k) : column(k)];
  }
  counts_to_bounds(forms.line_begin);
  std::vector<std::uint32_t> next = forms.line_begin;
  for (std::size_t k = 0; k < entries(); ++k) {
    const std::uint32_t at = next[by_row ? row(k) : column(k)]++;
    forms.line_index[at] = by_row ? column(k) : row(k);
    forms.line_slots.position[k] = at;
  }
}

template <class Real>
void Connectivity<Real>::build_tiles(Forms& forms, bool by_row) const {
  const std::size_t groups = padded() / kTileLines;
  const std::size_t tiles = (units_ + kTileColumns - 1) / kTileColumns;
  const auto lane_of = [&](std::size_t k) {
    const std::size_t line = by_row ? row(k) : column(k);
    const std::size_t index = by_row ? column(k) : row(k);
    return (index / kTileColumns * groups + line / kTileLines) * kTileLines + line % kTileLines;
  };
  std::vector<std::uint32_t> used(tiles * groups * kTileLines, 0);
  for (std::size_t k = 0; k < entries(); ++k) {
    ++used[lane_of(k)];
  }
  forms.tile_begin.assign(tiles * groups + 1, 0);
  for (std::size_t b = 0; b < tiles * groups; ++b) {
    const auto lanes = used.begin() + static_cast<std::ptrdiff_t>(b * kTileLines);
    forms.tile_begin[b] = *std::max_element(lanes, lanes + kTileLines);
  }
  counts_to_bounds(forms.tile_begin);
  const std::size_t slots = forms.tile_begin.back();
  forms.tile_index.assign(slots * kTileLines, 0);
  forms.tile_slots.weight.assign(slots * kTileLines, Real{0});
  forms.tile_slots.position.resize(entries());
  std::fill(used.begin(), used.end(), 0);
  for (std::size_t k = 0; k < entries(); ++k) {
    const std::size_t lane = lane_of(k);
    const std::size_t slot = forms.tile_begin[lane / kTileLines] + used[lane]++;
    const std::size_t at = slot * kTileLines + lane % kTileLines;
    forms.tile_index[at] = static_cast<std::uint8_t>((by_row ? column(k) : row(k)) % kTileColumns);
    forms.tile_slots.position[k] = static_cast<std::uint32_t>(at);
  }
}

template <class Real>
void Connectivity<Real>::build_blocks(Forms& forms, bool by_row) const {
  constexpr std::size_t lanes = kPanelTrials<Real>;
  const std::size_t packs = padded() / lanes;
  const std::size_t blocks = (packs + kBlockPacks - 1) / kBlockPacks;
  // Blocks as even as possible: a narrow one would wait for its additions.
  std::vector<std::size_t> first(blocks + 1);
  std::vector<std::size_t> block_of(packs);
  forms.block_width.resize(blocks);
  for (std::size_t b = 0; b < blocks; ++b) {
    first[b + 1] = packs * (b + 1) / blocks;
    forms.block_width[b] = static_cast<std::uint32_t>(first[b + 1] - first[b]);
    std::fill(block_of.begin() + static_cast<std::ptrdiff_t>(first[b]),
              block_of.begin() + static_cast<std::ptrdiff_t>(first[b + 1]), b);
  }
  forms.block_slots.weight.assign(padded() * units_, Real{0});
  forms.block_slots.position.resize(entries());
  for (std::size_t k = 0; k < entries(); ++k) {
    const std::size_t line = by_row ? row(k) : column(k);
    const std::size_t index = by_row ? column(k) : row(k);
    const std::size_t block = block_of[line / lanes];
    const std::size_t width = forms.block_width[block] * lanes;
    const std::size_t begin = first[block] * lanes;
    forms.block_slots.position[k] =
        static_cast<std::uint32_t>(begin * units_ + index * width + (line - begin));
  }
}

template <class Real>
LinesView<Real> Connectivity<Real>::Forms::lines() const {
  return {line_begin.data(), line_index.data(), line_slots.weight.data()};
}

template <class Real>
MatrixView<Real> Connectivity<Real>::Forms::view(const Connectivity& owner) const {
  const std::size_t groups = owner.padded() / kTileLines;
  return {
      .units = owner.units_,
      .path = path,
      .lines = lines(),
      .tiles = {(owner.units_ + kTileColumns - 1) / kTileColumns, groups, tile_begin.data(),
                tile_index.data(), tile_slots.weight.data()},
      .dense = {block_width.size(), block_width.data(), block_slots.weight.data()},
  };
}

template <class Real>
std::size_t Connectivity<Real>::bytes(std::size_t units) {
  const std::size_t padded = (units + 15) / 16 * 16;
  const std::size_t most = padded * (units + kTileColumns);
  // Per entry: parameter, factor, slope, value; per orientation: lines with index and position,
  // and either tiles (at most one slot per line and column) or blocks, with positions.
  const std::size_t entry = sizeof(std::uint32_t) + 3 * sizeof(Real);
  const std::size_t orientation = 3 * sizeof(std::uint32_t) + 2 * sizeof(Real) + 1;
  const std::size_t bounds = 2 * units + padded / kTileLines * (units / kTileColumns + 1) + 2;
  return most * (sizeof(Real) + entry + 2 * orientation) + 2 * bounds * sizeof(std::uint32_t);
}

template class Connectivity<float>;
template class Connectivity<double>;

}  // namespace rheobase
