// Recursive least squares (RLS): online minimisation of the sum of squared errors of a linear sum
//   z(t) = w . r(t),  e(t) = z(t) - target(t), with the penalty delta |w - w(0)|^2.
//
//   k = P r              q = r . k
//   P <- (P - k k' / (lambda + q)) / lambda          P(0) = I / delta
//   w <- w - e k / (lambda + q)                      gain `rls`
//   w <- w - e k / (lambda + 2 q)                    gain `updated_p`
//
//   symbol   name         unit  default
//   delta    delta        1     1        penalty of the equivalent ridge regression
//   lambda   forgetting   1     1        weight of the past, a factor per update
//
// The second gain is what a program gets that applies the rule with the already updated P both as
// direction and in 1 / (1 + r . P r), as some FORCE programs do: half a step while q is large.
//
// P is kept as a half matrix: it cannot lose its symmetry, and u u' with u = k / sqrt(lambda + q)
// is what is subtracted. Inputs that stay 0 leave weights and P alone, also under forgetting.
//
// References: Haykin, Adaptive Filter Theory, ch. 10; Sussillo & Abbott, Neuron 63:544 (2009);
// Laje & Buonomano, Nat. Neurosci. 16:925 (2013), one P per unit over its presynaptic units.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <Eigen/Core>

#include "core/aligned_vector.hpp"
#include "core/dispatch.hpp"
#include "core/error.hpp"
#include "core/field_table_fwd.hpp"
#include "rate/learning/named_arrays.hpp"
#include "rate/models/reservoir/sparse_rows.hpp"

namespace rheobase::rate {

/// Rounding took the positive definiteness of the inverse correlation matrix.
class IndefiniteError : public Error {
 public:
  using Error::Error;
};

/// The factor of the weights' change.
enum class RlsGain {
  rls,        ///< k / (lambda + q): exact recursive least squares
  updated_p,  ///< k / (lambda + 2 q): with the updated P in place of the old one
};

struct RlsOptions {
  double delta = 1.0;
  double forgetting = 1.0;  ///< in (0, 1]
  RlsGain gain = RlsGain::rls;
};

const FieldTable<RlsOptions>& rls_fields();

/// @throws InputError for options out of range
void validate(const RlsOptions& options);

/// Bytes that the P of these numbers of inputs take in RLS<Real>.
template <class Real>
std::size_t rls_memory_bytes(std::span<const std::size_t> inputs);

/// One P over inputs 0 ... n - 1, shared by all weights that see them (readouts, FORCE).
///
/// Real = float or double. Every instruction set gives the same bits.
template <class Real>
class SharedRls {
 public:
  using Matrix = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>;
  using Vector = Eigen::Matrix<Real, Eigen::Dynamic, 1>;

  SharedRls(std::size_t inputs, const RlsOptions& options, SimdLevel level = simd_level());

  std::size_t inputs() const { return inputs_; }

  /// Takes the inputs r into P.
  /// @param step  for messages
  /// @return the gain g, so that w <- w - e g is one update; valid until the next call. Zeros
  ///         where r is zero.
  /// @throws NonFiniteError where r or P is not finite
  Eigen::Map<const Vector> advance(std::span<const Real> r, std::int64_t step);

  /// One update of `weights` (outputs x inputs) with one error an output.
  /// @throws NonFiniteError that names the output (as unit) and the step; the weights are then as
  ///         they were before
  void update(std::span<const Real> r, std::span<const Real> errors, Eigen::Ref<Matrix> weights,
              std::int64_t step);

  /// P, inputs x inputs.
  Eigen::MatrixXd inverse_correlation() const;

  /// One array: the lower half of P by rows, n (n + 1) / 2 numbers.
  NamedArrays state(std::string name = "P") const;
  void restore(const NamedArrays& state, std::string_view name = "P");

 private:
  RlsOptions options_;
  SimdLevel level_;
  std::size_t inputs_;
  AlignedVector<Real> p_, rate_, direction_, root_, scale_;
};

/// One P per unit over its presynaptic units (recurrent weights).
///
/// Real = float or double. Neither instruction set nor threads change a bit.
template <class Real>
class UnitRls {
 public:
  /// Unit i of the rule is row i of `weights`; trains the first `units` rows.
  UnitRls(const SparseRows<Real>& weights, std::size_t units, const RlsOptions& options,
          SimdLevel level = simd_level());

  std::size_t units() const { return inputs_.size(); }

  /// One update of every unit.
  /// @param rates    r of all presynaptic units (columns of the weights)
  /// @param errors   e of each trained unit
  /// @param weights  the rows given to the constructor, with their values of now
  /// @throws NonFiniteError that names the first unit at fault and the step; other units may then
  ///         have learnt already
  void update(std::span<const Real> rates, std::span<const Real> errors, SparseRows<Real>& weights,
              std::int64_t step, int threads = 1);

  /// P of a unit; rows and columns by increasing presynaptic index.
  Eigen::MatrixXd inverse_correlation(std::size_t unit) const;

  /// One array: the lower halves of all P by rows, one unit after the other.
  NamedArrays state(std::string name = "P") const;
  void restore(const NamedArrays& state, std::string_view name = "P");

 private:
  struct Workspace;
  enum class Fault { none, error, correlation, indefinite, weight };
  Fault update_unit(std::size_t unit, std::span<const Real> rates, Real error,
                    SparseRows<Real>& weights, Workspace& workspace);

  RlsOptions options_;
  SimdLevel level_;
  std::vector<std::size_t> inputs_;  ///< of each unit
  std::vector<std::size_t> begin_;   ///< of each half matrix in p_
  std::size_t most_inputs_ = 0;
  AlignedVector<Real> p_;
};

extern template class SharedRls<float>;
extern template class SharedRls<double>;
extern template class UnitRls<float>;
extern template class UnitRls<double>;

}  // namespace rheobase::rate
