#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "spiking/simulate.hpp"

namespace rheobase::spiking {

/// What an engine's file registers. `run` gets a validated model and checked options.
struct EngineDefinition {
  std::string name;
  std::string help;      ///< one line
  std::string citation;  ///< source of the method
  std::function<SimulationResult(const SpikingModel&, const Eigen::MatrixXd& input,
                                 const SimulationOptions&)>
      run;
};

/// An engine and, where `auto` chose it, why.
struct EngineChoice {
  std::string engine;
  std::string reason;
};

/// The engine that a run with these options takes: a function of model and options alone, never of
/// a timing.
EngineChoice choose_engine(const SpikingModel& model, const SimulationOptions& options);

/// @throws InputError that lists the registered names
const EngineDefinition& find_engine(std::string_view name);

}  // namespace rheobase::spiking
