#include "mapping/conversion/unit_doubts.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include <fmt/format.h>

namespace rheobase::mapping {

namespace {

// The largest that are likely, in seconds and volts, and too small to be likely in ms and mV.
constexpr double kSecondsOfMembrane = 0.2;
constexpr double kSecondsOfSynapse = 0.05;  ///< of rises, delays and refractory periods, below it
constexpr double kVolts = 0.2;

double largest(std::span<const double> values) {
  double most = 0.0;
  for (const double value : values) {
    most = std::max(most, std::abs(value));
  }
  return most;
}

}  // namespace

std::vector<std::string> unit_doubts(const TransferOptions& transfer,
                                     const std::function<std::string(std::string_view)>& name_of) {
  std::vector<std::string> sentences;
  const auto doubt = [&](std::string_view field, std::span<const double> values, double below,
                         const char* unit, const char* meant) {
    const double most = largest(values);
    if (most == 0.0 || most >= below) {
      return;
    }
    if (const std::string name = name_of(field); !name.empty()) {
      sentences.push_back(fmt::format("{} of {}{:g} {}: are these {}?", name,
                                      values.size() > 1 ? "up to " : "",
                                      values.size() > 1 ? most : values[0], unit, meant));
    }
  };
  const auto time = [&](std::string_view field, double value_ms, double below) {
    // A delay of inhibition of -1 is that of all.
    doubt(field, {&value_ms, std::size_t{value_ms > 0.0}}, below, "ms", "seconds");
  };
  const auto voltage = [&](std::string_view field, const double& value_mv) {
    doubt(field, {&value_mv, 1}, kVolts, "mV", "volts");
  };
  time("tau_membrane_ms", transfer.neuron.tau_membrane_ms, kSecondsOfMembrane);
  time("refractory_ms", transfer.neuron.refractory_ms, kSecondsOfSynapse);
  time("rise_ms", transfer.rise_ms, kSecondsOfSynapse);
  time("synaptic_delay_ms", transfer.synaptic_delay_ms, kSecondsOfSynapse);
  time("inhibitory_delay_ms", transfer.inhibitory_delay_ms, kSecondsOfSynapse);
  doubt("connection_delay_ms", transfer.connection_delay_ms, kSecondsOfSynapse, "ms", "seconds");
  voltage("threshold_mv", transfer.neuron.threshold_mv);
  voltage("reset_mv", transfer.neuron.reset_mv);
  doubt("unit_threshold_mv", transfer.unit_threshold_mv, kVolts, "mV", "volts");
  doubt("unit_reset_mv", transfer.unit_reset_mv, kVolts, "mV", "volts");
  doubt("unit_tau_membrane_ms", transfer.unit_tau_membrane_ms, kSecondsOfMembrane, "ms", "seconds");
  doubt("unit_refractory_ms", transfer.unit_refractory_ms, kSecondsOfSynapse, "ms", "seconds");
  return sentences;
}

}  // namespace rheobase::mapping
