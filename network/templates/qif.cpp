// Quadratic integrate-and-fire unit with an exponential synaptic trace of its own spikes:
//   v' = (v^2 + eta + I_ext) / tau + k s_in
//   s' = -s / tau_s,   s jumps by 1 at a spike
//
// symbol     name                    unit  default
// tau        membrane time constant  ms    1
// k          recurrent scale               1
// eta        excitability                  -5
// tau_s      synaptic time constant  ms    1
// threshold  spike threshold               100
// reset      value after a spike           -100
//
// Reference: Ermentrout & Kopell, SIAM Journal on Applied Mathematics 46:233 (1986).
#include "core/dispatch.hpp"
#include "network/templates/neuron_template_registry.hpp"

RHEOBASE_DECLARE_UNIT_KERNELS(qif)

namespace rheobase::network {

const NeuronTemplateDefinition& neuron_template_qif() {
  static const NeuronTemplateDefinition definition{
      .name = "qif",
      .help = "quadratic integrate-and-fire with exponential synapses",
      .citation = "Ermentrout & Kopell, SIAM J. Appl. Math. 46:233 (1986); template qif of RectiPy",
      .text = R"(
variable v = -2           # membrane
variable s = 0            # synaptic trace of the unit's own spikes
parameter tau = 1 [ms]    # membrane time constant
parameter k = 1           # scales the recurrent input
parameter eta = -5        # excitability
parameter tau_s = 1 [ms]  # synaptic time constant
parameter threshold = 100 # a spike at or above
parameter reset = -100    # after a spike
input s_in [1/ms]         # recurrent input
input I_ext               # external input

v' = (v^2 + eta + I_ext)/tau + k*s_in
s' = -s/tau_s
spike when v >= threshold
on spike: v = reset, s += 1
)",
      .kernels = RHEOBASE_SIMD_DISPATCH(simd_level(), network::qif_unit_kernels)(),
  };
  return definition;
}

}  // namespace rheobase::network
