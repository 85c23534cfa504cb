// Files of rate networks that are no Dale models: there and back, defaults, refusals.
#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "io/mat/internal/model_fields.hpp"
#include "io/mat/rate_model_file.hpp"
#include "tests/io/mat/fixtures.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::rate;
using namespace rheobase::test;

namespace {

RateNetwork network_with_everything() {
  RateNetwork network;
  network.w = Eigen::MatrixXd::Random(6, 6);
  network.w_in = Eigen::MatrixXd::Random(6, 3);
  network.w_out = Eigen::MatrixXd::Random(2, 6);
  network.bias = Eigen::VectorXd::Random(6);
  network.b_out = Eigen::VectorXd::Random(2);
  network.tau_ms = Eigen::VectorXd::LinSpaced(6, 10.0, 60.0);
  network.step_ms = 1.0;
  network.transfer = "tanh";
  network.noise = {NoiseModel::Process::ornstein_uhlenbeck, NoiseModel::Entry::drive, 0.25, 12.0};
  network.initial = {InitialState::Kind::uniform, 0.75};
  network.loops.push_back({Eigen::MatrixXd::Random(6, 2), Eigen::MatrixXd::Random(6, 2), 5.0});
  network.loops.push_back(
      {Eigen::MatrixXd::Random(6, 1), Eigen::MatrixXd::Random(6, 1), 10.0, 20.0});
  while (network.loops.size() < 16) {
    network.loops.push_back({Eigen::MatrixXd::Random(6, 1), Eigen::MatrixXd::Random(6, 1)});
  }
  network.w_initial = Eigen::MatrixXd::Random(6, 6);
  return network;
}

/// The least that a user of another program writes.
MatFields least() {
  MatFields fields;
  fields.matrix("w", Eigen::MatrixXd::Identity(3, 3));
  fields.matrix("w_in", Eigen::MatrixXd::Ones(3, 1));
  fields.matrix("w_out", Eigen::Vector3d(1.0, 2.0, 3.0));
  fields.number("tau_ms", 20.0);
  return fields;
}

std::string network_refusal(const MatFields& fields) {
  const test::TemporaryFolder folder;
  write_mat(folder / "net.mat", fields, MatVersion::level5);
  try {
    read_model(folder / "net.mat");
  } catch (const InputError& error) {
    const std::string message = error.what();
    return message.substr(message.find("net.mat: ") + 9);
  }
  return "accepted";
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a network with everything comes back from both levels, bit for bit") {
    const test::TemporaryFolder folder;
    ModelFile file;
    file.network = network_with_everything();
    file.task = "file";
    for (const MatVersion version : {MatVersion::level5, MatVersion::level73}) {
      write_model(folder / "net.mat", file, version);
      const ModelFile back = read_model(folder / "net.mat");
      const RateNetwork& a = file.network;
      const RateNetwork& b = back.network;
      CHECK_FALSE(back.dale.has_value());
      CHECK(back.task == "file");
      CHECK(a.w == b.w);
      CHECK(a.w_in == b.w_in);
      CHECK(a.w_out == b.w_out);
      CHECK(a.bias == b.bias);
      CHECK(a.b_out == b.b_out);
      CHECK(a.tau_ms == b.tau_ms);
      CHECK(a.step_ms == b.step_ms);
      CHECK(a.transfer == b.transfer);
      CHECK(a.noise.process == b.noise.process);
      CHECK(a.noise.entry == b.noise.entry);
      CHECK(a.noise.factor == b.noise.factor);
      CHECK(a.noise.tau_ms == b.noise.tau_ms);
      CHECK(a.initial.kind == b.initial.kind);
      CHECK(a.initial.scale == b.initial.scale);
      CHECK(a.w_initial == b.w_initial);
      REQUIRE(b.loops.size() == 16);
      for (std::size_t k = 0; k < 16; ++k) {
        CHECK(a.loops[k].u == b.loops[k].u);
        CHECK(a.loops[k].v == b.loops[k].v);
        CHECK(a.loops[k].start_ms == b.loops[k].start_ms);
        CHECK(a.loops[k].end_ms == b.loops[k].end_ms);
      }
    }
  }

  TEST_CASE("more loops than a reader asks for are refused, not lost") {
    const test::TemporaryFolder folder;
    ModelFile file;
    file.network = network_with_everything();
    file.network.loops.push_back(file.network.loops.back());
    CHECK_THROWS_AS(write_model(folder / "net.mat", file), InputError);
    CHECK(folder.names().empty());
  }

  TEST_CASE("four fields are enough; the rest has defaults") {
    const test::TemporaryFolder folder;
    write_mat(folder / "net.mat", least(), MatVersion::level5);
    const RateNetwork network = read_model(folder / "net.mat").network;
    CHECK(network.w_out == Eigen::RowVector3d(1.0, 2.0, 3.0));
    CHECK(network.tau_ms == Eigen::Vector3d::Constant(20.0));
    CHECK(network.bias == Eigen::Vector3d::Zero());
    CHECK(network.b_out == Eigen::VectorXd::Zero(1));
    CHECK(network.step_ms == 5.0);
    CHECK(network.transfer == "sigmoid");
    CHECK(network.noise.factor == 0.0);
    CHECK(network.loops.empty());
  }

  TEST_CASE("what is wrong with a field is said") {
    const auto with = [](const char* name, const Eigen::MatrixXd& values) {
      MatFields fields;
      const MatFields base = least();
      for (const MatField& field : base.fields()) {
        if (field.name != name) {
          fields.add(field);
        }
      }
      fields.matrix(name, values);
      return network_refusal(fields);
    };
    CHECK(with("w_in", Eigen::MatrixXd::Ones(2, 1)).starts_with("field 'w_in': found 2 x 1"));
    CHECK(with("tau_ms", Eigen::MatrixXd::Ones(2, 1)) ==
          "field 'tau_ms': found 2 numbers; must be one number, or 3");
    CHECK(with("tau_ms", Eigen::MatrixXd::Ones(1, 1)) ==
          "field 'tau_ms': found 1 for unit 1; must not be shorter than the step, 5 ms");
    CHECK(with("tau_ms", Eigen::MatrixXd::Constant(1, 1, 0.02)) ==
          "field 'tau_ms': found 0.02 for unit 1; must not be shorter than the step, 5 ms: are "
          "these seconds?");
    CHECK(with("w_out", Eigen::MatrixXd::Ones(3, 2)) ==
          "field 'w_out': found 3 x 2 double; must be outputs x N with N = 3 (transposed?)");
    CHECK(with("w_in", Eigen::MatrixXd::Ones(2, 3)) ==
          "field 'w_in': found 2 x 3 double; must be N x inputs with N = 3 (transposed?)");
    CHECK(with("w", Eigen::MatrixXd(0, 0)) ==
          "field 'w': found 0 x 0 double; must be N x N numbers, N at least 1");
    CHECK(with("w_out", Eigen::MatrixXd::Ones(4, 2)) ==
          "field 'w_out': found 4 x 2 double; must be outputs x N with N = 3");
    CHECK(with("bias", Eigen::MatrixXd::Constant(3, 1, NAN)) ==
          "field 'bias': found nan as value 1 of 3; must be finite");
    MatFields noisy = least();
    noisy.text("noise_process", "pink");
    CHECK(network_refusal(noisy) ==
          "field 'noise_process': found 'pink'; must be one of white, ornstein-uhlenbeck");
  }

  TEST_CASE("times in seconds and voltages in volts are noted") {
    const test::TemporaryFolder folder;
    MatFields fields = without(least(), "tau_ms");
    fields.number("tau_ms", 0.02);
    fields.number("step_ms", 0.005);
    write_mat(folder / "net.mat", fields, MatVersion::level5);
    ModelFile file = read_model(folder / "net.mat");
    CHECK(file.doubts ==
          std::vector<std::string>{"time constants of up to 0.02 ms: are these seconds?"});
    file.network.tau_ms.setConstant(20.0);
    mapping::TransferOptions& transfer = file.transfer.emplace();
    transfer.neuron.threshold_mv = -0.04;
    transfer.connection_delay_ms.assign(9, 0.0015);
    transfer.connection_delay_ms[4] = 0.003;
    write_model(folder / "net.mat", file);
    CHECK(read_model(folder / "net.mat").doubts ==
          std::vector<std::string>{
              "field 'spiking_network.connection_delay_ms' of up to 0.003 ms: are these seconds?",
              "field 'spiking_network.threshold_mv' of -0.04 mV: are these volts?"});
    transfer.neuron = {};
    transfer.connection_delay_ms.assign(9, 0.5);
    write_model(folder / "net.mat", file);
    CHECK(read_model(folder / "net.mat").doubts.empty());
  }

  TEST_CASE("a network that has all but its time constants is told so") {
    MatFields fields;
    fields.matrix("w", Eigen::MatrixXd::Identity(3, 3));
    fields.matrix("w_in", Eigen::MatrixXd::Ones(3, 1));
    fields.matrix("w_out", Eigen::Vector3d(1.0, 2.0, 3.0));
    CHECK(network_refusal(fields) ==
          "field 'tau_ms': found no such field; must be the time constants in ms: one, or one a "
          "unit");
    fields.number("tau_mss", 20.0);
    CHECK(network_refusal(fields).find("the nearest is 'tau_mss'") != std::string::npos);
  }

  TEST_CASE("a misspelt bias of the readout is doubted, other arrays are not") {
    const test::TemporaryFolder folder;
    const auto doubts = [&](const char* name) {
      MatFields fields = least();
      fields.number(name, 1.0);
      write_mat(folder / "net.mat", fields, MatVersion::level5);
      return read_model(folder / "net.mat").doubts;
    };
    CHECK(doubts("bout") ==
          std::vector<std::string>{
              "field 'bout' is not known and has no effect; did you mean 'b_out'?"});
    CHECK(doubts("n_out").empty());
    CHECK(doubts("b_in").empty());
  }

  TEST_CASE("loops are read by their numbers, misspelt members of one are refused") {
    MatFields fields = least();
    fields.matrix("loop_2.u", Eigen::Vector3d::Ones());
    fields.matrix("loop_2.v", Eigen::Vector3d::Ones());
    const test::TemporaryFolder folder;
    write_mat(folder / "net.mat", fields, MatVersion::level5);
    CHECK(read_model(folder / "net.mat").network.loops.size() == 1);
    fields.matrix("loop_2.windows_ms", Eigen::RowVector2d(0.0, 5.0));
    CHECK(network_refusal(fields) ==
          "field 'loop_2.windows_ms': found a member that is not known; must be left out, or did "
          "you mean 'window_ms'?");
    fields = least();
    fields.matrix("loop_1.v", Eigen::Vector3d::Ones());
    CHECK(network_refusal(fields).starts_with("field 'loop_1.u': found no such field"));
  }
}
