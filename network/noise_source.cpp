#include "network/noise_source.hpp"

#include <algorithm>
#include <cmath>

namespace rheobase::network {

namespace {

constexpr long kStepsInBlock = 4;

}  // namespace

NoiseSource::NoiseSource(const Network& network, Seed seed, std::uint32_t trial, SimdLevel level)
    : network_(network), stream_{seed, trial, Purpose::rate_noise}, level_(level) {
  std::size_t units = 0;
  for (std::size_t p = 0; p < network.populations().size(); ++p) {
    const NetworkPopulation& population = network.populations()[p];
    for (std::size_t variable = 0; variable < population.noise.size(); ++variable) {
      if (population.noise[variable] > 0.0) {
        variables_.push_back(
            {p, variable, units, population.noise[variable] * std::sqrt(network.step())});
        units += population.size;
      }
    }
  }
  stride_ = padded_to_packs<float>(units);
  rows_.resize(static_cast<std::size_t>(kStepsInBlock) * stride_);
}

bool NoiseSource::clamps(const SpikeEvents& spikes, const OfVariable& of) const {
  const auto clamped = spikes.clamped_variables(of.population);
  return std::ranges::find(clamped, of.variable) != clamped.end();
}

void NoiseSource::add(long step, const SpikeEvents& spikes, double* y) {
  if (variables_.empty()) {
    return;
  }
  if (step / kStepsInBlock != block_) {
    block_ = step / kStepsInBlock;
    fill_normals(stream_, static_cast<std::uint32_t>(block_), stride_, rows_.data(), stride_,
                 level_);
  }
  float* normals = rows_.data() + static_cast<std::size_t>(step % kStepsInBlock) * stride_;
  for (const OfVariable& of : variables_) {
    const NetworkPopulation& population = network_.populations()[of.population];
    if (clamps(spikes, of)) {
      for (const std::uint32_t unit : spikes.refractory(of.population)) {
        normals[of.first + unit] = 0.0F;
      }
      for (const std::uint32_t unit : spikes.spiking(of.population)) {
        normals[of.first + unit] = 0.0F;
      }
    }
    double* row = y + population.row(of.variable);
    for (std::size_t unit = 0; unit < population.size; ++unit) {
      row[unit] += of.scale * static_cast<double>(normals[of.first + unit]);
    }
  }
}

}  // namespace rheobase::network
