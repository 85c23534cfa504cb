#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "core/dispatch.hpp"
#include "rate/dynamics/internal/matrix_forms.hpp"

namespace rheobase::rate {

/// What a connectivity will be used for; only the forms needed are built.
struct ConnectivityUse {
  bool trials = true;              ///< products of one trial
  bool panels = true;              ///< products of panels
  bool backward = true;            ///< transposed products and weight gradients
  std::size_t delta_bytes = 1024;  ///< backward: size of a unit's line of deltas
};

/// How the parameters of a network become its recurrent weights.
struct WeightConstraint {
  Eigen::MatrixXd allowed;  ///< N x N: factor of each parameter, 0 where there is no connection
  bool rectified = false;   ///< negative parameters count as 0 (Dale's principle)
};

/// Parameters that are the weights; those that are 0 stay so.
WeightConstraint as_they_are(const Eigen::MatrixXd& w);

/// The effective recurrent weights in the forms the kernels read. Under Dale's principle an entry
/// that is not positive has no effect and no gradient: only the others are kept. The pattern is
/// rebuilt when it has changed enough; that never changes a bit of the results.
template <class Real>
class Connectivity {
 public:
  Connectivity(const WeightConstraint& constraint, ConnectivityUse use, SimdLevel level);

  /// Takes over w (N x N, column by column).
  void load(const Real* w);

  /// Entries of the pattern; a weight gradient has one value each, in gradient_order().
  std::size_t entries() const { return pattern_.entries(); }
  /// W of an entry, counted in gradient_order().
  Real weight(std::size_t entry) const { return value_[gradient_order_.entry[entry]]; }
  EntriesView gradient_order() const { return gradient_order_.view(); }

  MatrixView<Real> forward() const { return forward_.view(pattern_); }
  MatrixView<Real> transposed() const { return transposed_.view(pattern_); }

  /// dL/dw from dL/dW of every entry: sign and mask applied, 0 where w is rectified away. Writes
  /// all N x N values.
  void parameter_gradient(std::span<const Real> of_entries, Real* gradient) const;

  /// Upper bound of the memory of one object.
  static std::size_t bytes(std::size_t units);

 private:
  /// One orientation of the matrix in the forms that are in use.
  struct Forms {
    ProductPath trial_path = ProductPath::lines;
    ProductPath panel_path = ProductPath::strips;
    LinesForm<Real> lines;
    TilesForm<Real> tiles;
    BlocksForm<Real> blocks;
    StripsForm<Real> strips;

    MatrixView<Real> view(const Pattern& pattern) const;
    void put(const std::vector<Real>& values);
  };

  void rebuild(const Real* w);
  ProductPath trial_path() const;
  ProductPath panel_path() const;
  Forms build(Orientation orientation) const;
  /// Reads value and slope of every entry; returns how many are not rectified away.
  std::size_t take_over(const Real* w);

  ConnectivityUse use_;
  SimdLevel level_;
  bool rectified_;
  bool built_ = false;
  AlignedVector<Real> allowed_;  ///< sign .* mask: +1, -1 or 0 per parameter
  Pattern pattern_;
  std::vector<std::uint32_t> parameter_;  ///< of every entry
  std::vector<Real> factor_;              ///< sign .* mask of every entry
  std::vector<Real> slope_;               ///< dW/dw: the factor, or 0 where w is rectified away
  std::vector<Real> value_;               ///< W of every entry
  Forms forward_, transposed_;
  GradientOrder gradient_order_;
};

extern template class Connectivity<float>;
extern template class Connectivity<double>;

}  // namespace rheobase::rate
