// Single updates of the registered rules.
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "rate/learning/optimisers/training_rule_registry.hpp"
#include "tests/rate/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::rate;

TEST_SUITE("numeric") {
  TEST_CASE("Adam follows its recurrence written out by hand") {
    const TrainingRuleDefinition& adam = training_rule_named("adam");
    // 19 values: one pack and a rest.
    constexpr std::size_t count = 19;
    for (const SimdLevel level : testing::supported_levels()) {
      std::vector<float> w(count, 0.5F);
      std::vector<float> m(count, 0.0F);
      std::vector<float> v(count, 0.0F);
      const float gradients[] = {0.2F, -0.1F, 0.4F};
      for (int n = 1; n <= 3; ++n) {
        std::vector<float> g(count, gradients[n - 1]);
        g[18] = 0.0F;
        adam.apply({.number = n,
                    .learning_rate = 0.01,
                    .gradient = g,
                    .parameters = w,
                    .moments = {m, v},
                    .level = level});
      }
      // n = 1: m 0.02, v 4e-5, step 0.01 sqrt(0.001)/0.1. n = 2: m 0.008, v 4.996e-5,
      // step 0.01 sqrt(0.001999)/0.19. n = 3: m 0.0472, v 2.0991004e-4,
      // step 0.01 sqrt(0.002997001)/0.271.
      const double expected =
          0.5 - 0.01 * std::sqrt(0.001) / 0.1 * 0.02 / std::sqrt(4e-5) -
          0.01 * std::sqrt(0.001999) / 0.19 * 0.008 / std::sqrt(4.996e-5) -
          0.01 * std::sqrt(0.002997001) / 0.271 * 0.0472 / std::sqrt(2.0991004e-4);
      for (std::size_t i = 0; i + 1 < count; ++i) {
        CHECK(static_cast<double>(w[i]) == near(expected, 1e-6));
      }
      CHECK(w[18] == 0.5F);
    }
  }

  TEST_CASE("epsilon stands outside the root and is not corrected for bias") {
    std::vector<float> w(1, 0.0F);
    std::vector<float> m(1, 0.0F);
    std::vector<float> v(1, 0.0F);
    const std::vector<float> g(1, 1e-7F);
    training_rule_named("adam").apply(
        {.number = 1, .learning_rate = 0.01, .gradient = g, .parameters = w, .moments = {m, v}});
    const double root = std::sqrt(0.001) * 1e-7;
    const double expected = -0.01 * std::sqrt(0.001) / 0.1 * 1e-8 / (root + 1e-8);
    CHECK(static_cast<double>(w[0]) == near(expected, 1e-5));
  }

  TEST_CASE("AdamW is Adam on parameters that decay, SGD rolls on with momentum") {
    std::vector<float> w{2.0F};
    std::vector<float> m{0.0F};
    std::vector<float> v{0.0F};
    std::vector<float> g{0.0F};
    training_rule_named("adamw").apply(
        {.number = 1, .learning_rate = 0.1, .gradient = g, .parameters = w, .moments = {m, v}});
    CHECK(static_cast<double>(w[0]) == near(2.0 * (1.0 - 0.1 * 0.01), 1e-7));
    w = {1.0F};
    m = {0.0F};
    for (const float gradient : {1.0F, 0.0F, 0.0F}) {
      g = {gradient};
      training_rule_named("sgd").apply(
          {.number = 1, .learning_rate = 0.1, .gradient = g, .parameters = w, .moments = {m}});
    }
    CHECK(static_cast<double>(w[0]) == near(1.0 - 0.1 * (1.0 + 0.9 + 0.81), 2e-7));
  }
}

TEST_SUITE("unit") {
  TEST_CASE("every registered rule is named, described and leaves structural zeros alone") {
    for (const TrainingRuleDefinition* rule : registered_training_rules()) {
      INFO(rule->name);
      CHECK_FALSE(rule->help.empty());
      CHECK_FALSE(rule->citation.empty());
      CHECK(&training_rule_named(rule->name) == rule);
      std::vector<float> w{0.0F, 1.0F};
      std::vector<std::vector<float>> memory(static_cast<std::size_t>(rule->moments),
                                             std::vector<float>(2, 0.0F));
      const std::vector<float> g{0.0F, 0.5F};
      for (int n = 1; n <= 5; ++n) {
        rule->apply({.number = n,
                     .learning_rate = 0.01,
                     .gradient = g,
                     .parameters = w,
                     .moments = {memory.begin(), memory.end()}});
      }
      CHECK(w[0] == 0.0F);
      CHECK(w[1] < 1.0F);
    }
  }
}
