#include "apps/cli/json_output.hpp"

namespace rheobase::cli {

Json to_json(const Proportion& proportion) {
  return {{"value", proportion.value},
          {"low", proportion.low},
          {"high", proportion.high},
          {"successes", proportion.successes},
          {"trials", proportion.trials}};
}

Json to_json(const rate::Task& task) {
  Json parameters = Json::object();
  for (const auto& [name, value] : task.parameters()) {
    parameters[name] = value;
  }
  return {{"name", task.name()}, {"parameters", parameters}};
}

Json to_json(const spiking::SimulationOptions& options, const spiking::EngineChoice& engine) {
  Json json = {{"engine", engine.engine},
               {"parity", options.parity},
               {"noise_mv2_per_ms", spiking::effective_noise_intensity(options)},
               {"start_up", to_string(options.start_up)}};
  if (engine.engine == "bridge") {
    json["step_ms"] = options.step_ms;
  } else {
    json["dt_ms"] = options.dt_ms * options.downsample;
  }
  if (!engine.reason.empty()) {
    json["engine_reason"] = engine.reason;
  }
  return json;
}

Json to_json(const mapping::TransferOptions& transfer) {
  return {{"neuron", to_string(transfer.neuron.model)},
          {"tau_membrane_ms", transfer.neuron.tau_membrane_ms},
          {"refractory_ms", transfer.neuron.refractory_ms},
          {"synapse", to_string(transfer.synapse)},
          {"rise_ms", transfer.rise_ms},
          {"readout_bias", transfer.readout_bias},
          {"initial_weights", transfer.use_initial_weights}};
}

void print_json(const Console& console, const Json& object) {
  console.out << object.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace rheobase::cli
