// Izhikevich's unit with one recovery variable for the whole population and biexponential synapses:
//   C v' = k (v - v_r)(v - v_th) - u + I_ext + eta + g s_in (E_r - v)
//   u' = (b (<v> - v_r) - u) / tau_u,   u jumps by kappa times the fraction that spikes
//   s' = -s / tau_d + x
//   x' = -x / tau_r,                    x jumps by 1 at a spike
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
// tau_r      synaptic rise time        ms     2
// tau_d      synaptic decay time       ms     6
// threshold  spike threshold           mV     40
// reset      value after a spike       mV     -60
//
// Reference: Gast, Solla & Kennedy, Physical Review E 107:024306 (2023).
#include "core/dispatch.hpp"
#include "network/templates/neuron_template_registry.hpp"

RHEOBASE_DECLARE_UNIT_KERNELS(ik_biexp)

namespace rheobase::network {

const NeuronTemplateDefinition& neuron_template_ik_biexp() {
  static const NeuronTemplateDefinition definition{
      .name = "ik_biexp",
      .help = "Izhikevich units with shared recovery and biexponential synapses",
      .citation =
          "Gast, Solla & Kennedy, Phys. Rev. E 107:024306 (2023); template ik_biexp of RectiPy",
      .text = R"(
variable v = -60 [mV]        # membrane potential
variable u = 0 [pA]          # recovery
variable s = 0               # synaptic trace of the unit's own spikes
variable x = 0 [1/ms]        # rising part of the trace
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
parameter tau_r = 2 [ms]     # synaptic rise time
parameter tau_d = 6 [ms]     # synaptic decay time
parameter threshold = 40 [mV] # a spike at or above
parameter reset = -60 [mV]   # after a spike
input s_in                   # recurrent input
input I_ext [pA]             # external input

v' = (k*(v - v_r)*(v - v_th) - u + I_ext + eta + g*s_in*(E_r - v))/C
u' = (b*(mean(v) - v_r) - u)/tau_u
s' = -s/tau_d + x
x' = -x/tau_r
spike when v >= threshold
on spike: v = reset, x += 1
on any spike: u += kappa*mean(spike)
)",
      .kernels = RHEOBASE_SIMD_DISPATCH(simd_level(), network::ik_biexp_unit_kernels)(),
  };
  return definition;
}

}  // namespace rheobase::network
