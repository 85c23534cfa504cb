#pragma once

#include <filesystem>

#include "mapping/conversion/conversion_search.hpp"

namespace rheobase::report {

/// Before a search whose result is to be drawn. @param neuron  of the search
/// @throws InputError for units without a rate curve (quadratic ones)
void require_rate_curve(spiking::NeuronModel neuron, const std::filesystem::path& path);

/// Draws what a search found, 180 x 70 mm: on the left the rate curve of the chosen network's LIF
/// units over s beside the transfer function, what the network visits of x shaded; on the right
/// accuracy over s M, predicted and measured. PNG (300 dpi), SVG or PDF by the extension of `path`.
/// Of units with points of their own it is the point that all of them share.
/// @param network  the rate network; x is that of as_non_negative
/// @throws InputError for another extension, an unwritable path and units without a rate curve
/// (quadratic ones), Error when gnuplot is missing
void draw_conversion(const rate::RateNetwork& network, const rate::Task& task,
                     const mapping::Conversion& conversion, Seed seed,
                     const std::filesystem::path& path);

}  // namespace rheobase::report
