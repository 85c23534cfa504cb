#pragma once

#include <array>
#include <vector>

#include "core/aligned_vector.hpp"
#include "spiking/bridge/bridge_kernels.hpp"
#include "spiking/bridge/bridge_membrane.hpp"
#include "spiking/spiking_model.hpp"

namespace rheobase::spiking {

/// The bridge engine's arrays and what its kernel sees of them.
class BridgeCells {
 public:
  BridgeCells(const SpikingModel& model, const BridgeMembrane& membrane, double step_ms);
  BridgeCells(const BridgeCells&) = delete;
  BridgeCells& operator=(const BridgeCells&) = delete;

  const BridgePopulation& population() const { return population_; }
  const BridgeState& now() const { return population_.now; }
  const BridgeState& next() const { return population_.next; }
  float& survival(Eigen::Index unit) { return survival_[static_cast<std::size_t>(unit)]; }
  float& limit(Eigen::Index unit) { return limit_[static_cast<std::size_t>(unit)]; }
  /// Puts a unit out of reach of the threshold until release().
  void make_refractory(Eigen::Index unit);
  void release(Eigen::Index unit, double u);
  /// A voltage put out of reach decays towards the drive: it says nothing about a refractory
  /// unit.
  bool refractory(Eigen::Index unit) const {
    return refractory_[static_cast<std::size_t>(unit)] != 0.0F;
  }

  /// @param drive_mv  bias + E of every unit, for LIF units above threshold
  void set_drive(const Eigen::Ref<const Eigen::VectorXd>& drive_mv);
  void swap() { std::swap(population_.now, population_.next); }
  void flush();

 private:
  std::array<AlignedVector<float>, 6> state_;  ///< u, current and h, twice
  AlignedVector<float> survival_, limit_, refractory_, drive_;
  AlignedVector<BridgeCoefficients> coefficients_;  ///< of every pack
  double drive_gain_;                               ///< 1 - e^(-aD) for LIF units
  BridgePopulation population_;
};

}  // namespace rheobase::spiking
