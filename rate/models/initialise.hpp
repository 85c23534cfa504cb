#pragma once

#include <optional>
#include <string>

#include "core/field_table_fwd.hpp"
#include "core/random.hpp"
#include "rate/models/dale_model.hpp"

namespace rheobase::rate {

enum class Initialisation {
  reference,  ///< as published: the excitatory mean dominates under Dale's principle
  balanced,   ///< inhibitory columns scaled by N_exc / N_inh (Song, Yang & Wang 2016)
};

enum class WeightDistribution {
  gaussian,  ///< gain / sqrt(N P_rec) N(0, 1), absolute value under Dale's principle
  gamma,     ///< shape 2, scale 0.003, no gain
};

/// Options of a new network; the names of the original program's arguments in brackets.
struct NetworkOptions {
  int units = 200;                      ///< [N]
  double gain = 1.5;                    ///< [gain]
  double inhibitory_probability = 0.2;  ///< [P_inh]
  double connection_probability = 0.2;  ///< [P_rec]
  int som_units = 0;                    ///< [som_N]
  bool dale = true;                     ///< [apply_dale]
  std::string transfer = "sigmoid";     ///< [act]
  double tau_min_steps = 4.0;           ///< [decay_taus]
  double tau_max_steps = 20.0;          ///< equal to the minimum: one fixed time constant
  Initialisation initialisation = Initialisation::reference;
  WeightDistribution distribution = WeightDistribution::gaussian;
  bool trains_input = false;                           ///< input weights are trained too
  std::optional<Eigen::MatrixXd> mask = std::nullopt;  ///< extra 0/1 mask, N x N
};

/// All but the mask.
const FieldTable<NetworkOptions>& network_fields();

/// Draws a new network for a task with `inputs` input channels; a function of (options, seed).
/// @throws InputError for options out of range (more SOM units than inhibitory ones, ...)
DaleModel make_dale_model(const NetworkOptions& options, int inputs, Seed seed);

}  // namespace rheobase::rate
