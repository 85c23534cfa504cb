#include <array>

#include "core/field_table.hpp"
#include "rate/dynamics/transfer/transfer_registry.hpp"
#include "rate/models/initialise.hpp"

namespace rheobase::rate {

namespace {

constexpr std::array<Word<Initialisation>, 2> kInitialisations{
    {{Initialisation::reference, "reference"}, {Initialisation::balanced, "balanced"}}};
constexpr std::array<Word<WeightDistribution>, 2> kDistributions{
    {{WeightDistribution::gaussian, "gaussian"}, {WeightDistribution::gamma, "gamma"}}};

constexpr double kMostUnits = 65536.0;
constexpr Range kTauSteps{.low = 1.0, .high = 1e6};
constexpr const char* kPublication = "Kim, Li & Sejnowski, PNAS 2019";

std::vector<std::string> transfer_names() {
  std::vector<std::string> names;
  for (const TransferDefinition* transfer : registered_transfers()) {
    names.push_back(transfer->name);
  }
  return names;
}

/// Units and their time constants.
FieldTable<NetworkOptions> unit_fields() {
  using N = NetworkOptions;
  return {
      field("units", &N::units, {1.0, kMostUnits},
            {.option = "--units,-N,--N",
             .label = "units",
             .help = "Number of units",
             .citation = kPublication}),
      field("activation", &N::transfer, transfer_names(),
            {.option = "--activation,--act",
             .label = "transfer function",
             .help = "Transfer function of a unit",
             .citation = kPublication}),
      field("tau_min_steps", &N::tau_min_steps, kTauSteps,
            {.unit = "steps", .label = "smallest time constant", .citation = kPublication}),
      field("tau_max_steps", &N::tau_max_steps, kTauSteps,
            {.unit = "steps", .label = "largest time constant", .citation = kPublication}),
  };
}

/// Types, connections and initial weights.
FieldTable<NetworkOptions> weight_fields() {
  using N = NetworkOptions;
  return {
      field("dale", &N::dale,
            {.option = "--dale,--apply_dale",
             .label = "Dale's principle",
             .help = "Dale's principle: a unit is either excitatory or inhibitory",
             .citation = "Song, Yang & Wang, PLoS Comput Biol 2016"}),
      field("inhibitory_probability", &N::inhibitory_probability, kProbability,
            {.option = "--inhibitory,--P_inh",
             .label = "probability of an inhibitory unit",
             .help = "Probability that a unit is inhibitory",
             .citation = kPublication}),
      field("som_units", &N::som_units, {0.0, kMostUnits},
            {.option = "--som,--som_N",
             .label = "SOM units",
             .help = "Number of inhibitory units that get no inhibition (SOM)",
             .citation = kPublication}),
      field("connection_probability", &N::connection_probability,
            {.low = 0.0, .high = 1.0, .above_low = true},
            {.option = "--connectivity,--P_rec",
             .label = "probability of a connection",
             .help = "Probability of a connection before training",
             .citation = kPublication}),
      field("gain", &N::gain, kPositive,
            {.option = "--gain",
             .label = "gain",
             .help = "Gain of the initial weights",
             .citation = kPublication}),
      field("initialisation", &N::initialisation, kInitialisations,
            {.option = "--init",
             .label = "initial weights",
             .help = "Initial weights as published, or with inhibition scaled to balance "
                     "excitation",
             .citation = "Song, Yang & Wang, PLoS Comput Biol 2016"}),
      field("distribution", &N::distribution, kDistributions,
            {.option = "--weights",
             .label = "distribution of the initial weights",
             .help = "Distribution of the initial weights; gamma takes no gain",
             .citation = kPublication}),
      field("trains_input", &N::trains_input,
            {.option = "--train-input",
             .label = "input weights trained",
             .help = "Train the input weights too, which are fixed in the publication"}),
  };
}

}  // namespace

const FieldTable<NetworkOptions>& network_fields() {
  static const FieldTable<NetworkOptions> table = [] {
    FieldTable<NetworkOptions> fields = unit_fields();
    for (Field<NetworkOptions>& field : weight_fields()) {
      fields.push_back(std::move(field));
    }
    return fields;
  }();
  return table;
}

}  // namespace rheobase::rate
