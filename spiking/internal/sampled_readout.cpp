#include "spiking/internal/sampled_readout.hpp"

#include "core/elementary.hpp"
#include "core/exponential_cascade.hpp"

namespace rheobase::spiking {

template <class T>
SampledReadout<T>::SampledReadout(const SynapseParameters& synapse, const Eigen::MatrixXd& w_out,
                                  double period_ms, SimdLevel level, double share)
    : kernels_(RHEOBASE_SIMD_DISPATCH(level, clock_kernels<T>)()),
      units_(w_out.cols()),
      rise_rate_hz_(1000.0 / synapse.rise_ms),
      share_(share),
      double_exponential_(synapse.kind == SynapseKind::double_exponential),
      decay_rate_hz_(1000.0 / synapse.decay_ms.array()),
      more_weights_(w_out.bottomRows(w_out.rows() - 1).transpose()),
      output_(w_out.rows()) {
  const std::size_t padded = padded_to_packs<T>(static_cast<std::size_t>(units_));
  for (AlignedVector<T>* values : {&r_, &hr_, &decay_, &rise_, &weight_}) {
    values->assign(padded, T{0});
  }
  const double period_s = period_ms / 1000.0;
  for (Eigen::Index unit = 0; unit < units_; ++unit) {
    const auto at = static_cast<std::size_t>(unit);
    const double rate = decay_rate_hz_[unit];
    decay_[at] = static_cast<T>(elementary::exp(-rate * period_s));
    rise_[at] = static_cast<T>(
        double_exponential_ ? exponential_cascade(rate, rise_rate_hz_, period_s) : 0.0);
    weight_[at] = static_cast<T>(w_out(0, unit));
  }
  filter_ = {r_.data(),
             hr_.data(),
             decay_.data(),
             rise_.data(),
             weight_.data(),
             static_cast<T>(double_exponential_ ? elementary::exp(-rise_rate_hz_ * period_s) : 0.0),
             padded / (64 / sizeof(T))};
}

template <class T>
const Eigen::VectorXd& SampledReadout<T>::sample(double time_ms) {
  auto output = static_cast<double>(kernels_.advance_readout(filter_));
  for (const Spike& spike : pending_) {
    const auto at = static_cast<std::size_t>(spike.unit);
    const double age_s = (time_ms - spike.time_ms) / 1000.0;
    const double rate = decay_rate_hz_[spike.unit];
    double jump = 0.0;
    if (double_exponential_) {
      const double area = share_ * rate * rise_rate_hz_;
      hr_[at] += static_cast<T>(area * elementary::exp(-rise_rate_hz_ * age_s));
      jump = area * exponential_cascade(rate, rise_rate_hz_, age_s);
    } else {
      jump = share_ * rate * elementary::exp(-rate * age_s);
    }
    r_[at] += static_cast<T>(jump);
    output += static_cast<double>(weight_[at]) * jump;
  }
  pending_.clear();
  output_[0] = output;
  for (Eigen::Index k = 0; k < more_weights_.cols(); ++k) {
    double sum = 0.0;
    for (Eigen::Index unit = 0; unit < units_; ++unit) {
      sum += more_weights_(unit, k) * static_cast<double>(r_[static_cast<std::size_t>(unit)]);
    }
    output_[k + 1] = sum;
  }
  return output_;
}

template <class T>
Eigen::VectorXd SampledReadout<T>::rate() const {
  return Eigen::Map<const Eigen::VectorX<T>>(r_.data(), units_).template cast<double>();
}

template class SampledReadout<float>;
template class SampledReadout<double>;

}  // namespace rheobase::spiking
