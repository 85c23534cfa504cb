#include "spiking/membrane_noise.hpp"

namespace rheobase {

template <class T>
MembraneNoise<T>::MembraneNoise(Eigen::Index units, double sd_mv, const SimulationOptions& options,
                                SimdLevel level)
    : kernels_(RHEOBASE_SIMD_DISPATCH(level, clock_kernels<T>)()),
      stride_(padded_to_packs<float>(static_cast<std::size_t>(units))),
      sd_(static_cast<T>(sd_mv)),
      seed_(options.seed),
      trial_(options.trial) {
  if (sd_mv > 0.0) {
    rows_.resize(4 * stride_);
  }
}

template <class T>
const T* MembraneNoise<T>::at(long step) {
  if (rows_.empty()) {
    return nullptr;
  }
  const long block = (step - 1) / 4;
  if (block != block_) {
    kernels_.fill_normals(rows_.data(), stride_, sd_, static_cast<std::uint32_t>(block),
                          static_cast<std::uint32_t>(Purpose::membrane_noise), seed_, trial_);
    block_ = block;
  }
  return rows_.data() + static_cast<std::size_t>((step - 1) % 4) * stride_;
}

template class MembraneNoise<float>;
template class MembraneNoise<double>;

}  // namespace rheobase
