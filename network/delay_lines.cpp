#include "network/delay_lines.hpp"

#include <algorithm>

namespace rheobase::network {

DelayLines::DelayLines(const Network& network, NetworkState& state)
    : network_(network), state_(state) {
  for (const NetworkEdge& edge : network.edges()) {
    arriving_.emplace_back(edge.delayed() ? padded_to_packs<double>(edge.coupling.columns()) : 0,
                           0.0);
  }
}

void DelayLines::push(std::size_t edge, const double* source) {
  const std::size_t stride = arriving_[edge].size();
  const std::size_t depth = network_.edges()[edge].longest_delay + 1;
  const std::size_t slot = static_cast<std::size_t>(state_.step) % depth;
  std::copy_n(source, network_.edges()[edge].coupling.columns(),
              state_.history[edge].begin() + static_cast<std::ptrdiff_t>(slot * stride));
}

double delayed_value(const NetworkEdge& edge, const AlignedVector<double>& history,
                     std::size_t step, std::size_t unit) {
  const std::size_t depth = edge.longest_delay + 1;
  const std::size_t slot = (step % depth + depth - edge.delay[unit]) % depth;
  return history[slot * padded_to_packs<double>(edge.coupling.columns()) + unit];
}

const double* DelayLines::read(std::size_t edge, double stage) {
  const NetworkEdge& of = network_.edges()[edge];
  const std::size_t stride = arriving_[edge].size();
  const std::size_t depth = of.longest_delay + 1;
  const std::size_t now = static_cast<std::size_t>(state_.step) % depth + depth;
  const double* history = state_.history[edge].data();
  for (std::size_t unit = 0; unit < of.coupling.columns(); ++unit) {
    const std::size_t slot = (now - of.delay[unit]) % depth;
    double value = history[slot * stride + unit];
    // Where the delay is 0 nothing later is known: the value at the start of the step stays. So do
    // spikes, which are of one step, and the 0 before the beginning, from which sources may jump.
    if (stage > 0.0 && of.delay[unit] > 0 && of.source.kind != Signal::Kind::spike &&
        static_cast<std::size_t>(state_.step) >= of.delay[unit]) {
      const double next = history[(slot + 1) % depth * stride + unit];
      value += stage * (next - value);
    }
    arriving_[edge][unit] = value;
  }
  return arriving_[edge].data();
}

}  // namespace rheobase::network
