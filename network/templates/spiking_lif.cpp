// The leaky integrate-and-fire unit of the spiking engines (spiking/spiking_model.hpp), with double
// exponential synapses that filter at the postsynaptic unit:
//   tau_m v' = -v + I + bias + I_ext,   v stays at reset for t_ref after a spike
//   I' = -I / decay + h
//   h' = -h / rise,   h jumps by 1000 W / (rise decay) when a spike arrives over weight W
//
// symbol     name                    unit   default
// tau_m      membrane time constant  ms     10
// bias       constant input          mV     -40
// rise       synaptic rise time      ms     2
// decay      synaptic decay time     ms     20
// threshold  spike threshold         mV     -40
// reset      value after a spike     mV     -65
// t_ref      refractory period       ms     2
// W          weight of an edge       mV/Hz
//
// Reference: Kim, Li & Sejnowski, PNAS 116:22811 (2019). Time is in ms, hence 1000.
#include "core/dispatch.hpp"
#include "network/templates/neuron_template_registry.hpp"

RHEOBASE_DECLARE_UNIT_KERNELS(spiking_lif)

namespace rheobase::network {

const NeuronTemplateDefinition& neuron_template_spiking_lif() {
  static const NeuronTemplateDefinition definition{
      .name = "spiking_lif",
      .help = "the LIF unit of the spiking engines: synapses are the postsynaptic unit's",
      .citation = "Kim, Li & Sejnowski, PNAS 116:22811 (2019)",
      .text = R"(
variable v = -65 [mV]          # membrane potential
variable I = 0 [mV]            # synaptic current
variable h = 0 [mV/ms]         # rising part of the current
parameter tau_m = 10 [ms]      # membrane time constant
parameter bias = -40 [mV]      # constant input
parameter rise = 2 [ms]        # synaptic rise time
parameter decay = 20 [ms]      # synaptic decay time
parameter threshold = -40 [mV] # a spike at or above
parameter reset = -65 [mV]     # after a spike
parameter t_ref = 2 [ms]       # refractory period
input I_ext [mV]               # external input
event input x_in [mV/Hz]       # weights of the spikes that arrive

v' = (-v + I + bias + I_ext)/tau_m
I' = -I/decay + h
h' = -h/rise
spike when v >= threshold
on spike: v = reset
on x_in: h += 1000*x_in/(rise*decay)
refractory t_ref
)",
      .kernels = RHEOBASE_SIMD_DISPATCH(simd_level(), network::spiking_lif_unit_kernels)(),
  };
  return definition;
}

}  // namespace rheobase::network
