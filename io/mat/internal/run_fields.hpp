#pragma once

#include "io/mat/mat_file.hpp"
#include "io/mat/run_file.hpp"

namespace rheobase::io {

/// What a run file says beside spikes and signals: network, engine, options, task, command.
void add_run_description(MatFields& fields, const spiking::SimulationResult& result,
                         const RunDescription& description);
/// The same from a file, into a run whose spike_count is there.
void read_run_description(const MatFile& file, RunFile& run);

}  // namespace rheobase::io
