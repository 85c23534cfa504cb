// Training that starts from a network that is there: what is kept, what is frozen, what is said.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "rate/learning/train.hpp"
#include "rate/models/dale_model.hpp"
#include "rate/models/initialise.hpp"
#include "tests/max_abs.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::rate;

namespace {

/// A network of another program: no types, a bias, steps of 10 ms, two outputs.
RateNetwork foreign(bool of_one_sign) {
  constexpr Eigen::Index n = 12;
  RandomStream stream(4, 0, Purpose::initialisation);
  const auto draw = [&](Eigen::Index rows, Eigen::Index columns) {
    Eigen::MatrixXd values(rows, columns);
    for (double& value : values.reshaped()) {
      value = 0.4 * stream.normal();
    }
    return values;
  };
  RateNetwork network;
  network.w = draw(n, n);
  network.w.diagonal().setZero();
  if (of_one_sign) {
    network.w = network.w.cwiseAbs();
    network.w.rightCols(4) *= -1.0;
  }
  network.w_in = draw(n, 2);
  network.w_out = draw(2, n);
  network.bias = draw(n, 1);
  network.b_out = draw(2, 1);
  network.tau_ms = Eigen::VectorXd::LinSpaced(n, 20.0, 80.0);
  network.step_ms = 10.0;
  network.transfer = "tanh";
  network.noise.factor = 0.02;
  return network;
}

void check_same_network(const RateNetwork& a, const RateNetwork& b) {
  CHECK(a.w == b.w);
  CHECK(a.w_in == b.w_in);
  CHECK(a.w_out == b.w_out);
  CHECK(a.bias == b.bias);
  CHECK(a.b_out == b.b_out);
  CHECK(max_abs(a.tau_ms - b.tau_ms) <= 1e-12 * b.tau_ms.maxCoeff());
  CHECK(a.step_ms == b.step_ms);
  CHECK(a.transfer == b.transfer);
  CHECK(a.noise.factor == b.noise.factor);
}

DaleModel small_model() {
  NetworkOptions options;
  options.units = 30;
  options.initialisation = Initialisation::balanced;
  options.trains_input = true;
  return make_dale_model(options, 1, 3);
}

TrainingOptions short_training() {
  TrainingOptions options;
  options.max_trials = 60;
  options.batch = 4;
  options.evaluate_every = 20;
  options.evaluation_trials = 10;
  options.threads = 1;
  return options;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a foreign network's parameters stand for that network") {
    for (const bool of_one_sign : {false, true}) {
      CAPTURE(of_one_sign);
      const RateNetwork network = foreign(of_one_sign);
      const DaleModel model = dale_model_of(network, "net.mat");
      CHECK(model.dale == of_one_sign);
      check_same_network(network_of(model), network);
      CHECK(model.mask.diagonal().isZero(0.0));
    }
    RateNetwork one_tau = foreign(false);
    one_tau.tau_ms.setConstant(50.0);
    CHECK(dale_model_of(one_tau, "net.mat").fixed_tau());
    // Neither 3 nor 23.7 steps of 0.1 ms give these bits back.
    for (const bool of_each : {false, true}) {
      RateNetwork network = foreign(false);
      network.step_ms = 0.1;
      network.tau_ms.setConstant(0.3);
      network.tau_ms[0] = of_each ? 2.37 : 0.3;
      DaleModel model = dale_model_of(network, "net.mat");
      CHECK(model.fixed_tau());
      CHECK(network_of(model).tau_ms == network.tau_ms);
      free_time_constants(model);
      CHECK(model.fixed_tau() == !of_each);
      CHECK(network_of(model).tau_ms.isApprox(network.tau_ms, 1e-12));
      fix_time_constants(network.tau_ms, model);
      CHECK(model.fixed_tau());
      CHECK(network_of(model).tau_ms == network.tau_ms);
    }
    RateNetwork coloured = foreign(false);
    coloured.noise.process = NoiseModel::Process::ornstein_uhlenbeck;
    coloured.noise.tau_ms = 50.0;
    CHECK_THROWS_WITH_AS(dale_model_of(coloured, "net.mat"),
                         "net.mat: field 'noise_process': found noise of another kind; must be "
                         "white noise on the state",
                         InputError);
  }

  TEST_CASE("training a foreign network keeps its zeros, its bias and, of one sign, its signs") {
    const RateNetwork before = foreign(true);
    DaleModel model = dale_model_of(before, "net.mat");
    free_time_constants(model);
    TrainingOptions options = short_training();
    Eigen::MatrixXd input = Eigen::MatrixXd::Ones(2, 30);
    TaskDefinition definition = Task("go-nogo").definition();
    definition.inputs = 2;
    definition.outputs = 2;
    definition.step_ms = 10.0;
    definition.steps = [](const TaskParameters&) { return 30; };
    definition.make_trial = [input](const TaskParameters&, int condition, RandomStream&) {
      return Trial{input, Eigen::MatrixXd::Constant(2, 30, condition), condition};
    };
    definition.rate_correct = [](const TaskParameters&, const Trial&, const Eigen::MatrixXd&) {
      return false;
    };
    const Task task(std::make_shared<const TaskDefinition>(definition), {});
    const TrainingResult result = train(initial_state(model, options), task, options);
    const RateNetwork after = network_of(result.state.model);
    CHECK(after.w != before.w);
    CHECK(after.w_out != before.w_out);
    CHECK(after.bias == before.bias);
    CHECK(((after.w.array() * before.w.array()) >= 0.0).all());
    CHECK(((before.w.array() != 0.0) || (after.w.array() == 0.0)).all());
    CHECK(after.tau_ms.minCoeff() >= 20.0 / 1.5);
    CHECK(after.tau_ms.maxCoeff() <= 80.0 * 1.5);
    CHECK(after.tau_ms != before.tau_ms);
    // What is not trained stays in double precision.
    model = dale_model_of(before, "net.mat");
    options.trains_w = false;
    const RateNetwork readout =
        network_of(train(initial_state(model, options), task, options).state.model);
    CHECK(readout.w == before.w);
    CHECK(readout.w_in == before.w_in);
    CHECK(readout.tau_ms == before.tau_ms);
    CHECK(readout.w_out != before.w_out);
  }

  TEST_CASE("a block that is not trained keeps every bit, whatever the rule") {
    const DaleModel model = small_model();
    for (const char* rule : {"adam", "adamw", "sgd"}) {
      for (const TrainedBlock& block : trained_blocks()) {
        CAPTURE(rule);
        CAPTURE(block.name);
        TrainingOptions options = short_training();
        options.rule = rule;
        options.*block.trained = false;
        const DaleModel after =
            train(initial_state(model, options), Task("go-nogo"), options).state.model;
        const std::string name = block.name;
        CHECK((after.w == model.w) == (name == "w"));
        CHECK((after.w_out == model.w_out) == (name == "w_out"));
        CHECK((after.b_out == model.b_out) == (name == "b_out"));
        CHECK((after.tau_gate == model.tau_gate) == (name == "taus_gaus"));
        CHECK((after.w_in == model.w_in) == (name == "w_in"));
      }
    }
  }

  TEST_CASE("what is not met is named with its numbers, and nothing is where all is met") {
    TrainingOptions options = short_training();
    const TrainingResult capped =
        train(initial_state(small_model(), options), Task("go-nogo"), options);
    CHECK_FALSE(capped.trained);
    REQUIRE(!capped.unmet.empty());
    CHECK(capped.unmet.back().starts_with("accuracy "));
    CHECK(capped.unmet.back().ends_with("%, must be above 95 %"));
    options.stop_loss = 1e9;
    options.stop_accuracy = -1.0;
    const TrainingResult early =
        train(initial_state(small_model(), options), Task("go-nogo"), options);
    CHECK_FALSE(early.trained);
    CHECK(early.unmet == std::vector<std::string>{"60 trials, the criteria count after 1500"});
    options.minimum_trials = 0;
    const TrainingResult met =
        train(initial_state(small_model(), options), Task("go-nogo"), options);
    CHECK(met.trained);
    CHECK(met.outcome == TrainingOutcome::criteria_met);
    CHECK(met.unmet.empty());
    options.spike_noise = 25.0;
    options.spike_noise_trials = 1000;
    const TrainingResult noisy =
        train(initial_state(small_model(), options), Task("go-nogo"), options);
    CHECK_FALSE(noisy.trained);
    CHECK(noisy.unmet ==
          std::vector<std::string>{"fewer than 1000 trials with spike-like noise of s = 25"});
  }

  TEST_CASE("spike-like noise throughout is there from the first trial on") {
    TrainingOptions options = short_training();
    options.stop_loss = 0.0;
    options.spike_noise = 25.0;
    const auto losses = [&options] {
      return train(initial_state(small_model(), options), Task("go-nogo"), options).state.losses;
    };
    const std::vector<double> without = losses();
    options.spike_noise_throughout = true;
    CHECK(losses().front() != without.front());
  }
}
