#include "apps/cli/json_output.hpp"

#include "io/comparison/json_values.hpp"
#include "mapping/conversion/transfer_fields.hpp"

namespace rheobase::cli {

Json to_json(const Proportion& proportion) {
  return io::proportion_json<Json>(proportion);
}

Json to_json(const rate::Task& task) {
  Json parameters = Json::object();
  for (const auto& [name, value] : task.parameters()) {
    parameters[name] = value;
  }
  Json json = {{"name", task.name()}, {"parameters", parameters}};
  if (task.split()) {
    json["trials"] = io::split_json<Json>(*task.split());
  }
  return json;
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
  Json json;
  io::put_values(json, mapping::transfer_fields(), transfer);
  json["own_values"] = mapping::own_values(transfer);
  return json;
}

void print_json(const Console& console, const Json& object) {
  console.out << object.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace rheobase::cli
