#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/network/network_file.hpp"
#include "network/network_state.hpp"
#include "python/src/bind.hpp"

namespace rheobase::python {

/// A network, and of one from a file what the file says of its inputs, its run and its fit.
struct BuiltNetwork {
  network::Network network;
  std::shared_ptr<const io::InputSignals> inputs{};
  network::RunOptions run{};
  std::string title{};
  std::vector<std::string> learning{};  ///< edges that its fit trains
  std::optional<io::FitPlan> fit{};
};

using Built = std::shared_ptr<BuiltNetwork>;
using State = std::shared_ptr<network::NetworkState>;

/// A copy of `start`, or the initial state.
State start_of(const BuiltNetwork& built, const network::NetworkState* start);

/// Another network with fitted weights, the losses, R^2 by output, the state after the last trial,
/// and what changed, as with_fitted_numbers takes it: ("readout", node, source), ("edge", source,
/// target) and ("parameter", "rnn.k", "").
/// @param method   None: the table [fit] of the file, of which the other arguments replace parts
/// @param inputs   a list of trials; None: those of the file
/// @param targets  a list of trials; None: those of the table [fit]
/// @param names    source, target, readout, output, edges and parameters, each of them or None
py::tuple fit_built(const BuiltNetwork& built, const py::object& method, const py::object& inputs,
                    const py::object& targets, const py::dict& names,
                    const network::NetworkState* start, const py::dict& given,
                    const py::object& progress);

py::array weights_of(const BuiltNetwork& built, const std::string& source,
                     const std::string& target);
/// One value, or one per unit. @param name  "rnn.k"
py::array parameter_of(const BuiltNetwork& built, const std::string& name);
/// The network as a fit left it. @param changes  what fit_built said, each with its numbers
Built with_fitted_numbers(const BuiltNetwork& built, const py::list& changes);

}  // namespace rheobase::python
