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
  double h, current, u;
};

/// Rates, what lies in their middle, and how far they reach from there.
struct Spread {
  explicit Spread(const Eigen::ArrayXd& rates)
      : middle(0.5 * (rates.minCoeff() + rates.maxCoeff())),
        width(std::max(0.5 * (rates.maxCoeff() - rates.minCoeff()), 0.05 * middle)) {
    for (const double rate : rates) {
      relative.push_back(static_cast<float>(rate - middle));
    }
  }
  double middle, width;
  std::vector<float> relative;
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
  const Spread decay(1.0 / model.synapse.decay_ms.array());
  relative_rate_ = decay.relative;
  Spread membrane(Eigen::ArrayXd::Constant(1, 1.0 / model.neuron.tau_membrane_ms));
  if (model.unit_tau_membrane_ms.size() != 0) {
    const Eigen::ArrayXd rates = 1.0 / model.unit_tau_membrane_ms.array();
    membrane = Spread(rates);
    relative_membrane_rate_ = membrane.relative;
    membrane_rate_.assign(rates.begin(), rates.end());
  }
  const bool cascade = is_cascade(model.synapse);
  const double rise = cascade ? 1.0 / model.synapse.rise_ms : 0.0;
  for (std::size_t i = 0; i <= kAges; ++i) {
    const double age_ms = static_cast<double>(i) / ages_per_ms_;
    // x and y in units of the spreads.
    const auto sample = [&](double x, double y) {
      const DecayRates cell{membrane.middle + membrane.width * y, decay.middle + decay.width * x,
                            rise};
      const Propagator step = make_propagator(cell, age_ms);
      return cascade ? ResponseSample{step.h_keep, step.current_from_h, step.u_from_h}
                     : ResponseSample{step.h_keep, step.current_keep, step.u_from_current};
    };
    const ResponseSample below = sample(-1, 0), middle = sample(0, 0), above = sample(1, 0);
    Response row{static_cast<float>(middle.h),
                 quadratic(below.current, middle.current, above.current, decay.width),
                 quadratic(below.u, middle.u, above.u, decay.width)};
    if (!membrane_rate_.empty()) {
      const auto over_rate = [&](double x, double y) {
        return sample(x, y).u / (membrane.middle + membrane.width * y);
      };
      const auto [none, slope, curvature] =
          quadratic(over_rate(0, -1), over_rate(0, 0), over_rate(0, 1), membrane.width);
      const double cross =
          over_rate(1, 1) - over_rate(1, -1) - over_rate(-1, 1) + over_rate(-1, -1);
      row.u = quadratic(over_rate(-1, 0), over_rate(0, 0), over_rate(1, 0), decay.width);
      row.u_of_membrane = {slope, curvature,
                           static_cast<float>(cross / (4.0 * decay.width * membrane.width))};
    }
    table_.push_back(row);
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
    out.u_of_membrane[k] = between(low.u_of_membrane[k], high.u_of_membrane[k]);
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
    float response = r.u[0] + x * (r.u[1] + x * r.u[2]);
    if (!membrane_rate_.empty()) {
      const auto at = static_cast<std::size_t>(row);
      const float y = relative_membrane_rate_[at];
      response += y * (r.u_of_membrane[0] + y * r.u_of_membrane[1] + x * r.u_of_membrane[2]);
      response *= membrane_rate_[at];
    }
    u[row] += jump * response;
  }
}

}  // namespace rheobase::spiking
