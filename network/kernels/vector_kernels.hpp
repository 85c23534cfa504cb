#pragma once

#include <cstddef>
#include <cstdint>

#include "network/kernels/unit_rows.hpp"

// Loops over the state of a network. Lengths are whole packs unless said.
#define RHEOBASE_DECLARE(variant)                                                        \
  namespace rheobase::variant::network {                                                 \
  /* y += h k; returns whether all of y is finite. */                                    \
  bool advance(double* y, const double* k, double h, std::size_t n);                     \
  /* out = y + h k. */                                                                   \
  void displace(double* out, const double* y, const double* k, double h, std::size_t n); \
  /* k += w l. */                                                                        \
  void accumulate(double* k, const double* l, double w, std::size_t n);                  \
  /* y += h (e^z - 1) / z f with z = h j. */                                             \
  void advance_exponentially(double* y, const double* f, const double* j, double h,      \
                             std::size_t n);                                             \
  bool all_finite(const double* y, std::size_t n);                                       \
  /* y += x. */                                                                          \
  void add_row(double* y, ::rheobase::network::Row x, std::size_t n);                    \
  /* y += w x, one weight per unit. */                                                   \
  void add_scaled_row(double* y, const double* w, const double* x, std::size_t n);       \
  /* Sum of n values, any number. */                                                     \
  double sum_row(const double* x, std::size_t n);                                        \
  /* Whether any value is at least 0. */                                                 \
  bool any_at_least_zero(const double* x, std::size_t n);                                \
  void tanh_row(const double* x, double* y, std::size_t n);                              \
  void sigmoid_row(const double* x, double* y, std::size_t n);                           \
  void exp_row(const double* x, double* y, std::size_t n);                               \
  void exp_minus_1_over_row(const double* x, double* y, std::size_t n);                  \
  }
RHEOBASE_DECLARE(portable)
RHEOBASE_DECLARE(avx2)
RHEOBASE_DECLARE(avx512)
#undef RHEOBASE_DECLARE
