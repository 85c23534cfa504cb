#include "io/mat/internal/transfer_fields.hpp"

#include <array>
#include <cmath>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"

namespace rheobase::io {

namespace {

constexpr const char* kPrefix = "spiking_network.";

/// The numbers of a neuron and their names in the file.
constexpr std::array kNeuronNumbers{
    std::pair{"tau_membrane_ms", &spiking::NeuronParameters::tau_membrane_ms},
    std::pair{"threshold_mv", &spiking::NeuronParameters::threshold_mv},
    std::pair{"reset_mv", &spiking::NeuronParameters::reset_mv},
    std::pair{"refractory_ms", &spiking::NeuronParameters::refractory_ms},
    std::pair{"bias_mv", &spiking::NeuronParameters::bias_mv},
    std::pair{"peak_mv", &spiking::NeuronParameters::peak_mv},
};

std::string member(const char* name) {
  return std::string(kPrefix) + name;
}

double finite_number(const MatFile& file, const std::string& name) {
  constexpr std::string_view kRequired = "must be a finite number";
  const double value = file.number(name, kRequired);
  if (!std::isfinite(value)) {
    file.fail(name, fmt::format("{}", value), kRequired);
  }
  return value;
}

void check_times(const MatFile& file, const mapping::TransferOptions& transfer) {
  const spiking::NeuronParameters& neuron = transfer.neuron;
  for (const auto& [name, value] : {std::pair{"tau_membrane_ms", neuron.tau_membrane_ms},
                                    std::pair{"rise_ms", transfer.rise_ms}}) {
    if (!(value > 0.0)) {
      file.fail(member(name), fmt::format("{}", value), "must be above 0");
    }
  }
  if (!(neuron.refractory_ms >= 0.0)) {
    file.fail(member("refractory_ms"), fmt::format("{}", neuron.refractory_ms),
              "must be at least 0");
  }
}

bool truth(const MatFile& file, const char* name) {
  return file.integer(member(name), 0, 1, "must be 0 or 1") == 1;
}

/// The word of a member, turned into what it stands for; an unknown one is the file's fault.
template <class Convert>
auto word(const MatFile& file, const char* name, const Convert& convert) {
  const std::string text = file.text(member(name), "must be text");
  try {
    return convert(text);
  } catch (const InputError& error) {
    file.fail(member(name), error.found(), error.required());
  }
}

}  // namespace

void add_transfer(MatFields& fields, const mapping::TransferOptions& transfer) {
  fields.text(member("neuron"), to_string(transfer.neuron.model));
  for (const auto& [name, number] : kNeuronNumbers) {
    fields.number(member(name), transfer.neuron.*number);
  }
  fields.text(member("synapse"), to_string(transfer.synapse));
  fields.number(member("rise_ms"), transfer.rise_ms);
  fields.logical(member("readout_bias"), transfer.readout_bias);
  fields.logical(member("initial_weights"), transfer.use_initial_weights);
}

std::optional<mapping::TransferOptions> read_transfer(const MatFile& file) {
  if (!file.has("spiking_network") && !file.has(member("neuron"))) {
    return std::nullopt;
  }
  mapping::TransferOptions transfer;
  transfer.neuron.model =
      word(file, "neuron", [](const std::string& text) { return spiking::neuron_from(text); });
  for (const auto& [name, number] : kNeuronNumbers) {
    transfer.neuron.*number = finite_number(file, member(name));
  }
  transfer.synapse =
      word(file, "synapse", [](const std::string& text) { return spiking::synapse_from(text); });
  transfer.rise_ms = finite_number(file, member("rise_ms"));
  check_times(file, transfer);
  transfer.readout_bias = truth(file, "readout_bias");
  transfer.use_initial_weights = truth(file, "initial_weights");
  return transfer;
}

}  // namespace rheobase::io
