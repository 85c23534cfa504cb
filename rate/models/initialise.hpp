// The numbers of a new Dale model (dale_model.hpp), each quantity from a random stream of its own.
//
//   types     a unit is inhibitory (m = -1) with probability P_inh; without Dale's principle m = 1
//   w_ij      0 with probability 1 - P_rec, else
//             gaussian: g / sqrt(N P_rec) N(0, 1);   gamma: Gamma(shape 2, scale 0.003)
//             under Dale's principle its absolute value; balanced: inhibitory columns times
//             N_exc / N_inh, so that excitation and inhibition cancel on average
//   som_m_ij  0 where i is one of the first som_N inhibitory units and j is inhibitory, else the
//             user's mask, else 1
//   W_in ~ N(0, 1),   w_out ~ 0.01 N(0, 1),   b_out = 0,   g_tau ~ N(0, 1)
//
//   symbol   member                  default
//   N        units                   200
//   P_inh    inhibitory_probability  0.2
//   P_rec    connection_probability  0.2
//   som_N    som_units               0
//   g        gain                    1.5
//   tau_min  tau_min_steps           4        steps of 5 ms
//   tau_max  tau_max_steps           20       steps of 5 ms
//
// References: Kim, Li & Sejnowski, PNAS 116:22811 (2019); Song, Yang & Wang, PLoS Comput Biol
// 12:e1004792 (2016), balanced.
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

/// What a task asks of a network.
struct NetworkShape {
  int inputs = 1;
  int outputs = 1;
  double step_ms = kRateStepMs;
};

/// Draws a new network with `inputs` input channels, one output and steps of 5 ms; a function of
/// (options, seed).
/// @throws InputError for options out of range (more SOM units than inhibitory ones, ...)
DaleModel make_dale_model(const NetworkOptions& options, int inputs, Seed seed);
/// The same of any shape. Time constants of the options are in steps of 5 ms whatever the step is.
/// @throws InputError also where they are shorter than a step
DaleModel make_dale_model(const NetworkOptions& options, const NetworkShape& shape, Seed seed);

}  // namespace rheobase::rate
