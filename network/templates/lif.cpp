// Leaky integrate-and-fire unit with an exponential synaptic trace of its own spikes:
//   v' = -v / tau + k s_in + I_ext + eta
//   s' = -s / tau_s + s_ext,   s jumps by 1 at a spike
//
// symbol     name                    unit  default
// tau        membrane time constant  ms    10
// k          recurrent scale               1
// eta        constant input          1/ms  0
// tau_s      synaptic time constant  ms    0.5
// threshold  spike threshold               1
// reset      value after a spike           0
//
// Reference: Stein, Biophysical Journal 5:173 (1965). No refractory period; for the units of the
// spiking engines see spiking_lif.
#include "core/dispatch.hpp"
#include "network/templates/neuron_template_registry.hpp"

RHEOBASE_DECLARE_UNIT_KERNELS(lif)

namespace rheobase::network {

const NeuronTemplateDefinition& neuron_template_lif() {
  static const NeuronTemplateDefinition definition{
      .name = "lif",
      .help = "leaky integrate-and-fire with exponential synapses",
      .citation = "Lapicque (1907); Stein, Biophys. J. 5:173 (1965); template lif of RectiPy",
      .text = R"(
variable v = 0            # membrane
variable s = 0 [1/ms]     # synaptic trace of the unit's own spikes
parameter tau = 10 [ms]   # membrane time constant; divides v alone, not the inputs
parameter k = 1           # scales the recurrent input
parameter eta = 0 [1/ms]  # constant input
parameter tau_s = 0.5 [ms] # synaptic time constant
parameter threshold = 1   # a spike at or above
parameter reset = 0       # after a spike
input s_in [1/ms]         # recurrent input
input s_ext               # external spikes per time
input I_ext [1/ms]        # external input

v' = -v/tau + k*s_in + I_ext + eta
s' = -s/tau_s + s_ext
spike when v >= threshold
on spike: v = reset, s += 1
)",
      .kernels = RHEOBASE_SIMD_DISPATCH(simd_level(), network::lif_unit_kernels)(),
  };
  return definition;
}

}  // namespace rheobase::network
