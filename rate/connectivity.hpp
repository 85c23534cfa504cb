#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/simd/dispatch.hpp"
#include "rate/aligned_vector.hpp"
#include "rate/kernels.hpp"
#include "rate/rate_model.hpp"

namespace rheobase {

/// What a connectivity will be used for; only the forms needed are built.
struct ConnectivityUse {
  bool trials = true;    ///< products of one trial
  bool panels = true;    ///< products of panels
  bool backward = true;  ///< transposed products and weight gradients
};

/// The effective recurrent weights in the forms the kernels read. Under Dale's principle an entry
/// that is not positive has no effect and no gradient: only the others are kept. The pattern is
/// rebuilt when it has changed enough; that never changes a bit of the results.
template <class Real>
class Connectivity {
 public:
  Connectivity(const RateModel& model, ConnectivityUse use, SimdLevel level);

  /// Takes over w (N x N, column by column).
  void load(const Real* w);

  /// Entries of the pattern; a weight gradient has one value each.
  std::size_t entries() const { return parameter_.size(); }

  MatrixView<Real> forward() const { return forward_.view(*this); }
  MatrixView<Real> transposed() const { return transposed_.view(*this); }
  LinesView<Real> columns() const { return transposed_.lines(); }

  /// dL/dw from dL/dW of every entry: sign and mask applied, 0 where w is rectified away. Writes
  /// all N x N values.
  void parameter_gradient(std::span<const Real> of_entries, Real* gradient) const;

  /// Upper bound of the memory of one object.
  static std::size_t bytes(std::size_t units);

 private:
  /// Values of the entries in some order with holes, and where entry k goes.
  struct Slots {
    AlignedVector<Real> weight;
    std::vector<std::uint32_t> position;
  };
  /// One orientation of the matrix in the forms that are in use.
  struct Forms {
    ProductPath path = ProductPath::lines;
    bool has_lines = false;
    std::vector<std::uint32_t> line_begin, line_index;
    Slots line_slots;
    std::vector<std::uint32_t> tile_begin;
    std::vector<std::uint8_t> tile_index;
    Slots tile_slots;
    std::vector<std::uint32_t> block_width;
    Slots block_slots;

    LinesView<Real> lines() const;
    MatrixView<Real> view(const Connectivity& owner) const;
  };

  void rebuild(const Real* w);
  ProductPath choose_path() const;
  void build(Forms& forms, bool by_row) const;
  void build_lines(Forms& forms, bool by_row) const;
  void build_tiles(Forms& forms, bool by_row) const;
  void build_blocks(Forms& forms, bool by_row) const;
  /// Reads value and slope of every entry; returns how many are not rectified away.
  std::size_t take_over(const Real* w);
  std::size_t count_effective(const Real* w) const;

  std::uint32_t row(std::size_t entry) const { return parameter_[entry] % units_; }
  std::uint32_t column(std::size_t entry) const { return parameter_[entry] / units_; }
  std::size_t padded() const { return (units_ + 15) / 16 * 16; }

  ConnectivityUse use_;
  SimdLevel level_;
  bool dale_;
  std::uint32_t units_;
  std::vector<Real> allowed_;             ///< sign .* mask: +1, -1 or 0 per parameter
  std::vector<std::uint32_t> parameter_;  ///< of every entry, increasing
  std::vector<Real> factor_;              ///< sign .* mask of every entry
  std::vector<Real> slope_;               ///< dW/dw: the factor, or 0 where w is rectified away
  std::vector<Real> value_;               ///< W of every entry
  bool built_ = false;
  Forms forward_, transposed_;
};

extern template class Connectivity<float>;
extern template class Connectivity<double>;

}  // namespace rheobase
