#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "core/dispatch.hpp"
#include "network/kernels/vector_kernels.hpp"
#include "tests/max_abs.hpp"

using namespace rheobase;
using namespace rheobase::network;

namespace {

using RowFunction = void (*)(const double*, double*, std::size_t);

/// Largest error in units of the last place of the exact value, computed in extended precision.
template <class Exact>
double largest_error(RowFunction function, Exact exact, double low, double high) {
  constexpr std::size_t count = 100000;
  std::vector<double> x(count);
  std::vector<double> y(count);
  for (std::size_t i = 0; i < count; ++i) {
    x[i] = low + (high - low) * (static_cast<double>(i) + 0.3) / count;
  }
  function(x.data(), y.data(), count);
  double worst = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const long double truth = exact(static_cast<long double>(x[i]));
    const double rounded = static_cast<double>(truth);
    const double unit = std::nextafter(std::abs(rounded), 1e308) - std::abs(rounded);
    worst = larger(worst, std::abs(static_cast<double>(y[i] - truth)) / unit);
  }
  return worst;
}

double one(RowFunction function, double x) {
  std::vector<double> values(8, x);
  std::vector<double> out(8);
  function(values.data(), out.data(), 8);
  return out[0];
}

struct Functions {
  RowFunction exp, tanh, sigmoid, phi;
};

std::vector<Functions> all_levels() {
  namespace p = rheobase::portable::network;
  std::vector<Functions> levels{
      {&p::exp_row, &p::tanh_row, &p::sigmoid_row, &p::exp_minus_1_over_row}};
#if defined(__x86_64__)
  namespace a = rheobase::avx2::network;
  namespace b = rheobase::avx512::network;
  if (simd_level() >= SimdLevel::avx2) {
    levels.push_back({&a::exp_row, &a::tanh_row, &a::sigmoid_row, &a::exp_minus_1_over_row});
  }
  if (simd_level() >= SimdLevel::avx512) {
    levels.push_back({&b::exp_row, &b::tanh_row, &b::sigmoid_row, &b::exp_minus_1_over_row});
  }
#endif
  return levels;
}

constexpr double kInf = std::numeric_limits<double>::infinity();

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("exp, tanh and the logistic function are right within 3 units in the last place") {
    const auto f = all_levels().front();
    const auto exp_of = [](long double x) { return std::exp(x); };
    const auto tanh_of = [](long double x) { return std::tanh(x); };
    const auto sigmoid_of = [](long double x) { return 1.0L / (1.0L + std::exp(-x)); };
    const auto phi_of = [](long double x) { return std::expm1(x) / x; };
    CHECK(largest_error(f.exp, exp_of, -1.0, 1.0) <= 2.0);
    CHECK(largest_error(f.exp, exp_of, -700.0, 700.0) <= 2.0);
    CHECK(largest_error(f.tanh, tanh_of, -1e-3, 1e-3) <= 3.0);
    CHECK(largest_error(f.tanh, tanh_of, -3.0, 3.0) <= 3.0);
    CHECK(largest_error(f.tanh, tanh_of, -50.0, 50.0) <= 3.0);
    CHECK(largest_error(f.sigmoid, sigmoid_of, -30.0, 30.0) <= 3.0);
    CHECK(largest_error(f.phi, phi_of, -1e-6, 1e-6) <= 3.0);
    CHECK(largest_error(f.phi, phi_of, -40.0, 40.0) <= 4.0);
  }

  TEST_CASE("limits of the elementary functions; NaN stays NaN") {
    const auto f = all_levels().front();
    CHECK(one(f.exp, -kInf) == 0.0);
    CHECK(one(f.exp, kInf) == kInf);
    CHECK(one(f.exp, 0.0) == 1.0);
    CHECK(one(f.tanh, kInf) == 1.0);
    CHECK(one(f.tanh, -kInf) == -1.0);
    CHECK(one(f.tanh, 1e-300) == 1e-300);
    CHECK(std::signbit(one(f.tanh, -0.0)));
    CHECK(one(f.sigmoid, kInf) == 1.0);
    CHECK(one(f.sigmoid, -kInf) < 1e-300);
    CHECK(one(f.phi, 0.0) == 1.0);
    for (const RowFunction function : {f.exp, f.tanh, f.sigmoid, f.phi}) {
      CHECK(std::isnan(one(function, std::nan(""))));
    }
  }

  TEST_CASE("every instruction set gives the same bits") {
    std::vector<double> x(4096);
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = -30.0 + 0.0147 * static_cast<double>(i);
    }
    const auto levels = all_levels();
    for (const Functions& level : levels) {
      for (const auto member :
           {&Functions::exp, &Functions::tanh, &Functions::sigmoid, &Functions::phi}) {
        std::vector<double> a(x.size());
        std::vector<double> b(x.size());
        (levels.front().*member)(x.data(), a.data(), x.size());
        (level.*member)(x.data(), b.data(), x.size());
        CHECK(a == b);
      }
    }
  }
}
