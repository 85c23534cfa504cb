#pragma once

#include <nlohmann/json.hpp>

#include "apps/console.hpp"
#include "core/statistics.hpp"
#include "mapping/transfer.hpp"
#include "spiking/engine.hpp"
#include "tasks/task.hpp"

namespace rheobase {

using Json = nlohmann::ordered_json;

Json to_json(const Proportion& proportion);
Json to_json(const Task& task);
/// Engine and why it was chosen, step and noise.
Json to_json(const SimulationOptions& options, const EngineChoice& engine);
Json to_json(const TransferOptions& transfer);

/// One object on `out`, and nothing else.
void print_json(const Console& console, const Json& object);

}  // namespace rheobase
