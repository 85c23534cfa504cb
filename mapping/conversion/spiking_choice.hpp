#pragma once

#include <optional>
#include <string>

#include "core/field_table.hpp"
#include "mapping/conversion/conversion_search.hpp"
#include "mapping/conversion/transfer.hpp"
#include "spiking/engine.hpp"

namespace rheobase::mapping {

/// What a user says of a spiking network and its simulation. What is not given of the network
/// itself is as the model has it, or else as published.
struct SpikingChoice {
  spiking::SimulationOptions simulation;
  TransferOptions transfer;  ///< complete after complete()
  FieldValues given;         ///< fields of both that were given, by name
  std::optional<double> noise_sd_mv;
  bool fit_saturates = false;   ///< the model's fit is of neurons that saturate; set by complete()
  std::string engine_asked_by;  ///< the option that took an engine which nobody named

  /// Whether the user says how strong the membrane noise is.
  bool noise_given() const { return noise_sd_mv || given.contains("noise_mv2_per_ms"); }

  SpikingChoice() { simulation.engine = "auto"; }
};

/// Turns what was given and what the model has into options. The fields of the simulation that
/// were given are set there already.
/// @param of_model  the spiking network that a scaling search found for the model, if there was one
/// @throws InputError, in the words of the command line, where options exclude each other or the
///         engine has no use for one
void complete(SpikingChoice& choice, const std::optional<TransferOptions>& of_model);

/// Refuses a number of copies that is not that of a fit whose copies differ: they have a bias each.
/// A search forgets such a fit and need not ask.
/// @throws InputError in the words of the command line
void require_copies_of_fit(const SpikingChoice& choice);

/// Simulation and network of a search, from a complete choice. A new search starts from the
/// published operating point: that of an earlier one is its result.
void set_search(SpikingChoice& choice, ConversionOptions& options);

}  // namespace rheobase::mapping
