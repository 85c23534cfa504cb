#pragma once

#include <cstdint>
#include <vector>

#include "core/aligned_vector.hpp"
#include "network/stepper.hpp"

namespace rheobase::network {

/// What the way back needs of one step.
struct TapeStep {
  AlignedVector<double> values;                             ///< y_n
  std::vector<std::vector<AlignedVector<double>>> inputs;   ///< by population and input
  std::vector<std::vector<AlignedVector<double>>> outputs;  ///< by population and output
  std::vector<AlignedVector<double>> nodes;                 ///< outputs of function nodes
  std::vector<AlignedVector<double>> means;  ///< by population, a pack of copies each
  std::vector<std::vector<std::uint32_t>> spiking, refractory;  ///< by population
};

/// The step that a stepper has evaluated.
TapeStep record_step(const Stepper& stepper);

/// The values of an edge's source in that step, before any delay.
const double* source_values(const Network& network, const TapeStep& step, const Signal& source,
                            AlignedVector<double>& spike_row);

}  // namespace rheobase::network
