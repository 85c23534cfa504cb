#pragma once

#include <array>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "spiking/simulate.hpp"

/// Single trials of the published LIF code without noise, on the models of tests/data/reference.
namespace rheobase::golden {

struct Trace {
  std::string name;
  spiking::SpikingModel model;
  Eigen::MatrixXd input;
  Eigen::VectorXd initial_voltage;
  std::vector<int> spike_unit;  ///< 1-based
  std::vector<int> spike_step;
  Eigen::VectorXd output;                   ///< at steps 20, 40, ...
  std::vector<Eigen::Index> voltage_units;  ///< 0-based
  Eigen::MatrixXd voltage;                  ///< of those units in the first 2000 steps
  Eigen::VectorXd rate_mid, rate_end;
};

inline constexpr std::array kTraces{"go-nogo_N200_s1_go", "go-nogo_N200_s1_nogo",
                                    "xor_N200_s4_same",   "xor_N200_s4_diff",
                                    "mante_N250_s5_ctx1", "mante_N250_s5_ctx2"};

Trace read(const std::string& name);

/// The model, mapped with a scaling factor ("go-nogo_N200_s1", "xor_N200_s4", "mante_N250_s5").
spiking::SpikingModel model(const std::string& name, double scaling_factor);

/// No noise, the trace's initial voltages, everything recorded that a trace holds.
spiking::SimulationOptions options(const Trace& trace);

}  // namespace rheobase::golden
