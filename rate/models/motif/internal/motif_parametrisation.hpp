#pragma once

#include <memory>

#include "rate/dynamics/internal/parametrisation.hpp"
#include "rate/models/motif/motif_library.hpp"

namespace rheobase::rate {

/// What is trained for one motif: b (N), b2 (N), u and v (N x 1), as the architecture has them. J,
/// w, U and V stay. Trials: the input of single_motif().
/// @param positive  in the form with_positive_rates(), for spike-like noise: the parameters are the
///                  same, states are twice as large. @throws InputError where there are loops
template <class Real>
std::unique_ptr<const Parametrisation<Real>> motif_parametrisation(const MotifLibrary& library,
                                                                   std::size_t motif,
                                                                   bool positive = false);

/// The control network: J (N x N, before the gain), w (N) and the b of all motifs (N x motifs).
/// Trials: an input per motif.
template <class Real>
std::unique_ptr<const Parametrisation<Real>> control_parametrisation(const MotifLibrary& library);

/// The preparatory module: U and V (N x P), always on; no input, and no readout.
template <class Real>
std::unique_ptr<const Parametrisation<Real>> preparation_parametrisation(
    const MotifLibrary& library);

/// The numbers of a library in the blocks of its parametrisations, both ways.
std::vector<float> motif_parameters(const MotifLibrary& library, std::size_t motif);
void assign_motif(std::span<const float> parameters, MotifLibrary& library, std::size_t motif);
std::vector<float> control_parameters(const MotifLibrary& library);
void assign_control(std::span<const float> parameters, MotifLibrary& library);
std::vector<float> preparation_parameters(const MotifLibrary& library);
void assign_preparation(std::span<const float> parameters, MotifLibrary& library);

}  // namespace rheobase::rate
