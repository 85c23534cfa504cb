#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "io/rate_model_file.hpp"
#include "mapping/transfer.hpp"
#include "spiking/simulate.hpp"

namespace rheobase {

/// Options of the spiking network that map, simulate and eval share.
struct SpikingChoice {
  SimulationOptions simulation;
  TransferOptions transfer;
  std::string neuron = "lif";
  std::string synapse = "double";
  std::string precision = "double";
};

/// Adds them in the groups "Spiking network" and "Simulation"; --seed belongs to the subcommand.
void add_spiking_options(CLI::App& app, SpikingChoice& choice);

/// Turns the words into options. @throws InputError where two options exclude each other
void finish_spiking_options(SpikingChoice& choice);

/// The spiking network of a file. @param scaling_factor  0: the one in the file
/// @throws InputError when there is none, or when w0 is asked for and missing
SpikingModel spiking_model_of(const ModelFile& file, const std::string& path, double scaling_factor,
                              const SpikingChoice& choice);

}  // namespace rheobase
