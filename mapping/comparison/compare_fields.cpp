#include "core/field_table.hpp"
#include "mapping/comparison/compare.hpp"
#include "mapping/conversion/transfer_fields.hpp"

namespace rheobase::mapping {

namespace {

/// The output's period follows from parity mode.
void append_simulation(FieldTable<CompareOptions>& table) {
  for (const auto& field : spiking::simulation_fields()) {
    if (field.name != "output_period_ms") {
      table.push_back(part(&CompareOptions::simulation, field,
                           field.name == "trial" ? "first_trial" : field.name));
    }
  }
}

void append_transfer(FieldTable<CompareOptions>& table) {
  for (const auto& field : transfer_fields()) {
    table.push_back(part(&CompareOptions::transfer, field));
    std::string& name = table.back().name;
    for (const auto& neuron : spiking::neuron_fields()) {
      if (neuron.name == field.name) {
        name = "neuron." + (field.name == "neuron" ? "model" : field.name);
      }
    }
    if (name == "initial_weights") {
      name = "use_initial_weights";
    }
  }
}

/// As it was used: a comparison that was not made yet has none.
Field<CompareOptions> rate_noise_field() {
  Field<CompareOptions> made;
  made.name = "rate_noise";
  made.kind = FieldKind::number;
  made.range = kNonNegative;
  made.label = "noise of the rate network";
  made.help = "Standard deviation of the noise of a rate unit in a step";
  made.get = [](const CompareOptions& options) {
    return FieldValue(options.rate_noise.value_or(0.0));
  };
  made.set = [](CompareOptions& options, const FieldValue& value) {
    options.rate_noise = number_of(value);
  };
  return made;
}

FieldTable<CompareOptions> make_stored_fields() {
  FieldTable<CompareOptions> table = compare_fields();
  append_simulation(table);
  append_transfer(table);
  return table;
}

}  // namespace

const FieldTable<CompareOptions>& compare_fields() {
  using C = CompareOptions;
  static const FieldTable<C> table{
      field("scaling_factor", &C::scaling_factor, kNonNegative,
            {.option = "--scaling",
             .label = "scaling factor s = 1/λ",
             .help = "Scaling factor s = 1/lambda of the spiking network; 0: the one in the file",
             .citation = "Kim, Li & Sejnowski, PNAS 2019"}),
      field("trials", &C::trials, {1.0, 1e6},
            {.option = "--trials", .label = "trials", .help = "Number of trials"}),
      rate_noise_field(),
      field("analysis_start_ms", &C::analysis_start_ms, kNonNegative,
            {.option = "--analysis-start",
             .unit = "ms",
             .label = "measured from",
             .help = "Everything but accuracy is measured from here on, when the random start of "
                     "the spiking network is over"}),
      field("components", &C::components, {1.0, 1000.0},
            {.option = "--components",
             .label = "principal components",
             .help = "Principal components that span the subspaces whose angles are measured"}),
      field("example_trials", &C::example_trials, {0.0, 1e6},
            {.option = "--examples",
             .label = "example trials",
             .help = "Trials of each condition whose spikes --output keeps"}),
  };
  return table;
}

const FieldTable<CompareOptions>& stored_compare_fields() {
  static const FieldTable<CompareOptions> table = make_stored_fields();
  return table;
}

}  // namespace rheobase::mapping
