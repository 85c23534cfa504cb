#include "io/mat/checkpoint_file.hpp"

#include <cstring>
#include <limits>

#include <doctest/doctest.h>

#include "io/mat/internal/model_fields.hpp"
#include "io/mat/rate_model_file.hpp"
#include "tests/io/mat/fixtures.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::mapping;
using namespace rheobase::rate;
using namespace rheobase::spiking;
using namespace rheobase::test;

namespace {

Checkpoint small_checkpoint() {
  Checkpoint checkpoint;
  TrainingState& state = checkpoint.state;
  state.model = small_model();
  state.model.w(0, 3) = -0.125;  // training goes on from below zero, the model file has max(w, 0)
  state.model.w0(1, 2) = -0.5;
  state.model.w_out(2) = std::numeric_limits<float>::denorm_min();
  state.model.w_out(3) = -7.5e30F;
  state = initial_state(state.model, checkpoint.options);
  state.trials_done = 400;
  state.moments[0][0] = -0.0F;
  state.moments[0][1] = 0.1F;
  state.moments[1][0] = 1e-20F;
  state.losses.assign(400, 12.5);
  state.losses[1] = 1.0 / 3.0;
  state.evaluations = {{100, 9.0 / 7.0, 0.5}, {200, 3.0, 0.75}};
  checkpoint.options.max_trials = 5000;
  checkpoint.options.batch = 4;
  checkpoint.options.loss = Loss::l1;
  checkpoint.options.learning_rate = 0.1 / 3.0;
  checkpoint.options.clip_norm = 1.0;
  checkpoint.options.noise = 0.07;
  checkpoint.options.seed = 4294967295U;
  checkpoint.options.evaluate_every = 50;
  checkpoint.options.evaluation_trials = 20;
  checkpoint.options.stop_loss = 6.5;
  checkpoint.options.stop_accuracy = 0.9;
  checkpoint.options.checkpoint_every = 200;
  checkpoint.options.threads = 2;
  checkpoint.task = "go-nogo";
  checkpoint.task_parameters = {{"input-noise", 0.25}};
  checkpoint.command = "rheobase train --checkpoint 200";
  return checkpoint;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a checkpoint restores the state of training bit for bit") {
    const TemporaryFolder folder;
    const Checkpoint checkpoint = small_checkpoint();
    write_checkpoint(folder / "c.mat", checkpoint);
    const Checkpoint back = read_checkpoint(folder / "c.mat");
    check_same(back.state.model, checkpoint.state.model);
    CHECK(back.state.trials_done == checkpoint.state.trials_done);
    CHECK(same_bits(back.state.parameters, checkpoint.state.parameters));
    REQUIRE(back.state.moments.size() == 2);
    CHECK(same_bits(back.state.moments[0], checkpoint.state.moments[0]));
    CHECK(same_bits(back.state.moments[1], checkpoint.state.moments[1]));
    CHECK(back.state.losses == checkpoint.state.losses);
    REQUIRE(back.state.evaluations.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(back.state.evaluations[i].trial == checkpoint.state.evaluations[i].trial);
      CHECK(back.state.evaluations[i].mean_loss == checkpoint.state.evaluations[i].mean_loss);
      CHECK(back.state.evaluations[i].accuracy == checkpoint.state.evaluations[i].accuracy);
    }
  }

  TEST_CASE("a checkpoint restores the options") {
    const TemporaryFolder folder;
    const Checkpoint checkpoint = small_checkpoint();
    write_checkpoint(folder / "c.mat", checkpoint);
    const Checkpoint back = read_checkpoint(folder / "c.mat");
    const TrainingOptions& a = back.options;
    const TrainingOptions& b = checkpoint.options;
    CHECK(a.max_trials == b.max_trials);
    CHECK(a.batch == b.batch);
    CHECK(a.loss == b.loss);
    CHECK(a.rule == b.rule);
    CHECK(a.learning_rate == b.learning_rate);
    CHECK(a.clip_norm == b.clip_norm);
    CHECK(a.noise == b.noise);
    CHECK(a.seed == b.seed);
    CHECK(a.evaluate_every == b.evaluate_every);
    CHECK(a.evaluation_trials == b.evaluation_trials);
    CHECK(a.stop_loss == b.stop_loss);
    CHECK(a.stop_accuracy == b.stop_accuracy);
    CHECK(a.checkpoint_every == b.checkpoint_every);
    CHECK(a.threads == b.threads);
    CHECK(back.task == checkpoint.task);
    CHECK(back.task_parameters == checkpoint.task_parameters);
    CHECK(back.command == checkpoint.command);
  }

  TEST_CASE("the first checkpoint, with nothing done yet, comes back too") {
    const TemporaryFolder folder;
    Checkpoint checkpoint = small_checkpoint();
    checkpoint.state.losses.clear();
    checkpoint.state.evaluations.clear();
    checkpoint.state.trials_done = 0;
    checkpoint.state.model.w0.resize(0, 0);
    write_checkpoint(folder / "c.mat", checkpoint);
    const Checkpoint back = read_checkpoint(folder / "c.mat");
    check_same(back.state.model, checkpoint.state.model);
    CHECK(back.state.losses.empty());
    CHECK(back.state.evaluations.empty());
  }

  TEST_CASE("a checkpoint is a model file") {
    const TemporaryFolder folder;
    const Checkpoint checkpoint = small_checkpoint();
    write_checkpoint(folder / "c.mat", checkpoint);
    const ModelFile file = read_model(folder / "c.mat");
    CHECK(same(effective_weights(file.dale.value()), effective_weights(checkpoint.state.model)));
    CHECK(file.provenance.trials == 400);
    CHECK(file.provenance.eval_accuracy == 0.75);
    CHECK(file.provenance.losses == checkpoint.state.losses);
  }

  TEST_CASE("a model file is no checkpoint") {
    const TemporaryFolder folder;
    write_model(folder / "m.mat", small_model_file());
    const std::string where = (folder / "m.mat").string();
    CHECK(input_error_of([&] { read_checkpoint(where); }) ==
          where +
              ": field 'checkpoint': found a file without it; must be a checkpoint of a "
              "training run (train --checkpoint)");
  }
}
