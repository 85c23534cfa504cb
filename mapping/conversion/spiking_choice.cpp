#include "mapping/conversion/spiking_choice.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"
#include "mapping/conversion/siegert.hpp"
#include "mapping/conversion/transfer_fields.hpp"

namespace rheobase::mapping {

namespace {

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
  const bool dt = choice.given.contains("dt_ms");
  const bool step = choice.given.contains("step_ms");
  const bool precision = choice.given.contains("precision");
  const std::string clock_option = simulation.parity ? "--parity"
                                   : dt              ? "--dt"
                                   : precision       ? "--precision"
                                                     : "";
  // `auto` itself knows about parity mode and says so in the result.
  const bool parity_alone = simulation.parity && !dt && !step && !precision;
  if (simulation.engine == "auto" && !parity_alone && (!clock_option.empty() || step)) {
    choice.engine_asked_by = clock_option.empty() ? "--step" : clock_option;
    simulation.engine = clock_option.empty() ? "bridge" : "clock";
  }
  if (dt) {
    require_engine("--dt", choice, {"clock", "event", "odeint"});
  }
  if (step) {
    require_engine("--step", choice, {"bridge"});
  }
  if (precision) {
    require_engine("--precision", choice, {"clock"});
  }
  if (simulation.parity) {
    require_engine("--parity", choice, {"clock", "auto"});
  }
  if (simulation.start_up == spiking::StartUp::relaxed) {
    require_engine("--start-up relaxed", choice, {"event", "bridge", "odeint", "auto"});
  }
  if (simulation.downsample != 1 && !simulation.parity) {
    throw InputError("--downsample", "", std::to_string(simulation.downsample),
                     "must come with --parity; use --dt for a larger step");
  }
}

void finish_noise(SpikingChoice& choice) {
  if (choice.noise_sd_mv && choice.given.contains("noise_mv2_per_ms")) {
    throw InputError("--noise-sd", "", "--noise beside it", "must be given alone");
  }
  const spiking::NeuronParameters& neuron = choice.transfer.neuron;
  if (choice.noise_sd_mv && neuron.model != spiking::NeuronModel::lif) {
    throw InputError("--noise-sd", "", fmt::format("{} units", to_string(neuron.model)),
                     "must come with lif units: others have no stationary voltage; use --noise");
  }
  if (choice.noise_sd_mv) {
    choice.simulation.noise_intensity =
        membrane_noise_intensity(*choice.noise_sd_mv, neuron.tau_membrane_ms);
  }
  if (!choice.noise_given()) {
    choice.simulation.noise_intensity = choice.transfer.noise_intensity;
  }
}

/// What is given and does not fit the rest is named, not the rest.
void check_neuron(const SpikingChoice& choice) {
  const spiking::NeuronParameters& neuron = choice.transfer.neuron;
  const auto given = [&choice](const char* field) { return choice.given.contains(field); };
  if (given("threshold_mv") && neuron.threshold_mv > neuron.peak_mv) {
    throw InputError(
        "--threshold", "", fmt::format("{:g} mV", neuron.threshold_mv),
        fmt::format("must be at most {:g} mV, the voltage recorded at a spike", neuron.peak_mv));
  }
  const bool own_reset = !choice.transfer.unit_reset_mv.empty();
  if (given("threshold_mv") && !own_reset && neuron.threshold_mv <= neuron.reset_mv) {
    throw InputError("--threshold", "", fmt::format("{:g} mV", neuron.threshold_mv),
                     fmt::format("must be above the reset, {:g} mV", neuron.reset_mv));
  }
  const bool own_threshold = !choice.transfer.unit_threshold_mv.empty();
  if (given("reset_mv") && !own_threshold && neuron.threshold_mv <= neuron.reset_mv) {
    throw InputError("--reset", "", fmt::format("{:g} mV", neuron.reset_mv),
                     fmt::format("must be below the threshold, {:g} mV", neuron.threshold_mv));
  }
  // Without noise `auto` takes an engine that has no grid.
  const spiking::SimulationOptions& simulation = choice.simulation;
  const bool clocked =
      simulation.engine == "clock" ||
      (simulation.engine == "auto" && spiking::effective_noise_intensity(simulation) > 0.0);
  if (given("tau_membrane_ms") && clocked && neuron.tau_membrane_ms < simulation.dt_ms) {
    throw InputError("--tau-membrane", "", fmt::format("{:g} ms", neuron.tau_membrane_ms),
                     fmt::format("must not be shorter than the clock engine's time step of {:g} ms "
                                 "(--dt): are these seconds?",
                                 simulation.dt_ms));
  }
}

/// A new search starts from the published operating point: that of an earlier one is its result.
void forget_operating_point(SpikingChoice& choice) {
  TransferOptions& transfer = choice.transfer;
  const TransferOptions published;
  const auto given = [&choice](const char* field) { return choice.given.contains(field); };
  if (transfer.mapping == Mapping::published) {
    return;
  }
  transfer.mapping = Mapping::published;
  transfer.unit_gain.clear();
  transfer.unit_bias_mv.clear();
  transfer.copy_bias_mv.clear();
  transfer.gain = given("drive_gain") ? transfer.gain : published.gain;
  transfer.copies = given("copies") ? transfer.copies : published.copies;
  transfer.readout_bias = given("readout_bias") ? transfer.readout_bias : published.readout_bias;
  transfer.filter_input = given("filter_input") && transfer.filter_input;
  transfer.delay_ms = given("delay_ms") ? transfer.delay_ms : published.delay_ms;
  transfer.readout_decay_ms =
      given("readout_decay_ms") ? transfer.readout_decay_ms : published.readout_decay_ms;
  const spiking::NeuronParameters neuron = spiking::default_parameters(transfer.neuron.model);
  if (choice.fit_saturates) {
    transfer.neuron.refractory_noise =
        !given("refractory_noise") || transfer.neuron.refractory_noise;
    transfer.neuron.refractory_ms =
        given("refractory_ms") ? transfer.neuron.refractory_ms : neuron.refractory_ms;
    transfer.neuron.reset_mv = given("reset_mv") ? transfer.neuron.reset_mv : neuron.reset_mv;
  }
  if (!given("bias_mv")) {
    transfer.neuron.bias_mv = spiking::default_parameters(transfer.neuron.model).bias_mv;
  }
  transfer.noise_intensity = published.noise_intensity;
  if (!choice.noise_given()) {
    choice.simulation.noise_intensity = published.noise_intensity;
  }
}

void require_lif_for_spreads(const TransferOptions& transfer) {
  const auto require = [&transfer](double sd, const char* option, const char* what) {
    if (sd > 0.0 && transfer.neuron.model != spiking::NeuronModel::lif) {
      throw InputError(option, "", fmt::format("{} units", to_string(transfer.neuron.model)),
                       fmt::format("must come with lif units: others have one {} for all", what));
    }
  };
  require(transfer.threshold_sd_mv, "--threshold-sd", "threshold");
  require(transfer.tau_membrane_sd_ms, "--tau-membrane-sd", "membrane time constant");
  require(transfer.refractory_sd_ms, "--refractory-sd", "refractory period");
}

}  // namespace

void complete(SpikingChoice& choice, const std::optional<TransferOptions>& of_model) {
  TransferOptions& transfer = choice.transfer;
  transfer = of_model.value_or(TransferOptions{});
  choice.fit_saturates =
      transfer.mapping != Mapping::published && !transfer.neuron.refractory_noise;
  if (const auto neuron = choice.given.find("neuron"); neuron != choice.given.end()) {
    const auto model = spiking::neuron_from(std::get<std::string>(neuron->second));
    if (model != transfer.neuron.model) {
      // An operating point is of one kind of neuron.
      const TransferOptions published;
      choice.fit_saturates = false;
      transfer.neuron = spiking::default_parameters(model);
      transfer.mapping = published.mapping;
      transfer.gain = published.gain;
      transfer.noise_intensity = published.noise_intensity;
      for (const UnitField& field : unit_fields()) {
        (transfer.*field.values).clear();
      }
      transfer.copy_bias_mv.clear();
      transfer.threshold_sd_mv = published.threshold_sd_mv;
      transfer.tau_membrane_sd_ms = published.tau_membrane_sd_ms;
      transfer.refractory_sd_ms = published.refractory_sd_ms;
    }
  }
  // A value for all takes the place of the units' own.
  if (choice.given.contains("synaptic_delay_ms") || choice.given.contains("inhibitory_delay_ms")) {
    transfer.connection_delay_ms.clear();
  }
  if (choice.given.contains("threshold_mv")) {
    transfer.unit_threshold_mv.clear();
  }
  if (choice.given.contains("reset_mv")) {
    transfer.unit_reset_mv.clear();
  }
  if (choice.given.contains("tau_membrane_ms")) {
    transfer.unit_tau_membrane_ms.clear();
  }
  if (choice.given.contains("refractory_ms")) {
    transfer.unit_refractory_ms.clear();
  }
  set_given(choice.given, transfer_fields(), transfer);
  require_lif_for_spreads(transfer);
  if (choice.given.contains("rise_ms") &&
      transfer.synapse == spiking::SynapseKind::single_exponential) {
    throw InputError("--rise", "", "a single exponential synapse",
                     "must come with --synapse double: a single exponential has no rise");
  }
  finish_engine(choice);
  finish_noise(choice);
  check_neuron(choice);
  if (choice.simulation.parity && transfer.readout_bias) {
    throw InputError("--parity", "", "a readout bias, from MODEL or --readout-bias",
                     "must come without: the published program has none (--no-readout-bias)");
  }
}

void require_copies_of_fit(const SpikingChoice& choice) {
  const auto fitted = static_cast<int>(choice.transfer.copy_bias_mv.size());
  if (fitted != 0 && choice.transfer.copies != fitted) {
    throw InputError("--copies", "", fmt::format("{}", choice.transfer.copies),
                     fmt::format("must be left out or {0}: MODEL was fitted with {0} copies of a "
                                 "unit, each with a bias of its own; map --copies fits others",
                                 fitted));
  }
}

void set_search(SpikingChoice& choice, ConversionOptions& options) {
  forget_operating_point(choice);
  options.search.simulation = choice.simulation;
  options.search.transfer = choice.transfer;
  options.noise_given = choice.noise_given();
  options.copies_given = choice.given.contains("copies");
  options.neuron_given = std::ranges::any_of(
      std::array{"refractory_ms", "reset_mv", "threshold_mv", "refractory_noise"},
      [&](const char* field) { return choice.given.contains(field); });
  options.filter_input_given = choice.given.contains("filter_input");
  options.readout_bias_given = choice.given.contains("readout_bias");
}

}  // namespace rheobase::mapping
