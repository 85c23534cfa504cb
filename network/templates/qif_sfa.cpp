// Quadratic integrate-and-fire unit with spike-frequency adaptation:
//   v' = (v^2 + eta - x + I_ext) / tau + k s_in
//   s' = -s / tau_s,   s jumps by 1 at a spike
//   x' = -x / tau_x,   x jumps by alpha at a spike
//
// symbol     name                    unit  default
// tau        membrane time constant  ms    1
// k          recurrent scale               1
// eta        excitability                  -5
// tau_s      synaptic time constant  ms    1
// alpha      adaptation of one spike       1
// tau_x      adaptation time         ms    10
// threshold  spike threshold               100
// reset      value after a spike           -100
//
// Reference: Gast, Schmidt & Knoesche, Neural Computation 32:1615 (2020).
#include "core/dispatch.hpp"
#include "network/templates/neuron_template_registry.hpp"

RHEOBASE_DECLARE_UNIT_KERNELS(qif_sfa)

namespace rheobase::network {

const NeuronTemplateDefinition& neuron_template_qif_sfa() {
  static const NeuronTemplateDefinition definition{
      .name = "qif_sfa",
      .help = "quadratic integrate-and-fire with spike-frequency adaptation",
      .citation =
          "Gast, Schmidt & Knoesche, Neural Comput. 32:1615 (2020); template qif_sfa of RectiPy",
      .text = R"(
variable v = -2           # membrane
variable s = 0            # synaptic trace of the unit's own spikes
variable x = 0            # adaptation
parameter tau = 1 [ms]    # membrane time constant
parameter k = 1           # scales the recurrent input
parameter eta = -5        # excitability
parameter tau_s = 1 [ms]  # synaptic time constant
parameter alpha = 1       # adaptation of one spike
parameter tau_x = 10 [ms] # time constant of adaptation
parameter threshold = 100 # a spike at or above
parameter reset = -100    # after a spike
input s_in [1/ms]         # recurrent input
input I_ext               # external input

v' = (v^2 + eta - x + I_ext)/tau + k*s_in
s' = -s/tau_s
x' = -x/tau_x
spike when v >= threshold
on spike: v = reset, s += 1, x += alpha
)",
      .kernels = RHEOBASE_SIMD_DISPATCH(simd_level(), network::qif_sfa_unit_kernels)(),
  };
  return definition;
}

}  // namespace rheobase::network
