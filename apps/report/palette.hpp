#pragma once

#include <array>

/// Colours that mean the same in every picture, on the page (page/style.css) and in rheobase.plot:
/// Okabe & Ito's, darker where lines are thin, told apart with any colour vision.
namespace rheobase::report {

/// Of rate::UnitType: excitatory, inhibitory, SOM, mixed.
inline constexpr std::array kTypeColours{"#0072B2", "#D55E00", "#B3589A", "#666666"};
inline constexpr const char* kRateColour = "#454C55";     ///< of the rate network
inline constexpr const char* kSpikingColour = "#00966C";  ///< of the spiking network

}  // namespace rheobase::report
