#pragma once

#include <cstdint>
#include <vector>

#include "core/aligned_vector.hpp"
#include "rate/dynamics/internal/kernels.hpp"

namespace rheobase::rate {

/// Positions of the entries of a units x units matrix, column by column.
struct Pattern {
  std::uint32_t units = 0;
  std::vector<std::uint32_t> row, column;

  std::size_t entries() const { return row.size(); }
  std::size_t padded() const { return (units + std::size_t{15}) / 16 * 16; }
  double density() const {
    return static_cast<double>(entries()) / (static_cast<double>(units) * units);
  }
};

/// Whether the lines of a form are rows (W) or columns (W transposed).
enum class Orientation { rows, columns };

/// Values of the entries in the order of a form, with holes.
template <class Real>
struct Slots {
  AlignedVector<Real> weight;
  std::vector<std::uint32_t> position;  ///< of every entry of the pattern

  void put(const std::vector<Real>& values) {
    for (std::size_t k = 0; k < position.size(); ++k) {
      weight[position[k]] = values[k];
    }
  }
};

/// Owners of the arrays behind the views of kernels.hpp.
template <class Real>
struct LinesForm {
  std::vector<std::uint32_t> begin, index;
  Slots<Real> slots;

  LinesForm() = default;
  LinesForm(const Pattern& pattern, Orientation orientation);
  LinesView<Real> view() const { return {begin.data(), index.data(), slots.weight.data()}; }
};

template <class Real>
struct TilesForm {
  std::size_t tiles = 0, groups = 0;
  std::vector<std::uint32_t> begin;
  std::vector<std::uint8_t> index;
  Slots<Real> slots;

  TilesForm() = default;
  TilesForm(const Pattern& pattern, Orientation orientation);
  TilesView<Real> view() const {
    return {tiles, groups, begin.data(), index.data(), slots.weight.data()};
  }
};

template <class Real>
struct BlocksForm {
  std::vector<std::uint32_t> width;
  Slots<Real> slots;

  BlocksForm() = default;
  BlocksForm(const Pattern& pattern, Orientation orientation);
  BlocksView<Real> view() const { return {width.size(), width.data(), slots.weight.data()}; }
};

template <class Real>
struct StripsForm {
  std::vector<std::uint32_t> line, begin, offset;
  Slots<Real> slots;

  StripsForm() = default;
  StripsForm(const Pattern& pattern, Orientation orientation);
  StripsView<Real> view() const {
    return {line.size() / kStripLines, line.data(), begin.data(), offset.data(),
            slots.weight.data()};
  }
};

/// The entries in the order of the weight gradient, see EntriesView.
struct GradientOrder {
  std::size_t blocks = 0;
  std::vector<std::uint32_t> begin, row;
  std::vector<std::uint32_t> entry;  ///< index into the pattern

  GradientOrder() = default;
  GradientOrder(const Pattern& pattern, std::size_t rows_of_block);
  EntriesView view() const { return {blocks, begin.data(), row.data()}; }
};

/// Upper bound of the memory of one orientation of a matrix of `entries` entries.
template <class Real>
std::size_t matrix_forms_bytes(std::size_t units, std::size_t entries);

}  // namespace rheobase::rate
