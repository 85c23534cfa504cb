#include "apps/spiking_options.hpp"

#include "apps/option.hpp"
#include "core/error.hpp"
#include "spiking/engine_registry.hpp"

namespace rheobase {

namespace {

void add_network_options(CLI::App& app, SpikingChoice& choice) {
  constexpr const char* kGroup = "Spiking network";
  NeuronParameters& neuron = choice.transfer.neuron;
  add_choice(app, "--neuron", choice.neuron, {"lif", "qif"},
             "Leaky or quadratic integrate-and-fire units, with the published parameters")
      ->group(kGroup);
  add_number(app, "--tau-membrane", neuron.tau_membrane_ms, kPositive, "ms",
             "Membrane time constant")
      ->group(kGroup);
  add_number(app, "--refractory", neuron.refractory_ms, {0.0, 50.0, false}, "ms",
             "Refractory period")
      ->group(kGroup);
  add_choice(app, "--synapse", choice.synapse, {"double", "single"},
             "Synaptic filter: double or single exponential")
      ->group(kGroup);
  add_number(app, "--rise", choice.transfer.rise_ms, kPositive, "ms",
             "Rise time of the double exponential")
      ->group(kGroup);
  app.add_flag("--readout-bias", choice.transfer.readout_bias,
               "Add the rate network's readout bias to the spiking readout; the published program "
               "drops it")
      ->group(kGroup);
  app.add_flag("--use-initial-weights", choice.transfer.use_initial_weights,
               "Take the weights from before the training, as a control")
      ->group(kGroup);
}

void add_simulation_options(CLI::App& app, SpikingChoice& choice) {
  constexpr const char* kGroup = "Simulation";
  SimulationOptions& simulation = choice.simulation;
  std::vector<std::string> engines;
  for (const EngineDefinition* engine : registered_engines()) {
    engines.push_back(engine->name);
  }
  add_choice(app, "--engine", simulation.engine, engines, "Engine that advances the network")
      ->group(kGroup);
  add_number(app, "--dt", simulation.dt_ms, {0.0, 1.0, true}, "ms", "Time step of the clock engine")
      ->group(kGroup);
  add_number(app, "--noise", simulation.noise_intensity, kNonNegative, "mV^2/ms",
             "Intensity of the membrane noise, independent of --dt; 0 switches it off")
      ->group(kGroup);
  add_choice(app, "--precision", choice.precision, {"double", "single"},
             "Floating-point precision of the clock engine's state")
      ->group(kGroup);
  app.add_flag("--parity", simulation.parity, "Repeat the published scheme operation by operation")
      ->group(kGroup);
  add_integer(app, "--downsample", simulation.downsample, {1.0, 100.0, false},
              "With --parity: step and input columns are taken this many times coarser, as in the "
              "published program")
      ->group(kGroup);
}

}  // namespace

void add_spiking_options(CLI::App& app, SpikingChoice& choice) {
  add_network_options(app, choice);
  add_simulation_options(app, choice);
}

void finish_spiking_options(SpikingChoice& choice) {
  const NeuronParameters given = choice.transfer.neuron;
  choice.transfer.neuron = default_parameters(neuron_from(choice.neuron));
  choice.transfer.neuron.tau_membrane_ms = given.tau_membrane_ms;
  choice.transfer.neuron.refractory_ms = given.refractory_ms;
  choice.transfer.synapse = synapse_from(choice.synapse);
  choice.simulation.precision =
      choice.precision == "single" ? Precision::single_precision : Precision::double_precision;
  if (choice.simulation.parity && choice.transfer.readout_bias) {
    throw InputError("--readout-bias", "", "--parity beside it",
                     "must be left out: the published program has no readout bias");
  }
  if (choice.simulation.downsample != 1 && !choice.simulation.parity) {
    throw InputError("--downsample", "", std::to_string(choice.simulation.downsample),
                     "must come with --parity; use --dt for a larger step");
  }
}

SpikingModel spiking_model_of(const ModelFile& file, const std::string& path, double scaling_factor,
                              const SpikingChoice& choice) {
  if (scaling_factor == 0.0 && !file.model.scaling_factor) {
    throw InputError(path, "field 'opt_scaling_factor'", "nothing",
                     "must hold the scaling factor: run `rheobase map` first, or give --scaling");
  }
  if (choice.transfer.use_initial_weights && file.model.w0.size() == 0) {
    throw InputError(path, "field 'w0'", "nothing",
                     "must hold the initial weights for --use-initial-weights");
  }
  return map_to_spiking(file.model,
                        scaling_factor == 0.0 ? *file.model.scaling_factor : scaling_factor,
                        choice.transfer);
}

}  // namespace rheobase
