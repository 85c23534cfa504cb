// Quadratic integrate-and-fire unit with a reset that keeps what the step adds, v -> -v:
//   v' = (v^2 + eta + I_ext) / tau + k s_in,   v jumps by -2 v at a spike
//   s' = -s / tau_s,                           s jumps by 1 at a spike
//
// symbol     name                    unit  default
// tau        membrane time constant  ms    1
// k          recurrent scale               1
// eta        excitability                  -5
// tau_s      synaptic time constant  ms    1
// threshold  spike threshold               100
//
// Reference: Montbrio, Pazo & Roxin, Physical Review X 5:021028 (2015): threshold and reset of the
// theta neuron lie at +infinity and -infinity, here at +threshold and about -threshold.
#include "core/dispatch.hpp"
#include "network/templates/neuron_template_registry.hpp"

RHEOBASE_DECLARE_UNIT_KERNELS(qif_reset)

namespace rheobase::network {

const NeuronTemplateDefinition& neuron_template_qif_reset() {
  static const NeuronTemplateDefinition definition{
      .name = "qif_reset",
      .help = "quadratic integrate-and-fire whose reset is v -> -v",
      .citation =
          "Montbrio, Pazo & Roxin, Phys. Rev. X 5:021028 (2015); operator qif_reset_op of RectiPy",
      .text = R"(
variable v = -2           # membrane
variable s = 0            # synaptic trace of the unit's own spikes
parameter tau = 1 [ms]    # membrane time constant
parameter k = 1           # scales the recurrent input
parameter eta = -5        # excitability
parameter tau_s = 1 [ms]  # synaptic time constant
parameter threshold = 100 # a spike at or above, v turns to -v
input s_in [1/ms]         # recurrent input
input I_ext               # external input

v' = (v^2 + eta + I_ext)/tau + k*s_in
s' = -s/tau_s
spike when v >= threshold
on spike: v -= 2*v, s += 1
)",
      .kernels = RHEOBASE_SIMD_DISPATCH(simd_level(), network::qif_reset_unit_kernels)(),
  };
  return definition;
}

}  // namespace rheobase::network
