#include "apps/cli/spiking_options.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/cli/option.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "mapping/conversion/siegert.hpp"
#include "mapping/conversion/transfer_fields.hpp"
#include "mapping/conversion/unit_doubts.hpp"

namespace rheobase::cli {

namespace {

void add_network_options(Command command, SpikingChoice& choice) {
  const mapping::TransferOptions published;
  for (const auto& field : mapping::transfer_fields()) {
    if (!field.option.empty()) {
      const FieldValue value = field.get(published);
      const auto* truth = std::get_if<bool>(&value);
      const std::string otherwise = truth == nullptr ? value_text(value) : *truth ? "do" : "not";
      add_field(command, field, "default: as in MODEL, else " + otherwise,
                [&choice, &field](const FieldValue& given) { choice.given[field.name] = given; })
          .group("Spiking network");
    }
  }
}

void add_simulation_options(Command command, SpikingChoice& choice) {
  constexpr const char* kGroup = "Simulation";
  // These belong to the subcommand.
  constexpr std::array<std::string_view, 3> kOthers{"seed", "trial", "output_period_ms"};
  for (const auto& field : spiking::simulation_fields()) {
    if (std::find(kOthers.begin(), kOthers.end(), field.name) == kOthers.end()) {
      add_field(command, field, default_text(field, field.get(choice.simulation)),
                [&choice, &field](const FieldValue& given) {
                  choice.given[field.name] = given;
                  field.set(choice.simulation, given);
                })
          .group(kGroup);
    }
  }
  add_optional_number(command, "--noise-sd", choice.noise_sd_mv, kNonNegative,
                      "The same as --noise as the standard deviation of a LIF voltage without "
                      "spikes, sqrt(intensity tau_m / 2)",
                      "mV", "that of --noise")
      .group(kGroup);
  command.add_flag("--verbose", choice.verbose, "Say why this engine was taken").group(kGroup);
}

}  // namespace

void add_spiking_options(Command command, SpikingChoice& choice) {
  add_network_options(command, choice);
  add_simulation_options(command, choice);
}

void finish_spiking_options(SpikingChoice& choice, const io::ModelFile& file) {
  mapping::complete(choice, file.transfer);
  mapping::require_copies_of_fit(choice);
}

void note_thresholds(const mapping::TransferOptions& transfer, Eigen::Index units,
                     const Console& console) {
  if (const Eigen::Index again = mapping::thresholds_drawn_again(transfer, units); again > 0) {
    note(
        console,
        fmt::format("--threshold-sd {:g}: the thresholds of {} of {} units were drawn again, being "
                    "at or below the reset; they are higher and less spread than asked for",
                    transfer.threshold_sd_mv, again, units));
  }
}

void note_spiking_network(const SpikingChoice& choice, Eigen::Index units, const Console& console) {
  const auto option_of = [&choice](std::string_view name) {
    return choice.given.contains(std::string(name))
               ? find_field(mapping::transfer_fields(), name).option
               : std::string();
  };
  for (const std::string& sentence : mapping::unit_doubts(choice.transfer, option_of)) {
    note(console, sentence);
  }
  note_thresholds(choice.transfer, units, console);
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
  add(transfer.neuron.threshold_mv != published.threshold_mv,
      fmt::format("threshold {:g} mV", transfer.neuron.threshold_mv));
  add(transfer.neuron.reset_mv != published.reset_mv,
      fmt::format("reset {:g} mV", transfer.neuron.reset_mv));
  add(!transfer.unit_threshold_mv.empty(), "thresholds of the units");
  add(!transfer.unit_tau_membrane_ms.empty(), "membrane time constants of the units");
  add(transfer.tau_membrane_sd_ms > 0.0,
      fmt::format("membrane sd {:g} ms", transfer.tau_membrane_sd_ms));
  add(transfer.threshold_sd_mv > 0.0,
      fmt::format("threshold sd {:g} mV", transfer.threshold_sd_mv));
  add(!transfer.unit_reset_mv.empty(), "resets of the units");
  add(!transfer.unit_bias_mv.empty(), "biases of the units");
  add(transfer.bias_sd_mv > 0.0, fmt::format("bias sd {:g} mV", transfer.bias_sd_mv));
  add(transfer.neuron.refractory_ms != published.refractory_ms,
      fmt::format("refractory {:g} ms", transfer.neuron.refractory_ms));
  add(!transfer.unit_refractory_ms.empty(), "refractory periods of the units");
  add(transfer.refractory_sd_ms > 0.0,
      fmt::format("refractory sd {:g} ms", transfer.refractory_sd_ms));
  add(!transfer.neuron.refractory_noise, "no noise while refractory");
  add(transfer.synapse != defaults.synapse,
      fmt::format("{} exponential synapse", to_string(transfer.synapse)));
  add(transfer.rise_ms != defaults.rise_ms, fmt::format("rise {:g} ms", transfer.rise_ms));
  const bool own_bias = transfer.neuron.bias_mv != published.bias_mv;
  if (transfer.mapping == mapping::Mapping::fitted || transfer.gain != 1.0) {
    parts.push_back(fmt::format(
        "{} operating point: gain {:.4g} mV, bias {:.4g} mV about the threshold{}, noise {:.3g} mV",
        to_string(transfer.mapping), transfer.gain,
        transfer.neuron.bias_mv - transfer.neuron.threshold_mv,
        transfer.unit_gain.empty() ? "" : ", around which every unit has its own",
        mapping::membrane_noise_sd(transfer.noise_intensity, transfer.neuron.tau_membrane_ms)));
  } else {
    add(own_bias, fmt::format("bias {:g} mV", transfer.neuron.bias_mv));
  }
  add(transfer.copies > 1,
      fmt::format("{} of every unit{}", counted(transfer.copies, "copy"),
                  transfer.copy_bias_mv.empty() ? "" : " that differ in bias"));
  add(transfer.filter_input, "filtered input");
  add(transfer.delay_ms > 0.0, fmt::format("{:g} ms of delay taken off", transfer.delay_ms));
  add(transfer.synaptic_delay_ms > 0.0,
      fmt::format("synaptic delay {:g} ms", transfer.synaptic_delay_ms));
  add(transfer.inhibitory_delay_ms >= 0.0,
      fmt::format("inhibitory delay {:g} ms", transfer.inhibitory_delay_ms));
  add(!transfer.connection_delay_ms.empty(), "delays of connections");
  add(transfer.delay_spread_ms > 0.0,
      fmt::format("delays spread over {:g} ms", transfer.delay_spread_ms));
  add(transfer.readout_decay_ms > 0.0,
      fmt::format("readout decay {:g} ms", transfer.readout_decay_ms));
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
