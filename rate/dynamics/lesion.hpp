// Lesions of a rate network, and a drive to some of its units. The spiking network that is mapped
// from it has the same: a unit without connections, a missing weight, a current.
//
//   units        W_ij = 0 for i or j in the lesion, W_in,i = 0, W_out,i = 0, b_i = 0: the unit
//                still runs, without input and without effect
//   connections  every W_ij that is not 0, from one set of units to another, is 0 with those of the
//                chosen fraction: round(fraction n) of the n there are
//   W before training, where it is known, has the same lesion
//   drive        one more input, of weight 1 to the units and 0 to the others
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/random.hpp"
#include "rate/dynamics/rate_network.hpp"

namespace rheobase::rate {

/// Units of "exc", "inh" (with som), "som" or "all", counted from 0; nothing for other words.
std::optional<std::vector<Eigen::Index>> units_of_type(std::string_view word,
                                                       const RateNetwork& network);

/// @param units  counted from 0
void remove_units(RateNetwork& network, std::span<const Eigen::Index> units);

/// Takes `fraction` of the connections from `sources` to `targets` away, chosen by the seed alone:
/// with a larger fraction those of a smaller one and more. @returns how many
Eigen::Index remove_connections(RateNetwork& network, std::span<const Eigen::Index> sources,
                                std::span<const Eigen::Index> targets, double fraction, Seed seed);

/// Appends an input that acts on these units alone.
void add_drive_input(RateNetwork& network, std::span<const Eigen::Index> units);

/// The first round(fraction n) of n things in a random order of the seed.
template <class T>
std::vector<T> random_part(std::vector<T> all, double fraction, Seed seed);

}  // namespace rheobase::rate
