#pragma once

#include <cstddef>

namespace rheobase::network {

/// One value per unit, or one for all: the value of unit i is data[i & mask], where the mask is 0
/// (data holds kLanes copies) or all ones. Rows end on whole packs.
struct Row {
  const double* data = nullptr;
  std::size_t mask = 0;
};

inline constexpr std::size_t kLanes = 8;  ///< doubles in a pack
inline constexpr std::size_t kPerUnit = ~std::size_t{0};

/// What the equations of a population read, in the order of its description.
struct UnitRows {
  const Row* state = nullptr;
  const Row* parameter = nullptr;
  const Row* input = nullptr;
  const Row* mean = nullptr;  ///< population means
  std::size_t units = 0;      ///< whole packs
};

/// The parts of a neuron's equations; see NeuronDescription for what each of them gives.
enum class Part : std::size_t { derivative, outputs, margin, actions };
inline constexpr std::size_t kParts = 4;

/// out[k][i] = value k of unit i.
using UnitFunction = void (*)(const UnitRows&, double* const* out);
/// out[k][i] = its derivative with respect to quantity q of the unit, counted through state,
/// parameters, inputs and means.
using PartialFunction = void (*)(const UnitRows&, std::size_t q, double* const* out);

/// The equations of a template, compiled for one instruction set.
struct UnitKernels {
  UnitFunction evaluate[kParts];
  PartialFunction partial[kParts];
};

}  // namespace rheobase::network

/// Declares the kernels of templates/<word>.kernel.cpp for every instruction set.
#define RHEOBASE_DECLARE_UNIT_KERNELS(word)               \
  namespace rheobase::portable::network {                 \
  ::rheobase::network::UnitKernels word##_unit_kernels(); \
  }                                                       \
  namespace rheobase::avx2::network {                     \
  ::rheobase::network::UnitKernels word##_unit_kernels(); \
  }                                                       \
  namespace rheobase::avx512::network {                   \
  ::rheobase::network::UnitKernels word##_unit_kernels(); \
  }
