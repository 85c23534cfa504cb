#include "spiking/internal/membrane_noise.hpp"

namespace rheobase::spiking {

MembraneNoise::MembraneNoise(Eigen::Index units, bool enabled, const SimulationOptions& options,
                             SimdLevel level)
    : stream_{options.seed, options.trial, Purpose::membrane_noise},
      level_(level),
      stride_(padded_to_packs<float>(static_cast<std::size_t>(units))),
      rows_(enabled ? kSteps * stride_ : 0) {}

const float* MembraneNoise::at(long step) {
  if (rows_.empty()) {
    return nullptr;
  }
  const long chunk = (step - 1) / kSteps;
  if (chunk != chunk_) {
    constexpr std::uint32_t blocks = kSteps / 8;
    fill_fast_normals(stream_, static_cast<std::uint32_t>(chunk) * blocks, blocks, stride_,
                      rows_.data(), stride_, level_);
    chunk_ = chunk;
  }
  return rows_.data() + static_cast<std::size_t>((step - 1) % kSteps) * stride_;
}

}  // namespace rheobase::spiking
