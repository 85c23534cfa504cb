// Izhikevich's unit with a recovery variable of its own:
//   C v' = k (v - v_r)(v - v_th) - u + I_ext + eta + g s_in (E_r - v)
//   u' = (b (v - v_r) - u) / tau_u,   u jumps by kappa at a spike
//   s' = -s / tau_s,                  s jumps by 1 at a spike
//
// symbol     name                      unit   default
// C          capacitance               pF     100
// k          scale of the quadratic    nS/mV  0.7
// v_r        resting potential         mV     -60
// v_th       instantaneous threshold   mV     -40
// eta        constant input            pA     0
// g          synaptic conductance      nS     1
// E_r        reversal potential        mV     0
// b          sensitivity of recovery   nS     -2
// tau_u      recovery time             ms     33.33
// kappa      recovery of one spike     pA     10
// tau_s      synaptic time constant    ms     6
// threshold  spike threshold           mV     40
// reset      value after a spike       mV     -60
//
// Reference: Izhikevich, Dynamical Systems in Neuroscience, MIT Press (2007), chapter 8.
#include "core/dispatch.hpp"
#include "network/templates/neuron_template_registry.hpp"

RHEOBASE_DECLARE_UNIT_KERNELS(ik)

namespace rheobase::network {

const NeuronTemplateDefinition& neuron_template_ik() {
  static const NeuronTemplateDefinition definition{
      .name = "ik",
      .help = "Izhikevich unit with a recovery variable and conductance synapses",
      .citation =
          "Izhikevich, Dynamical Systems in Neuroscience, MIT Press (2007), ch. 8; template ik of "
          "RectiPy",
      .text = R"(
variable v = -60 [mV]        # membrane potential
variable u = 0 [pA]          # recovery
variable s = 0               # synaptic trace of the unit's own spikes
parameter C = 100 [pF]       # capacitance
parameter k = 0.7 [nS/mV]    # scale of the quadratic
parameter v_r = -60 [mV]     # resting potential
parameter v_th = -40 [mV]    # instantaneous threshold
parameter eta = 0 [pA]       # constant input
parameter g = 1 [nS]         # synaptic conductance
parameter E_r = 0 [mV]       # synaptic reversal potential
parameter b = -2 [nS]        # sensitivity of recovery to the membrane
parameter tau_u = 33.33 [ms] # time constant of recovery
parameter kappa = 10 [pA]    # recovery of one spike
parameter tau_s = 6 [ms]     # synaptic time constant
parameter threshold = 40 [mV] # a spike at or above
parameter reset = -60 [mV]   # after a spike
input s_in                   # recurrent input
input I_ext [pA]             # external input

v' = (k*(v - v_r)*(v - v_th) - u + I_ext + eta + g*s_in*(E_r - v))/C
u' = (b*(v - v_r) - u)/tau_u
s' = -s/tau_s
spike when v >= threshold
on spike: v = reset, u += kappa, s += 1
)",
      .kernels = RHEOBASE_SIMD_DISPATCH(simd_level(), network::ik_unit_kernels)(),
  };
  return definition;
}

}  // namespace rheobase::network
