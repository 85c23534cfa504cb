#include <algorithm>
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "core/dispatch.hpp"
#include "core/random.hpp"
#include "tests/core/double_math/double_math_kernels.hpp"
#include "tests/max_abs.hpp"

namespace rheobase {

namespace {

struct Values {
  std::vector<double> x, exponential, sigmoid, softplus;
};

/// 80,000 arguments: uniform over +-40 and, for the ends, over +-690.
Values evaluate(SimdLevel level) {
  Values v;
  RandomStream random(1, 0, Purpose::task);
  for (int i = 0; i < 80000; ++i) {
    v.x.push_back(random.uniform(i % 2 == 0 ? -40.0 : -690.0, i % 2 == 0 ? 40.0 : 690.0));
  }
  for (const double x : {0.0, -0.0, 1.0, -1.0, 1e-9, -1e-9, 1e-300, 36.0}) {
    v.x.push_back(x);
  }
  for (std::vector<double>* out : {&v.exponential, &v.sigmoid, &v.softplus}) {
    out->resize(v.x.size());
  }
  RHEOBASE_SIMD_DISPATCH(level, double_functions)
  (v.x.data(), v.x.size(), v.exponential.data(), v.sigmoid.data(), v.softplus.data());
  return v;
}

template <class Exact>
double largest_relative_error(const std::vector<double>& x, const std::vector<double>& found,
                              Exact exact) {
  double largest = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const long double value = exact(static_cast<long double>(x[i]));
    const long double error = std::abs((static_cast<long double>(found[i]) - value) / value);
    largest = larger(largest, static_cast<double>(error));
  }
  return largest;
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("exp, sigmoid and softplus are within their bounds of extended precision") {
    const Values v = evaluate(simd_level());
    CHECK(largest_relative_error(v.x, v.exponential, [](long double x) { return std::exp(x); }) <=
          4e-16);
    CHECK(largest_relative_error(
              v.x, v.sigmoid, [](long double x) { return 1.0L / (1.0L + std::exp(-x)); }) <= 1e-15);
    CHECK(largest_relative_error(v.x, v.softplus, [](long double x) {
            return std::max(x, 0.0L) + std::log1p(std::exp(-std::abs(x)));
          }) <= 2e-15);
  }

  TEST_CASE("every instruction set gives the same bits") {
    const Values best = evaluate(simd_level());
    for (const SimdLevel level : {SimdLevel::portable, SimdLevel::avx2}) {
      if (level > simd_level()) {
        continue;
      }
      const Values other = evaluate(level);
      CHECK(best.exponential == other.exponential);
      CHECK(best.sigmoid == other.sigmoid);
      CHECK(best.softplus == other.softplus);
    }
  }

  TEST_CASE("arguments beyond the range saturate") {
    const std::vector<double> x{1e4, -1e4, 800.0, -800.0, 700.0, -700.0, 710.0, -710.0};
    std::vector<double> e(8), s(8), p(8);
    RHEOBASE_SIMD_DISPATCH(simd_level(), double_functions)
    (x.data(), 8, e.data(), s.data(), p.data());
    CHECK(std::isfinite(e[0]));
    CHECK(s[0] == 1.0);
    CHECK(s[1] < 1e-300);
    CHECK(p[0] == 1e4);
    CHECK(p[1] < 1e-300);
  }
}

}  // namespace rheobase
