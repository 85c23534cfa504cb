#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "mapping/conversion/evaluate_spiking.hpp"
#include "tests/reference.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::mapping;
using namespace rheobase::rate;
using namespace rheobase::spiking;

namespace {

constexpr int kTrials = 400;

/// A model where its accuracy falls with the scaling factor: there it tells engines apart.
struct Steep {
  std::string model;
  std::string task;
  double scaling_factor;
};

SimulationOptions options_of(const std::string& engine, double noise_intensity) {
  SimulationOptions options;
  options.engine = engine == "clock, single" ? "clock" : engine;
  options.precision =
      engine == "clock, single" ? Precision::single_precision : Precision::double_precision;
  options.noise_intensity = noise_intensity;
  options.output_period_ms = 0.5;
  options.seed = 11;
  return options;
}

/// Every engine on the same trials; noise and chaos part their courses, not their accuracy.
void check_agreement(const std::vector<Steep>& networks, const std::vector<std::string>& engines,
                     double noise_intensity) {
  for (const Steep& steep : networks) {
    const SpikingModel model =
        map_to_spiking(reference::network(steep.model), steep.scaling_factor);
    std::vector<double> accuracies;
    std::string text;
    for (const std::string& engine : engines) {
      accuracies.push_back(
          evaluate_spiking(model, Task(steep.task), kTrials, options_of(engine, noise_intensity), 2)
              .accuracy.value);
      text += " " + engine + " " + std::to_string(100.0 * accuracies.back()) + " %";
    }
    MESSAGE(steep.model, ", s = ", steep.scaling_factor, ":", text);
    CAPTURE(steep.model);
    CHECK(accuracies[0] > 0.05);  // not where every engine must agree
    CHECK(accuracies[0] < 0.98);
    for (std::size_t i = 1; i < engines.size(); ++i) {
      CAPTURE(engines[i]);
      const double pooled = 0.5 * (accuracies[0] + accuracies[i]);
      const double error = std::sqrt(2.0 * pooled * (1.0 - pooled) / kTrials);
      CHECK(std::abs(accuracies[i] - accuracies[0]) <= 3.0 * error);
    }
  }
}

}  // namespace

TEST_SUITE("statistical") {
  TEST_CASE("with noise clock and bridge engine solve the tasks equally often") {
    check_agreement({{"go-nogo_N200_s1", "go-nogo", 55.0},
                     {"xor_N200_s4", "xor", 45.0},
                     {"mante_N250_s5", "mante", 65.0}},
                    {"clock", "clock, single", "bridge"}, 0.2);
  }

  TEST_CASE("without noise clock and event engine solve the tasks equally often") {
    check_agreement({{"go-nogo_N200_s1", "go-nogo", 65.0},
                     {"xor_N200_s4", "xor", 75.0},
                     {"mante_N250_s5", "mante", 75.0}},
                    {"event", "clock", "clock, single"}, 0.0);
  }
}
