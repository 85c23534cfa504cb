#pragma once

#include <array>
#include <span>
#include <vector>

#include "core/aligned_vector.hpp"
#include "spiking/bridge/bridge_kernels.hpp"
#include "spiking/bridge/bridge_membrane.hpp"
#include "spiking/spiking_model.hpp"

namespace rheobase::spiking {

/// The bridge engine's arrays and what its kernel sees of them.
class BridgeCells {
 public:
  BridgeCells(const SpikingModel& model, double noise_intensity, double step_ms);
  BridgeCells(const BridgeCells&) = delete;
  BridgeCells& operator=(const BridgeCells&) = delete;

  const BridgePopulation& population() const { return population_; }
  const BridgeState& now() const { return population_.now; }
  const BridgeState& next() const { return population_.next; }
  /// Membranes of a copy, those of whole packs: membrane m is copy m / stride of unit m % stride.
  Eigen::Index stride() const { return static_cast<Eigen::Index>(16 * population_.packs); }
  float& survival(Eigen::Index membrane) { return survival_[static_cast<std::size_t>(membrane)]; }
  float& limit(Eigen::Index membrane) { return limit_[static_cast<std::size_t>(membrane)]; }
  /// Puts a membrane out of reach of the threshold until release().
  void make_refractory(Eigen::Index membrane);
  void release(Eigen::Index membrane, double u);
  /// A voltage put out of reach decays towards the drive: it says nothing about a membrane that is
  /// refractory.
  bool refractory(Eigen::Index membrane) const {
    return refractory_[static_cast<std::size_t>(membrane)] != 0.0F;
  }

  /// I of every unit (mV), at the start of a run.
  void set_currents(const Eigen::VectorXd& current_mv);
  /// @param drive_mv  bias + E of every unit, for LIF units above threshold
  void set_drive(const Eigen::Ref<const Eigen::VectorXd>& drive_mv);
  /// Adds what the step's spikes have made of every unit's u to all of its copies.
  void push_copies(std::span<const float> push_mv);
  void swap() { std::swap(population_.now, population_.next); }
  void flush();

 private:
  void set_coefficients(const SpikingModel& model, std::size_t lane, double noise_intensity,
                        double step_ms);

  std::array<AlignedVector<float>, 6> state_;  ///< u, current and h, twice
  AlignedVector<float> survival_, limit_, refractory_, drive_;
  AlignedVector<BridgeCoefficients> coefficients_;  ///< of every pack
  Eigen::VectorXd drive_gain_;                      ///< 1 - e^(-aD) of every LIF unit
  Eigen::VectorXd copy_bias_mv_;                    ///< of every copy; empty: they share the drive
  BridgePopulation population_;
};

}  // namespace rheobase::spiking
