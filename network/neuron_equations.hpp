#pragma once

#include <cstddef>

#include "network/kernels/unit_rows.hpp"
#include "network/neuron_description.hpp"

namespace rheobase::network {

/// The equations of a population, compiled with the program or from text. Constant: any number of
/// threads may evaluate them.
class NeuronEquations {
 public:
  explicit NeuronEquations(NeuronDescription description) : description_(std::move(description)) {}
  virtual ~NeuronEquations() = default;
  NeuronEquations(const NeuronEquations&) = delete;
  NeuronEquations& operator=(const NeuronEquations&) = delete;

  const NeuronDescription& description() const { return description_; }

  /// out[k][i] = value k of that part for unit i.
  virtual void evaluate(Part part, const UnitRows& rows, double* const* out) const = 0;
  /// out[k][i] = derivative of value k with respect to quantity q of unit i.
  virtual void partial(Part part, std::size_t q, const UnitRows& rows,
                       double* const* out) const = 0;

 private:
  NeuronDescription description_;
};

/// Number of values of a part.
std::size_t value_count(const NeuronDescription& description, Part part);

}  // namespace rheobase::network
