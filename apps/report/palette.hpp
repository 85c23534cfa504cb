#pragma once

#include <array>
#include <string>

#include "rate/dynamics/unit_type.hpp"

/// Colours that mean the same in every picture, on the page (page/style.css) and in rheobase.plot:
/// Okabe & Ito's, darker where lines are thin, told apart with any colour vision.
namespace rheobase::report {

/// Of rate::UnitType: excitatory, inhibitory, SOM, mixed.
inline constexpr std::array kTypeColours{"#0072B2", "#D55E00", "#B3589A", "#666666"};

/// As figures and tables name a type: units that are of none are all of their network.
inline std::string shown_type(rate::UnitType type) {
  return type == rate::UnitType::mixed ? "all" : std::string(to_string(type));
}

inline constexpr const char* kRateColour = "#454C55";     ///< of the rate network
inline constexpr const char* kSpikingColour = "#00966C";  ///< of the spiking network

}  // namespace rheobase::report
