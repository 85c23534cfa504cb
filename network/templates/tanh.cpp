// Leaky integrator with a hyperbolic tangent:
//   v' = -v / tau + k r_in + I_ext + eta,   r = tanh(v)
//
// symbol  name                 unit  default
// tau     decay time           ms    10
// k       recurrent scale            1
// eta     constant input       1/ms  0
//
// Reference: Sompolinsky, Crisanti & Sommers, PRL 61:259 (1988). tau divides v alone: the network
// tau x' = -x + W r + I is the one with k = 1 / tau and I_ext = I / tau.
#include "core/dispatch.hpp"
#include "network/templates/neuron_template_registry.hpp"

RHEOBASE_DECLARE_UNIT_KERNELS(tanh)

namespace rheobase::network {

const NeuronTemplateDefinition& neuron_template_tanh() {
  static const NeuronTemplateDefinition definition{
      .name = "tanh",
      .help = "leaky integrator, r = tanh(v)",
      .citation = "Sompolinsky, Crisanti & Sommers, PRL 61:259 (1988); template li/tanh of RectiPy",
      .text = R"(
variable v = 0           # state
parameter tau = 10 [ms]  # decay time; divides v alone, not the inputs
parameter k = 1          # scales the recurrent input
parameter eta = 0 [1/ms] # constant input
input r_in               # recurrent input
input I_ext [1/ms]       # external input

v' = -v/tau + k*r_in + I_ext + eta
r = tanh(v)  # rate
)",
      .kernels = RHEOBASE_SIMD_DISPATCH(simd_level(), network::tanh_unit_kernels)(),
  };
  return definition;
}

}  // namespace rheobase::network
