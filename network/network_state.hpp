#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "core/aligned_vector.hpp"
#include "network/network.hpp"

namespace rheobase::network {

/// Everything of a network that changes while it runs; a copy continues on its own.
struct NetworkState {
  std::uint64_t fingerprint = 0;  ///< of the network that it belongs to
  long step = 0;                  ///< steps since the initial state
  AlignedVector<double> values;   ///< variables: [population][variable][unit], rows of whole packs
  /// By population with a refractory period: the time from which a unit is free.
  std::vector<std::vector<double>> free_from;
  /// By delayed edge: the source in the last steps, [step modulo (longest delay + 1)][unit].
  std::vector<AlignedVector<double>> history;
  std::vector<AlignedVector<double>> filtered;  ///< by filtered edge: what arrives
};

/// The initial values of the network, no history.
NetworkState initial_state(const Network& network);

/// The values of a variable ("exc.v"), one per unit. @throws InputError for an unknown name
Eigen::VectorXd get_variable(const Network& network, const NetworkState& state,
                             const std::string& name);
/// Sets them; 1 value or one per unit. @throws InputError
void set_variable(const Network& network, NetworkState& state, const std::string& name,
                  const Eigen::VectorXd& values);

/// The whole state as numbers, for a file; bit for bit.
Eigen::VectorXd to_vector(const NetworkState& state);
/// @param where  names the file in messages. @throws InputError for a state of another network
NetworkState state_from_vector(const Network& network, const Eigen::VectorXd& numbers,
                               const std::string& where);

/// @throws InputError unless the state belongs to a network of this structure, whose edges with
///         memory have the same numbers; state_from_vector() places those of others anew
void require_own_state(const Network& network, const NetworkState& state, const std::string& where);

}  // namespace rheobase::network
