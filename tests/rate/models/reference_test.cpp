// Networks trained by an independent program do their tasks here, as well as they did there.
#include "tests/reference.hpp"

#include <string>

#include <doctest/doctest.h>

#include "rate/learning/evaluate.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::mapping;
using namespace rheobase::rate;
using namespace rheobase::spiking;

TEST_SUITE("golden") {
  TEST_CASE("reference networks reach their stored accuracy and loss") {
    struct Reference {
      std::string file, task;
    };
    for (const auto& [file, task] :
         {Reference{"go-nogo_N200_s1", "go-nogo"}, Reference{"go-nogo_N200_s1_single", "go-nogo"},
          Reference{"xor_N200_s4", "xor"}, Reference{"mante_N250_s5", "mante"}}) {
      INFO(file);
      const ModelFile stored = read_model(reference::path("models/" + file + ".mat"));
      REQUIRE(stored.provenance.eval_accuracy > 0.9);
      const RateEvaluation evaluation =
          evaluate_rate(stored.network, Task(task), {.trials = 400, .threads = 1});
      // The stored values are means of 100 trials, whose losses differ by some ten percent.
      CHECK(evaluation.accuracy.value > stored.provenance.eval_accuracy - 0.03);
      CHECK(evaluation.mean_loss == near(stored.provenance.eval_loss, 0.05));
    }
  }
}
