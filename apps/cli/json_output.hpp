#pragma once

#include <nlohmann/json.hpp>

#include "apps/cli/console.hpp"
#include "core/statistics.hpp"
#include "mapping/conversion/transfer.hpp"
#include "rate/tasks/task.hpp"
#include "spiking/engine.hpp"

namespace rheobase::cli {

using Json = nlohmann::ordered_json;

Json to_json(const Proportion& proportion);
Json to_json(const rate::Task& task);
/// Engine and why it was chosen, step and noise.
Json to_json(const spiking::SimulationOptions& options, const spiking::EngineChoice& engine);
Json to_json(const mapping::TransferOptions& transfer);

/// One object on `out`, and nothing else.
void print_json(const Console& console, const Json& object);

}  // namespace rheobase::cli
