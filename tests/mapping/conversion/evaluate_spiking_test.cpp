#include "mapping/conversion/evaluate_spiking.hpp"

#include <doctest/doctest.h>

#include "tests/reference.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::mapping;
using namespace rheobase::rate;
using namespace rheobase::spiking;

TEST_SUITE("unit") {
  TEST_CASE("any trial of an evaluation can be replayed alone") {
    const SpikingModel model = map_to_spiking(reference::network("go-nogo_N200_s1"), 25.0);
    const Task task("go-nogo");
    SimulationOptions options;
    options.seed = 5;
    std::vector<SampledSignal> outputs;
    const SpikingEvaluation all = evaluate_spiking(model, task, 4, options, 2, &outputs);
    for (std::uint32_t k = 0; k < 4; ++k) {
      const Trial trial = task.random_trial(5, k, Purpose::evaluation_task);
      const SimulationResult run = simulate_evaluation_trial(model, trial, options, k);
      CHECK(run.output.values == outputs[k].values);
      CHECK(task.spiking_correct(trial, run.output) == all.correct[k]);
      CHECK(trial.condition == all.conditions[k]);
    }
  }

  TEST_CASE("every engine gives the same bits on 1, 2 and 4 threads") {
    for (const char* engine : {"clock", "event", "bridge"}) {
      for (const NeuronModel neuron : {NeuronModel::lif, NeuronModel::qif}) {
        CAPTURE(engine);
        TransferOptions transfer;
        transfer.neuron = default_parameters(neuron);
        const SpikingModel model =
            map_to_spiking(reference::network("go-nogo_N200_s1"), 40.0, transfer);
        SimulationOptions options;
        options.engine = engine;
        if (options.engine == "event") {
          options.noise_intensity = 0.0;
        }
        std::vector<SampledSignal> one;
        evaluate_spiking(model, Task("go-nogo"), 5, options, 1, &one);
        for (const int threads : {2, 4}) {
          std::vector<SampledSignal> more;
          evaluate_spiking(model, Task("go-nogo"), 5, options, threads, &more);
          REQUIRE(more.size() == one.size());
          for (std::size_t k = 0; k < one.size(); ++k) {
            CHECK(more[k].values == one[k].values);
          }
        }
      }
    }
  }

  TEST_CASE("mean rates are spikes per second over units and trials") {
    const SpikingModel model = map_to_spiking(reference::network("go-nogo_N200_s1"), 25.0);
    const Task task("go-nogo");
    const SimulationOptions options;
    const SpikingEvaluation both = evaluate_spiking(model, task, 2, options);
    Eigen::VectorXd expected = Eigen::VectorXd::Zero(model.units());
    for (std::uint32_t k = 0; k < 2; ++k) {
      const Trial trial = task.random_trial(options.seed, k, Purpose::evaluation_task);
      const SimulationResult run = simulate_evaluation_trial(model, trial, options, k);
      CHECK(run.duration_ms == 1000.0);
      expected += run.spike_count.cast<double>() / 2.0;
    }
    CHECK(both.mean_rate_hz.isApprox(expected, 1e-12));
  }

  TEST_CASE("an evaluation runs the trials from the one on that the options name") {
    const SpikingModel model = map_to_spiking(reference::network("go-nogo_N200_s1"), 25.0);
    const Task task("go-nogo");
    SimulationOptions options;
    options.seed = 9;
    options.trial = 1000;
    std::vector<SampledSignal> outputs;
    const SpikingEvaluation all = evaluate_spiking(model, task, 3, options, 1, &outputs);
    for (std::uint32_t k = 0; k < 3; ++k) {
      SimulationOptions one = options;
      one.trial = 1000 + k;
      one.output_period_ms = scoring_period_ms(one);
      const Trial trial = task.random_trial(9, 1000 + k, Purpose::evaluation_task);
      const SimulationResult run = simulate(model, spiking_input(trial), one);
      CHECK(run.output.values == outputs[k].values);
      CHECK(trial.condition == all.conditions[k]);
    }
  }
}
