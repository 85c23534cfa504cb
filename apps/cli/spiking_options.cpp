#include "apps/cli/spiking_options.hpp"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/cli/option.hpp"
#include "core/error.hpp"
#include "spiking/engine_registry.hpp"

namespace rheobase::cli {

namespace {

constexpr const char* kNetworkGroup = "Spiking network";

/// A flag that can be taken back by the same with no-: what the file says is overruled.
void add_either(CLI::App& app, const std::string& name, std::optional<bool>& value,
                const std::string& help) {
  app.add_flag_function(
         "--" + name + ",!--no-" + name, [&value](std::int64_t count) { value = count > 0; }, help)
      ->group(kNetworkGroup);
}

void add_network_options(CLI::App& app, SpikingChoice& choice) {
  add_choice(app, "--neuron", choice.neuron, {"lif", "qif"},
             "Leaky or quadratic integrate-and-fire units, with the published parameters (default: "
             "as in MODEL, else lif)")
      ->group(kNetworkGroup);
  add_optional_number(app, "--tau-membrane", choice.tau_membrane_ms, kPositive,
                      "Membrane time constant", "ms", "as in MODEL, else 10")
      ->group(kNetworkGroup);
  add_optional_number(app, "--refractory", choice.refractory_ms, {0.0, 50.0, false},
                      "Refractory period", "ms", "as in MODEL, else 2")
      ->group(kNetworkGroup);
  add_choice(app, "--synapse", choice.synapse, {"double", "single"},
             "Synaptic filter: double or single exponential (default: as in MODEL, else double)")
      ->group(kNetworkGroup);
  add_optional_number(app, "--rise", choice.rise_ms, kPositive,
                      "Rise time of the double exponential", "ms", "as in MODEL, else 2")
      ->group(kNetworkGroup);
  add_either(app, "readout-bias", choice.readout_bias,
             "Add the rate network's readout bias to the spiking readout, or not; the published "
             "program drops it (default: as in MODEL, else not)");
  add_either(app, "use-initial-weights", choice.initial_weights,
             "Take the weights from before the training, as a control, or not");
}

void add_simulation_options(CLI::App& app, SpikingChoice& choice) {
  constexpr const char* kGroup = "Simulation";
  spiking::SimulationOptions& simulation = choice.simulation;
  std::vector<std::string> engines;
  for (const spiking::EngineDefinition* engine : spiking::registered_engines()) {
    engines.push_back(engine->name);
  }
  add_choice(
      app, "--engine", simulation.engine, engines,
      "Engine that advances the network; auto takes event without noise, bridge with it, clock "
      "for --parity, stimulation and where the bridge engine cannot go")
      ->group(kGroup);
  add_optional_number(app, "--dt", choice.dt_ms, {0.0, 1.0, true},
                      "Time step of the clock engine, which it asks for; beside --engine event or "
                      "odeint the distance of their voltage samples",
                      "ms", "0.05")
      ->group(kGroup);
  add_optional_number(app, "--step", choice.step_ms, {0.0, 1.0, true},
                      "Step of the bridge engine, which it asks for", "ms", "0.25")
      ->group(kGroup);
  add_optional_number(
      app, "--noise", choice.noise_intensity, kNonNegative,
      "Intensity of the membrane noise, whatever the step (with --parity at a step of "
      "0.05 ms, less at longer ones, as published); 0 switches it off",
      "mV^2/ms", "0.2, as published")
      ->group(kGroup);
  add_optional_number(app, "--noise-sd", choice.noise_sd_mv, kNonNegative,
                      "The same as the standard deviation of a LIF voltage without spikes, "
                      "sqrt(intensity tau_m / 2)",
                      "mV", "that of --noise")
      ->group(kGroup);
  add_choice(app, "--precision", choice.precision, {"double", "single"},
             "Floating-point precision of the clock engine's state (default: double)")
      ->group(kGroup);
  add_choice(app, "--start-up", choice.start_up, {"reference", "relaxed"},
             "How a run starts. reference, as published: units at or above threshold fire at time "
             "0, all others are held for one refractory period; relaxed: nobody fires or is held "
             "at time 0, units at or above threshold start from reset (default: reference)")
      ->group(kGroup);
  app.add_flag("--parity", simulation.parity, "Repeat the published scheme operation by operation")
      ->group(kGroup);
  add_integer(app, "--downsample", simulation.downsample, {1.0, 100.0, false},
              "With --parity: step and input columns are taken this many times coarser, as in the "
              "published program")
      ->group(kGroup);
  app.add_flag("--verbose", choice.verbose, "Say why this engine was taken")->group(kGroup);
}

/// An option that the engine has no use for would be passed over without a word.
void require_engine(const std::string& option, const SpikingChoice& choice,
                    std::initializer_list<std::string_view> engines) {
  const std::string& engine = choice.simulation.engine;
  if (std::find(engines.begin(), engines.end(), engine) == engines.end()) {
    const std::string& asked_by = choice.engine_asked_by;
    throw InputError(option, "",
                     asked_by.empty() ? fmt::format("--engine {} beside it", engine)
                                      : fmt::format("{}, which asks for the {} engine, beside it",
                                                    asked_by, engine),
                     fmt::format("must come with --engine {}", fmt::join(engines, " or ")));
  }
}

/// --dt, --step and --precision name their engine where nothing else does.
void finish_engine(SpikingChoice& choice) {
  spiking::SimulationOptions& simulation = choice.simulation;
  const std::string clock_option = simulation.parity           ? "--parity"
                                   : choice.dt_ms              ? "--dt"
                                   : !choice.precision.empty() ? "--precision"
                                                               : "";
  // `auto` itself knows about parity mode and says so in the result.
  const bool parity_alone =
      simulation.parity && !choice.dt_ms && !choice.step_ms && choice.precision.empty();
  if (simulation.engine == "auto" && !parity_alone && (!clock_option.empty() || choice.step_ms)) {
    choice.engine_asked_by = clock_option.empty() ? "--step" : clock_option;
    simulation.engine = clock_option.empty() ? "bridge" : "clock";
  }
  if (choice.dt_ms) {
    require_engine("--dt", choice, {"clock", "event", "odeint"});
  }
  if (choice.step_ms) {
    require_engine("--step", choice, {"bridge"});
  }
  if (!choice.precision.empty()) {
    require_engine("--precision", choice, {"clock"});
  }
  if (simulation.parity) {
    require_engine("--parity", choice, {"clock", "auto"});
  }
  if (choice.start_up == "relaxed") {
    require_engine("--start-up relaxed", choice, {"event", "bridge", "odeint", "auto"});
    simulation.start_up = spiking::StartUp::relaxed;
  }
  if (simulation.downsample != 1 && !simulation.parity) {
    throw InputError("--downsample", "", std::to_string(simulation.downsample),
                     "must come with --parity; use --dt for a larger step");
  }
  simulation.dt_ms = choice.dt_ms.value_or(simulation.dt_ms);
  simulation.step_ms = choice.step_ms.value_or(simulation.step_ms);
  simulation.precision = choice.precision == "single" ? spiking::Precision::single_precision
                                                      : spiking::Precision::double_precision;
}

void finish_noise(SpikingChoice& choice) {
  if (choice.noise_sd_mv && choice.noise_intensity) {
    throw InputError("--noise-sd", "", "--noise beside it", "must be given alone");
  }
  const spiking::NeuronParameters& neuron = choice.transfer.neuron;
  if (choice.noise_sd_mv && neuron.model != spiking::NeuronModel::lif) {
    throw InputError("--noise-sd", "", fmt::format("{} units", to_string(neuron.model)),
                     "must come with lif units: others have no stationary voltage; use --noise");
  }
  double& intensity = choice.simulation.noise_intensity;
  intensity = choice.noise_intensity.value_or(intensity);
  if (choice.noise_sd_mv) {
    intensity = 2.0 * *choice.noise_sd_mv * *choice.noise_sd_mv / neuron.tau_membrane_ms;
  }
}

}  // namespace

void add_spiking_options(CLI::App& app, SpikingChoice& choice) {
  add_network_options(app, choice);
  add_simulation_options(app, choice);
}

void finish_spiking_options(SpikingChoice& choice, const io::ModelFile& file) {
  mapping::TransferOptions& transfer = choice.transfer;
  transfer = file.transfer.value_or(mapping::TransferOptions{});
  if (!choice.neuron.empty() && spiking::neuron_from(choice.neuron) != transfer.neuron.model) {
    transfer.neuron = spiking::default_parameters(spiking::neuron_from(choice.neuron));
  }
  if (!choice.synapse.empty()) {
    transfer.synapse = spiking::synapse_from(choice.synapse);
  }
  transfer.neuron.tau_membrane_ms =
      choice.tau_membrane_ms.value_or(transfer.neuron.tau_membrane_ms);
  transfer.neuron.refractory_ms = choice.refractory_ms.value_or(transfer.neuron.refractory_ms);
  transfer.rise_ms = choice.rise_ms.value_or(transfer.rise_ms);
  transfer.readout_bias = choice.readout_bias.value_or(transfer.readout_bias);
  transfer.use_initial_weights = choice.initial_weights.value_or(transfer.use_initial_weights);
  if (choice.rise_ms && transfer.synapse == spiking::SynapseKind::single_exponential) {
    throw InputError("--rise", "", "a single exponential synapse",
                     "must come with --synapse double: a single exponential has no rise");
  }
  finish_engine(choice);
  finish_noise(choice);
  if (choice.simulation.parity && transfer.readout_bias) {
    throw InputError("--parity", "", "a readout bias, from MODEL or --readout-bias",
                     "must come without: the published program has none (--no-readout-bias)");
  }
}

std::string simulation_text(const spiking::SimulationOptions& options,
                            const spiking::EngineChoice& engine) {
  const bool bridge = engine.engine == "bridge";
  const bool clock = engine.engine == "clock";
  const std::string step = bridge  ? fmt::format(", step {:g} ms", options.step_ms)
                           : clock ? fmt::format(", dt {:g} ms", options.dt_ms * options.downsample)
                                   : "";
  return fmt::format("{} engine{}{}, noise {:g} mV^2/ms{}", engine.engine,
                     options.parity ? " in parity mode" : "", step,
                     spiking::effective_noise_intensity(options),
                     options.start_up == spiking::StartUp::relaxed ? ", relaxed start" : "");
}

void add_engine_reason(Summary& summary, const SpikingChoice& choice,
                       const spiking::EngineChoice& engine) {
  if (choice.verbose) {
    const std::string asked_for =
        choice.engine_asked_by.empty() ? "asked for" : choice.engine_asked_by + " asks for it";
    summary.add("chosen", fmt::format("{}: {}", engine.engine,
                                      engine.reason.empty() ? asked_for : engine.reason));
  }
}

void add_network(Summary& summary, const mapping::TransferOptions& transfer) {
  const spiking::NeuronParameters published = spiking::default_parameters(transfer.neuron.model);
  const mapping::TransferOptions defaults;
  std::vector<std::string> parts;
  const auto add = [&parts](bool other, const std::string& text) {
    if (other) {
      parts.push_back(text);
    }
  };
  add(transfer.neuron.model != spiking::NeuronModel::lif,
      fmt::format("{} units", to_string(transfer.neuron.model)));
  add(transfer.neuron.tau_membrane_ms != published.tau_membrane_ms,
      fmt::format("membrane {:g} ms", transfer.neuron.tau_membrane_ms));
  add(transfer.neuron.refractory_ms != published.refractory_ms,
      fmt::format("refractory {:g} ms", transfer.neuron.refractory_ms));
  add(transfer.synapse != defaults.synapse,
      fmt::format("{} exponential synapse", to_string(transfer.synapse)));
  add(transfer.rise_ms != defaults.rise_ms, fmt::format("rise {:g} ms", transfer.rise_ms));
  add(transfer.readout_bias, "readout bias");
  add(transfer.use_initial_weights, "initial weights");
  if (!parts.empty()) {
    summary.add("network", fmt::format("{}", fmt::join(parts, ", ")));
  }
}

spiking::SpikingModel spiking_model_of(const io::ModelFile& file, const std::string& path,
                                       double scaling_factor, const SpikingChoice& choice) {
  if (scaling_factor == 0.0 && !file.scaling_factor) {
    throw InputError(path, "field 'opt_scaling_factor'", "nothing",
                     "must hold the scaling factor: run `rheobase map` first, or give --scaling");
  }
  if (choice.transfer.use_initial_weights && file.network.w_initial.size() == 0) {
    throw InputError(path, "field 'w0'", "nothing",
                     "must hold the initial weights for --use-initial-weights");
  }
  return mapping::map_to_spiking(
      file.network, scaling_factor == 0.0 ? *file.scaling_factor : scaling_factor, choice.transfer);
}

}  // namespace rheobase::cli
