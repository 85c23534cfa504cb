// With r = tanh(x) = 2 r+ - 1, r+ = 1/(1 + e^-y) and y = 2 x, exactly:
//   tau y' = -y + 4 W r+ + 2 W_in u + 2 b - 2 W 1,   z = 2 W_out r+ + b_out - W_out 1
// Noise and initial states double. Rates above 0 can have the noise of spikes.
#include "rate/models/motif/internal/positive_rates.hpp"

#include "core/error.hpp"

namespace rheobase::rate {

RateNetwork with_positive_rates(RateNetwork network, const std::string& where) {
  if (!network.loops.empty()) {
    throw InputError(where, "spike_noise", "loops of low rank that come and go",
                     "must be 0 with them: inputs alone can be trained with spike-like noise");
  }
  network.bias = 2.0 * network.bias - 2.0 * network.w.rowwise().sum();
  network.b_out -= network.w_out.rowwise().sum();
  network.w *= 4.0;
  network.w_in *= 2.0;
  network.w_out *= 2.0;
  network.noise.factor *= 2.0;
  network.initial.scale *= 2.0;
  network.transfer = "sigmoid";
  return network;
}

}  // namespace rheobase::rate
