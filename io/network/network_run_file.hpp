#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "network/network.hpp"
#include "network/network_state.hpp"
#include "network/observer.hpp"

namespace rheobase::io {

/// What a run of a network leaves: records, spikes and where they come from.
struct NetworkRun {
  network::Observer seen;
  std::vector<bool> averaged;             ///< by recording: means over the sampling interval
  std::vector<std::string> record_units;  ///< by recording, "mV"; empty texts, or none: not known
  std::vector<std::string> populations;   ///< names, in the order of NetworkSpike::population
  std::vector<std::size_t> sizes;         ///< their numbers of units
  std::vector<bool> spiking{};            ///< whether they have a threshold; empty: not known
  bool spikes = false;                    ///< were spikes recorded?
  double step = 0.0;                      ///< of the network
  std::string time_unit, solver, title;
  Seed seed = 1;
  std::string command;  ///< the command line that made it
  std::string network;  ///< the text of the network file
  std::string trouble;  ///< why it ended early; empty: it is complete
};

/// Physical units of what is recorded, as templates and equations say them; empty texts where they
/// do not. @throws InputError for signals that the network does not have
std::vector<std::string> record_units(const network::Network& network,
                                      const std::vector<network::Probe>& probes);

/// Writes a run, complete or not at all, as .mat (docs/network.md lists the variables) or, by its
/// extension, as .csv: a row a sample; spikes then go beside it, to NAME.spikes.csv.
/// @throws InputError for another extension or where `path` cannot be written
void write_network_run(const std::filesystem::path& path, const NetworkRun& run);

/// NAME.spikes.csv beside NAME.csv.
std::filesystem::path spikes_beside(const std::filesystem::path& csv);

/// Reads what write_network_run wrote as .mat. @throws InputError when a field is missing or does
/// not fit the others
NetworkRun read_network_run(const std::filesystem::path& path);

/// A state with everything that another run needs to go on from it, bit for bit.
void write_network_state(const std::filesystem::path& path, const network::NetworkState& state,
                         const std::string& command);
/// @throws InputError for another file, or the state of another network
network::NetworkState read_network_state(const std::filesystem::path& path,
                                         const network::Network& network);

}  // namespace rheobase::io
