#include "spiking/membrane_noise.hpp"

namespace rheobase {

MembraneNoise::MembraneNoise(Eigen::Index units, bool enabled, const SimulationOptions& options,
                             SimdLevel level)
    : stream_{options.seed, options.trial, Purpose::membrane_noise},
      level_(level),
      stride_(padded_to_packs<float>(static_cast<std::size_t>(units))),
      rows_(enabled ? 4 * stride_ : 0) {}

const float* MembraneNoise::at(long step) {
  if (rows_.empty()) {
    return nullptr;
  }
  const long block = (step - 1) / 4;
  if (block != block_) {
    fill_normals(stream_, static_cast<std::uint32_t>(block), stride_, rows_.data(), stride_,
                 level_);
    block_ = block;
  }
  return rows_.data() + static_cast<std::size_t>((step - 1) % 4) * stride_;
}

}  // namespace rheobase
