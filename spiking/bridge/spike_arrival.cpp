#include "spiking/bridge/spike_arrival.hpp"

#include <algorithm>

#include "spiking/event/event_propagator.hpp"

namespace rheobase::spiking {

namespace {

constexpr std::size_t kAges = 64;

bool is_cascade(const SynapseParameters& synapse) {
  return synapse.kind == SynapseKind::double_exponential;
}

/// Area 1000 w mV ms per spike: w is in mV/Hz.
Eigen::VectorXd jump_scale(const SynapseParameters& synapse) {
  const double rise = is_cascade(synapse) ? synapse.rise_ms : 1.0;
  return 1000.0 / (rise * synapse.decay_ms.array());
}

struct ResponseSample {
  double current, u;
};

/// The quadratic through three values at -width, 0 and width.
std::array<float, 3> quadratic(double below, double middle, double above, double width) {
  return {static_cast<float>(middle), static_cast<float>((above - below) / (2.0 * width)),
          static_cast<float>((above - 2.0 * middle + below) / (2.0 * width * width))};
}

}  // namespace

SpikeArrival::SpikeArrival(const SpikingModel& model, double step_ms)
    : scale_(jump_scale(model.synapse) / model.copies),
      groups_(model),
      jumps_(groups_.columns<float>(model.w, scale_)),
      ages_per_ms_(kAges / step_ms) {
  const Eigen::ArrayXd rates = 1.0 / model.synapse.decay_ms.array();
  const double middle = 0.5 * (rates.minCoeff() + rates.maxCoeff());
  const double width = std::max(0.5 * (rates.maxCoeff() - rates.minCoeff()), 0.05 * middle);
  for (const double rate : rates) {
    relative_rate_.push_back(static_cast<float>(rate - middle));
  }
  const bool cascade = is_cascade(model.synapse);
  for (std::size_t i = 0; i <= kAges; ++i) {
    const double age_ms = static_cast<double>(i) / ages_per_ms_;
    DecayRates cell{1.0 / model.neuron.tau_membrane_ms, middle,
                    cascade ? 1.0 / model.synapse.rise_ms : 0.0};
    std::array<ResponseSample, 3> sample{};
    double h = 0.0;
    for (std::size_t k = 0; k < 3; ++k) {
      cell.decay = middle + width * (static_cast<double>(k) - 1.0);
      const Propagator step = make_propagator(cell, age_ms);
      sample[k] = cascade ? ResponseSample{step.current_from_h, step.u_from_h}
                          : ResponseSample{step.current_keep, step.u_from_current};
      h = step.h_keep;
    }
    table_.push_back({static_cast<float>(h),
                      quadratic(sample[0].current, sample[1].current, sample[2].current, width),
                      quadratic(sample[0].u, sample[1].u, sample[2].u, width)});
  }
}

SpikeArrival::Response SpikeArrival::response(double age_ms) const {
  const double position = std::clamp(age_ms * ages_per_ms_, 0.0, static_cast<double>(kAges));
  const auto row = std::min(static_cast<std::size_t>(position), kAges - 1);
  const auto fraction = static_cast<float>(position - static_cast<double>(row));
  const Response& low = table_[row];
  const Response& high = table_[row + 1];
  const auto between = [fraction](float a, float b) { return a + fraction * (b - a); };
  Response out{between(low.h, high.h), {}, {}};
  for (std::size_t k = 0; k < 3; ++k) {
    out.current[k] = between(low.current[k], high.current[k]);
    out.u[k] = between(low.u[k], high.u[k]);
  }
  return out;
}

void SpikeArrival::deliver(Eigen::Index group, double age_ms, float* u, float* current,
                           float* h) const {
  const Response r = response(age_ms);
  const auto targets = jumps_.column(group);
  for (std::size_t k = 0; k < targets.rows.size(); ++k) {
    const std::int32_t row = targets.rows[k];
    const float jump = targets.values[k];
    const float x = relative_rate_[static_cast<std::size_t>(row)];
    h[row] += jump * r.h;
    current[row] += jump * (r.current[0] + x * (r.current[1] + x * r.current[2]));
    u[row] += jump * (r.u[0] + x * (r.u[1] + x * r.u[2]));
  }
}

}  // namespace rheobase::spiking
