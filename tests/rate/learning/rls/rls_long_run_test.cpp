#include <cmath>

#include <doctest/doctest.h>

#include "core/analysis/decompositions.hpp"
#include "rate/learning/rls/half_matrix.hpp"
#include "rate/learning/rls/internal/rls_kernels.hpp"
#include "rate/learning/rls/rls.hpp"
#include "tests/rate/learning/rls/regressors.hpp"

using namespace rheobase;
using namespace rheobase::rate;
using rate::SharedRls;

namespace {

/// Rates of a network that moves in few dimensions: tanh of `modes` oscillations, mixed.
Eigen::MatrixXd smooth_rates(Eigen::Index units, Eigen::Index modes, Eigen::Index steps) {
  const Eigen::MatrixXd mixing = testing::normals(units, modes, 21);
  Eigen::MatrixXd source(modes, steps);
  for (Eigen::Index m = 0; m < modes; ++m) {
    for (Eigen::Index t = 0; t < steps; ++t) {
      source(m, t) =
          std::sin(0.013 * std::sqrt(2.0 + static_cast<double>(m)) * static_cast<double>(t));
    }
  }
  return (mixing * source).array().tanh();
}

template <class Real>
double smallest_eigenvalue_after(const Eigen::MatrixXd& r, int updates) {
  SharedRls<Real> rule(static_cast<std::size_t>(r.rows()), {});
  const Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic> rates = r.cast<Real>();
  for (int i = 0; i < updates; ++i) {
    const auto now = rates.col(i % rates.cols());
    rule.advance({now.data(), static_cast<std::size_t>(now.size())}, i);
  }
  const Eigen::MatrixXd p = rule.inverse_correlation();
  REQUIRE(p.allFinite());
  return analysis::symmetric_eigensystem(p).values[0];
}

/// Whether the half matrix repeats every entry of its diagonal packs bit for bit after updates.
template <class Real>
void check_symmetry(double forgetting) {
  constexpr std::size_t n = 45;
  constexpr std::size_t padded = padded_to_packs<Real>(n);
  AlignedVector<Real> p(rate::half_matrix_size<Real>(n));
  rate::set_identity<Real>(p, n, 1.0);
  AlignedVector<Real> rate(padded), direction(padded), root(padded), scale(padded);
  const Eigen::MatrixXd r = testing::normals(n, 1000, 22);
  for (int i = 0; i < 1000000; ++i) {
    for (std::size_t k = 0; k < n; ++k) {
      rate[k] = static_cast<Real>(r(static_cast<Eigen::Index>(k), i % 1000));
    }
    RHEOBASE_SIMD_DISPATCH(simd_level(), rls_update<Real>)
    ({n, p.data(), rate.data(), direction.data(), root.data(), scale.data(),
      static_cast<Real>(forgetting), static_cast<Real>(1.0 / std::sqrt(forgetting))});
  }
  AlignedVector<Real> mirrored = p;
  rate::mirror_diagonal_packs<Real>(mirrored, n);
  CHECK(p == mirrored);
  rate::set_identity<Real>(mirrored, n, 1.0);
  CHECK(p != mirrored);
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("both halves stay equal bit for bit over 1e6 updates") {
    for (const double forgetting : {1.0, 0.99}) {
      check_symmetry<float>(forgetting);
      check_symmetry<double>(forgetting);
    }
  }

  TEST_CASE(
      "P stays finite and positive definite over 1e6 updates, also where rates are few modes") {
    for (const Eigen::Index modes : {3, 40}) {
      const Eigen::MatrixXd r = smooth_rates(40, modes, 20000);
      CAPTURE(modes);
      CHECK(smallest_eigenvalue_after<float>(r, 1000000) > 0.0);
      CHECK(smallest_eigenvalue_after<double>(r, 1000000) > 0.0);
    }
  }
}
