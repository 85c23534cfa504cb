#include "network/kernels/simd/elementary.hpp"
#include "network/kernels/vector_kernels.hpp"

namespace rheobase::RHEOBASE_SIMD::network {

namespace {

constexpr std::size_t kStep = Doubles::lanes;

/// 0 in every lane where x is finite, NaN elsewhere.
RHEOBASE_INLINE Doubles not_finite(const Doubles& x) {
  return x * 0.0;
}

}  // namespace

bool advance(double* y, const double* k, double h, std::size_t n) {
  Doubles bad = Doubles::all(0.0);
  for (std::size_t i = 0; i < n; i += kStep) {
    const Doubles next = Doubles::load(y + i) + Doubles::load(k + i) * h;
    next.store(y + i);
    bad = bad + not_finite(next);
  }
  return sum(bad) == 0.0;
}

void displace(double* out, const double* y, const double* k, double h, std::size_t n) {
  for (std::size_t i = 0; i < n; i += kStep) {
    (Doubles::load(y + i) + Doubles::load(k + i) * h).store(out + i);
  }
}

void accumulate(double* k, const double* l, double w, std::size_t n) {
  for (std::size_t i = 0; i < n; i += kStep) {
    (Doubles::load(k + i) + Doubles::load(l + i) * w).store(k + i);
  }
}

void advance_exponentially(double* y, const double* f, const double* j, double h, std::size_t n) {
  for (std::size_t i = 0; i < n; i += kStep) {
    const Doubles phi = exp_minus_1_over(Doubles::load(j + i) * h);
    (Doubles::load(y + i) + phi * h * Doubles::load(f + i)).store(y + i);
  }
}

bool all_finite(const double* y, std::size_t n) {
  Doubles bad = Doubles::all(0.0);
  for (std::size_t i = 0; i < n; i += kStep) {
    bad = bad + not_finite(Doubles::load(y + i));
  }
  return sum(bad) == 0.0;
}

void add_row(double* y, ::rheobase::network::Row x, std::size_t n) {
  for (std::size_t i = 0; i < n; i += kStep) {
    (Doubles::load(y + i) + Doubles::load(x.data + (i & x.mask))).store(y + i);
  }
}

void add_scaled_row(double* y, const double* w, const double* x, std::size_t n) {
  for (std::size_t i = 0; i < n; i += kStep) {
    (Doubles::load(y + i) + Doubles::load(w + i) * Doubles::load(x + i)).store(y + i);
  }
}

double sum_row(const double* x, std::size_t n) {
  Doubles packs = Doubles::all(0.0);
  std::size_t i = 0;
  for (; i + kStep <= n; i += kStep) {
    packs = packs + Doubles::load(x + i);
  }
  double total = sum(packs);
  for (; i < n; ++i) {
    total += x[i];
  }
  return total;
}

bool any_at_least_zero(const double* x, std::size_t n) {
  Doubles found = Doubles::all(0.0);
  for (std::size_t i = 0; i < n; i += kStep) {
    found = found + step(Doubles::load(x + i));
  }
  return !(sum(found) == 0.0);
}

void tanh_row(const double* x, double* y, std::size_t n) {
  for (std::size_t i = 0; i < n; i += kStep) {
    tanh(Doubles::load(x + i)).store(y + i);
  }
}

void sigmoid_row(const double* x, double* y, std::size_t n) {
  for (std::size_t i = 0; i < n; i += kStep) {
    sigmoid(Doubles::load(x + i)).store(y + i);
  }
}

void exp_row(const double* x, double* y, std::size_t n) {
  for (std::size_t i = 0; i < n; i += kStep) {
    exp(Doubles::load(x + i)).store(y + i);
  }
}

void exp_minus_1_over_row(const double* x, double* y, std::size_t n) {
  for (std::size_t i = 0; i < n; i += kStep) {
    exp_minus_1_over(Doubles::load(x + i)).store(y + i);
  }
}

}  // namespace rheobase::RHEOBASE_SIMD::network
