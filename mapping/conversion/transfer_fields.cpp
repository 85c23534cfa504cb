#include "mapping/conversion/transfer_fields.hpp"

#include <algorithm>
#include <array>

#include "core/field_table.hpp"

namespace rheobase::mapping {

namespace {

constexpr std::array<Word<Mapping>, 2> kMappings{
    {{Mapping::published, "published"}, {Mapping::fitted, "fitted"}}};

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
  constexpr double kLongest = spiking::kLongestSynapticDelayMs;
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
  table.push_back(
      field("mapping", &T::mapping, kMappings,
            {.label = "mapping",
             .help = "Operating point as published, or fitted to the transfer function"}));
  table.push_back(field("drive_gain", &T::gain, {.low = 0.0, .high = 1e4, .above_low = true},
                        {.option = "--drive-gain",
                         .unit = "mV",
                         .label = "gain of the drive",
                         .help = "What the membrane sees of a rate unit's input of 1",
                         .citation = "1 in Kim, Li & Sejnowski, PNAS 2019"}));
  table.push_back(
      field("membrane_noise_mv2_per_ms", &T::noise_intensity, {.low = 0.0, .high = 1e12},
            {.unit = "mV^2/ms",
             .label = "noise of the mapping",
             .help = "Intensity of the membrane noise that the network was mapped with"}));
  table.push_back(field("copies", &T::copies, {1.0, 1e6},
                        {.option = "--copies",
                         .label = "copies of a unit",
                         .help = "LIF units that stand for one rate unit: they share its input, "
                                 "each has noise of its own and a part of its outgoing weights"}));
  table.push_back(
      field("filter_input", &T::filter_input,
            {.option = "--filter-input,!--no-filter-input",
             .label = "input filtered",
             .help = "Let the input pass a filter like that of the synapses, and start from the "
                     "rate network's initial state, as the rate network does; or not, as published",
             .flag = true}));
  table.push_back(field("delay_ms", &T::delay_ms, {.low = 0.0, .high = 1000.0},
                        {.option = "--compensate-delay",
                         .unit = "ms",
                         .label = "delay taken off",
                         .help = "Delay of rise and membrane that is taken off the synaptic decay "
                                 "times, at most half of them"}));
  table.push_back(field(
      "synaptic_delay_ms", &T::synaptic_delay_ms, {.low = 0.0, .high = kLongest},
      {.option = "--synaptic-delay",
       .unit = "ms",
       .label = "synaptic delay",
       .help = "Time from a spike to its effect on other units; the readout sees it at once"}));
  table.push_back(field("inhibitory_delay_ms", &T::inhibitory_delay_ms,
                        {.low = 0.0, .high = kLongest, .special = -1.0},
                        {.option = "--inhibitory-delay",
                         .unit = "ms",
                         .label = "synaptic delay of inhibition",
                         .help = "The same of spikes of inhibitory units; -1: as of all"}));
  table.push_back(field(
      "readout_decay_ms", &T::readout_decay_ms, {.low = 0.0, .high = 1e4},
      {.option = "--readout-decay",
       .unit = "ms",
       .label = "decay of the readout",
       .help = "Decay time of the readout's own filter; 0: those of the units, as published"}));
  table.push_back(field("threshold_sd_mv", &T::threshold_sd_mv, {.low = 0.0, .high = 1e4},
                        {.option = "--threshold-sd",
                         .unit = "mV",
                         .label = "standard deviation of thresholds",
                         .help = "Standard deviation of normal thresholds of the LIF units, about "
                                 "--threshold and above the reset"}));
  table.push_back(field("bias_sd_mv", &T::bias_sd_mv, {.low = 0.0, .high = 1e4},
                        {.option = "--bias-sd",
                         .unit = "mV",
                         .label = "standard deviation of biases",
                         .help = "Standard deviation of a normal constant input of every unit, "
                                 "beside --bias"}));
  table.push_back(field("tau_membrane_sd_ms", &T::tau_membrane_sd_ms, {.low = 0.0, .high = 1e4},
                        {.option = "--tau-membrane-sd",
                         .unit = "ms",
                         .label = "standard deviation of membrane time constants",
                         .help = "Standard deviation of normal membrane time constants of the LIF "
                                 "units, about --tau-membrane and not below a fifth of it"}));
  table.push_back(field("refractory_sd_ms", &T::refractory_sd_ms, {.low = 0.0, .high = 1000.0},
                        {.option = "--refractory-sd",
                         .unit = "ms",
                         .label = "standard deviation of refractory periods",
                         .help = "Standard deviation of normal refractory periods of the LIF "
                                 "units, about --refractory and not below a fifth of it"}));
  table.push_back(field("delay_spread_ms", &T::delay_spread_ms, {.low = 0.0, .high = kLongest},
                        {.option = "--delay-spread",
                         .unit = "ms",
                         .label = "spread of synaptic delays",
                         .help = "Delays of connections, drawn uniformly from --synaptic-delay (or "
                                 "--inhibitory-delay) to this much longer, in steps of 0.1 ms"}));
  table.push_back(
      field("unit_seed", &T::unit_seed, {},
            {.option = "--unit-seed",
             .label = "seed of the units",
             .help = "Seed of what --threshold-sd, --bias-sd, --tau-membrane-sd, --refractory-sd "
                     "and --delay-spread draw: the same numbers whatever they are"}));
  return table;
}

}  // namespace

bool came_later(std::string_view field) {
  constexpr std::array<std::string_view, 17> kLater{"mapping",
                                                    "drive_gain",
                                                    "membrane_noise_mv2_per_ms",
                                                    "copies",
                                                    "filter_input",
                                                    "delay_ms",
                                                    "readout_decay_ms",
                                                    "refractory_noise",
                                                    "neuron.refractory_noise",
                                                    "synaptic_delay_ms",
                                                    "inhibitory_delay_ms",
                                                    "threshold_sd_mv",
                                                    "bias_sd_mv",
                                                    "tau_membrane_sd_ms",
                                                    "refractory_sd_ms",
                                                    "delay_spread_ms",
                                                    "unit_seed"};
  return std::ranges::find(kLater, field) != kLater.end();
}

std::span<const UnitField> unit_fields() {
  using T = TransferOptions;
  static constexpr std::array<UnitField, 6> kFields{{
      {"unit_gain", &T::unit_gain, kUnitGain, false},
      {"unit_threshold_mv", &T::unit_threshold_mv, spiking::kVoltageMv, true},
      {"unit_reset_mv", &T::unit_reset_mv, spiking::kVoltageMv, true},
      {"unit_tau_membrane_ms", &T::unit_tau_membrane_ms, kPositive, true},
      {"unit_refractory_ms", &T::unit_refractory_ms, spiking::kRefractoryMs, true},
      {"unit_bias_mv", &T::unit_bias_mv, spiking::kVoltageMv, false},
  }};
  return kFields;
}

std::vector<std::string> own_values(const TransferOptions& options) {
  std::vector<std::string> names;
  for (const UnitField& field : unit_fields()) {
    if (!(options.*field.values).empty()) {
      names.emplace_back(field.name);
    }
  }
  if (!options.copy_bias_mv.empty()) {
    names.emplace_back("copy_bias_mv");
  }
  if (!options.connection_delay_ms.empty()) {
    names.emplace_back("connection_delay_ms");
  }
  return names;
}

const FieldTable<TransferOptions>& transfer_fields() {
  static const FieldTable<TransferOptions> table = make_table();
  return table;
}

}  // namespace rheobase::mapping
