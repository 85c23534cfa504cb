#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/exchange/internal/hdf5_reader.hpp"
#include "io/mat/rate_model_file.hpp"

namespace rheobase::io {

/// A spiking network from a graph of the neuromorphic intermediate representation.
struct NirNetwork {
  ModelFile file;                  ///< scaling factor 1; spiking_network is the graph's
  std::vector<std::string> notes;  ///< what the graph has and the model does not
};

/// One population of LIF or CubaLIF neurons of equal time constant, threshold, reset and rest;
/// weights as Affine or Linear nodes; currents as LI nodes behind the recurrent weights or in the
/// CubaLIF.
///
/// | graph | model |
/// | --- | --- |
/// | input -> weights -> neurons | w_in, mV; its bias and v_leak are the resting voltage |
/// | neurons -> weights -> LI -> (LI ->) neurons | w, mV per Hz; rise and decay of the double
/// exponential | | neurons -> weights -> CubaLIF | w; tau_syn is the decay of the single
/// exponential | | neurons -> (LI ->) weights -> output | w_out, outputs x neurons |
///
/// @param spike_step_ms  a spike counts as 1 in a step of this length; 0: as a pulse of area 1;
/// none: as the metadata of our exporter say, else as the pulse
/// @throws InputError that names the node that cannot be taken, and what could be
NirNetwork read_nir(const Hdf5Reader& reader, const std::string& where,
                    std::optional<double> spike_step_ms);

}  // namespace rheobase::io
