#include <cmath>

#include <doctest/doctest.h>

#include "spiking/event/event.hpp"
#include "tests/spiking/event_replay.hpp"
#include "tests/spiking/golden_trace.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::spiking;

namespace {

/// One unit on a grid in the reference's order of operations (Kim, Li & Sejnowski 2019), driven by
/// given spikes; a spike counts in the step it falls into.
std::vector<double> clock_replay(const EventNetwork& unit, const EventProtocol& protocol,
                                 const std::vector<GivenArrival>& arrivals, double dt_ms) {
  const double decay = std::exp(-unit.decay_rate[0] * dt_ms);
  const double rise = std::exp(-unit.rise_rate() * dt_ms);
  double u = protocol.initial_voltage[0] - unit.neuron.threshold_mv;
  double h = 0.0, current = 0.0, last = 0.0;
  std::size_t next = 0, segment = 0;
  std::vector<double> spikes;
  const long steps = std::lround(protocol.duration_ms / dt_ms);
  for (long step = 1; step <= steps; ++step) {
    const double now = static_cast<double>(step) * dt_ms;
    while (segment + 1 < protocol.drive.size() &&
           protocol.drive[segment + 1].start_ms <= now - 0.5 * dt_ms) {
      ++segment;
    }
    if (now > last + unit.neuron.refractory_ms + 0.5 * dt_ms) {
      u += dt_ms * (protocol.drive[segment].drive[0] + current - u) * unit.membrane_rate[0];
    }
    current = current * decay + h * dt_ms;
    h *= rise;
    for (; next < arrivals.size() && arrivals[next].time_ms <= now; ++next) {
      h += arrivals[next].jump;
    }
    if (u >= 0.0) {
      spikes.push_back(now);
      last = now;
      u = unit.neuron.reset_mv - unit.neuron.threshold_mv;
    }
  }
  return spikes;
}

}  // namespace

TEST_SUITE("golden") {
  TEST_CASE("Open loop, the clock's spike times converge to the event engine's in first order") {
    const golden::Trace trace = golden::read("go-nogo_N200_s1_go");
    const EventNetwork network = make_event_network(trace.model);
    const EventProtocol protocol =
        make_event_protocol(trace.model, trace.input, golden::options(trace));
    const std::vector<SpikeEvent> spikes = EventSimulation(network, protocol).run();
    const auto arrivals = event_test::arrivals_of(network, spikes);

    constexpr int halvings = 5;
    double error[halvings] = {};
    std::size_t compared = 0, left_out = 0;
    for (Eigen::Index unit = 0; unit < network.units(); ++unit) {
      const std::vector<double> exact = event_test::times_of(spikes, unit);
      const EventNetwork alone = event_test::single_unit(network, unit);
      const EventProtocol own = event_test::single_unit(protocol, unit);
      double sum[halvings] = {};
      bool same_count = true;
      for (int k = 0; k < halvings; ++k) {
        const std::vector<double> found = clock_replay(
            alone, own, arrivals[static_cast<std::size_t>(unit)], 0.05 / std::pow(2.0, k));
        same_count = same_count && found.size() == exact.size();
        for (std::size_t i = 0; same_count && i < exact.size(); ++i) {
          sum[k] += std::abs(found[i] - exact[i]);
        }
      }
      // A coarse grid may miss a spike near threshold, and parts from the exact train there.
      same_count ? compared += exact.size() : left_out += exact.size();
      for (int k = 0; same_count && k < halvings; ++k) {
        error[k] += sum[k];
      }
    }
    MESSAGE(compared << " spikes compared, mean error " << error[0] / static_cast<double>(compared)
                     << " ms at dt 0.05 ms, " << error[halvings - 1] / static_cast<double>(compared)
                     << " ms at dt " << 0.05 / std::pow(2.0, halvings - 1));
    CHECK(compared > 4 * left_out);
    const double slope = std::log2(error[0] / error[halvings - 1]) / (halvings - 1);
    CHECK(slope == near(1.0, 0.1));
  }
}
