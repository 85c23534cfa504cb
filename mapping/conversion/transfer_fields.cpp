#include "mapping/conversion/transfer_fields.hpp"

#include "core/field_table.hpp"

namespace rheobase::mapping {

namespace {

/// A field of the synapse, of which the options hold kind and rise time alone.
Field<TransferOptions> synapse_part(const Field<spiking::SynapseParameters>& field) {
  Field<TransferOptions> made;
  static_cast<FieldInfo&>(made) = field;
  made.get = [get = field.get](const TransferOptions& options) {
    return get({options.synapse, options.rise_ms, {}});
  };
  made.set = [set = field.set](TransferOptions& options, const FieldValue& value) {
    spiking::SynapseParameters synapse{options.synapse, options.rise_ms, {}};
    set(synapse, value);
    options.synapse = synapse.kind;
    options.rise_ms = synapse.rise_ms;
  };
  return made;
}

FieldTable<TransferOptions> make_table() {
  using T = TransferOptions;
  FieldTable<T> table;
  for (const auto& neuron : spiking::neuron_fields()) {
    table.push_back(part(&T::neuron, neuron));
  }
  for (const auto& synapse : spiking::synapse_fields()) {
    table.push_back(synapse_part(synapse));
  }
  table.push_back(field(
      "readout_bias", &T::readout_bias,
      {.option = "--readout-bias,!--no-readout-bias",
       .label = "readout bias used",
       .help = "Add the rate network's readout bias to the spiking readout, or not; the published "
               "program drops it",
       .flag = true}));
  table.push_back(field("initial_weights", &T::use_initial_weights,
                        {.option = "--use-initial-weights,!--no-use-initial-weights",
                         .label = "weights before training used",
                         .help = "Take the weights from before the training, as a control, or not",
                         .flag = true}));
  return table;
}

}  // namespace

const FieldTable<TransferOptions>& transfer_fields() {
  static const FieldTable<TransferOptions> table = make_table();
  return table;
}

}  // namespace rheobase::mapping
