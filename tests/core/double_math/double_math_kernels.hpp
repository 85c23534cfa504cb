#pragma once

#include <cstddef>

#define RHEOBASE_DECLARE(variant)                                                                 \
  namespace rheobase::variant {                                                                   \
  void double_functions(const double* x, std::size_t count, double* exponential, double* sigmoid, \
                        double* softplus);                                                        \
  }
RHEOBASE_DECLARE(portable)
RHEOBASE_DECLARE(avx2)
RHEOBASE_DECLARE(avx512)
#undef RHEOBASE_DECLARE
