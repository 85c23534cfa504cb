// Leaky integrator with a logistic function:
//   v' = -v / tau + k r_in + I_ext + eta,   r = r_max / (1 + exp(s (v0 - v)))
//
// symbol  name                    unit  default
// tau     decay time              ms    10
// k       recurrent scale               1
// eta     constant input          1/ms  0
// r_max   largest rate                  1
// s       slope                         1
// v0      state at half of r_max        0
//
// Reference: Wilson & Cowan, Biophysical Journal 12:1 (1972).
#include "core/dispatch.hpp"
#include "network/templates/neuron_template_registry.hpp"

RHEOBASE_DECLARE_UNIT_KERNELS(sigmoid)

namespace rheobase::network {

const NeuronTemplateDefinition& neuron_template_sigmoid() {
  static const NeuronTemplateDefinition definition{
      .name = "sigmoid",
      .help = "leaky integrator, r = r_max / (1 + exp(s (v0 - v)))",
      .citation = "Wilson & Cowan, Biophys. J. 12:1 (1972); template li/sigmoid of RectiPy",
      .text = R"(
variable v = 0           # state
parameter tau = 10 [ms]  # decay time; divides v alone, not the inputs
parameter k = 1          # scales the recurrent input
parameter eta = 0 [1/ms] # constant input
parameter r_max = 1      # largest rate
parameter s = 1          # slope
parameter v0 = 0         # state at half of r_max
input r_in               # recurrent input
input I_ext [1/ms]       # external input

v' = -v/tau + k*r_in + I_ext + eta
r = r_max*sigmoid(s*(v - v0))  # rate
)",
      .kernels = RHEOBASE_SIMD_DISPATCH(simd_level(), network::sigmoid_unit_kernels)(),
  };
  return definition;
}

}  // namespace rheobase::network
