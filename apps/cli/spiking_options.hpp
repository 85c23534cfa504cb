#pragma once

#include <string>

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/text_table.hpp"
#include "io/mat/rate_model_file.hpp"
#include "mapping/conversion/spiking_choice.hpp"

namespace rheobase::cli {

/// Options of the spiking network that map, simulate and eval share.
struct SpikingChoice : mapping::SpikingChoice {
  bool verbose = false;
};

/// Adds them in the groups "Spiking network" and "Simulation"; --seed belongs to the subcommand.
void add_spiking_options(Command command, SpikingChoice& choice);

/// Turns what was given and what the file holds into options.
/// @throws InputError where options exclude each other or the engine has no use for one
void finish_spiking_options(SpikingChoice& choice, const io::ModelFile& file);

/// A note where --threshold-sd is so wide that thresholds had to be drawn again.
void note_thresholds(const mapping::TransferOptions& transfer, Eigen::Index units,
                     const Console& console);

/// The same, and a note of every option whose value looks like seconds or volts.
void note_spiking_network(const SpikingChoice& choice, Eigen::Index units, const Console& console);

/// A line on how the spiking network differs from the published one, if it does.
void add_network(Summary& summary, const mapping::TransferOptions& transfer);

/// "bridge engine, step 0.25 ms, noise 0.2 mV^2/ms".
std::string simulation_text(const spiking::SimulationOptions& options,
                            const spiking::EngineChoice& engine);

/// With --verbose, a line that says why this engine was taken.
void add_engine_reason(Summary& summary, const SpikingChoice& choice,
                       const spiking::EngineChoice& engine);

/// The spiking network of a file. @param scaling_factor  0: the one in the file
/// @throws InputError when there is none, or when w0 is asked for and missing
spiking::SpikingModel spiking_model_of(const io::ModelFile& file, const std::string& path,
                                       double scaling_factor, const SpikingChoice& choice);

}  // namespace rheobase::cli
