#include <fstream>
#include <iterator>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "io/mat/atomic_file.hpp"
#include "io/mat/mat_file.hpp"
#include "io/network/fitted_network.hpp"
#include "tests/io/network/network_files.hpp"
#include "tests/max_abs.hpp"

using namespace rheobase;
using namespace rheobase::io;
using fixture::golden_matrix;
using fixture::parsed;
using fixture::TemporaryPlace;

namespace {

/// inputs -> rnn (tanh) -> out, as in the golden fits.
std::string layers(const std::string& data, const std::string& train, const std::string& fit,
                   bool readout = true) {
  const std::string rnn_train = train == "all" ? "train = [\"k\"]\n" : "";
  const std::string edge_train = train == "all" ? "train = true\n" : "";
  std::string text =
      "step = \"DT\"\n[population.rnn]\ntemplate = \"tanh\"\nsize = 20\n"
      "parameters = {tau = \"" +
      data + ":tau\"}\n" + rnn_train + "[node.inp]\nsize = 3\n";
  text += readout ? "[node.out]\nsize = 2\n" : "";
  text +=
      "[[edge]]\nfrom = \"rnn.r\"\nto = \"rnn.r_in\"\nweights = \"" + data + ":J\"\n" + edge_train;
  text += "[[edge]]\nfrom = \"inp\"\nto = \"rnn.I_ext\"\nweights = \"" + data + ":W_in\"\n" +
          edge_train;
  if (readout) {
    text += "[[edge]]\nfrom = \"rnn.v\"\nto = \"out\"\nweights = \"" + data + ":W_out0\"\n";
    text += train == "" ? "" : "train = true\n";
  }
  text += "[[input]]\nto = \"inp\"\nvalues = \"" + data + ":inp\"\n";
  text += "[[record]]\nsignal = \"rnn.v\"\n[fit]\ntargets = \"" + data + ":tgt\"\n" + fit;
  const double dt =
      MatFile(std::string(RHEOBASE_TEST_DATA) + "/network/" + data).number("dt", "must be a step");
  return text.replace(text.find("\"DT\""), 4, std::to_string(dt));
}

Eigen::MatrixXd weights_of(const network::Network& network, const char* from, const char* to) {
  return network.edges()[network.edge_index(from, to)].coupling.dense();
}

struct Fitted {
  NetworkFile file;
  network::Network network;
  FitOutcome outcome{};
};

Fitted fitted(const std::string& text) {
  NetworkFile file = parsed(text);
  network::Network network = build_network(file);
  Fitted made{std::move(file), std::move(network)};
  network::NetworkState state = network::initial_state(made.network);
  const FitPlan& plan = *made.file.fit;
  if (plan.method == FitMethod::ridge) {
    made.outcome.loss = Eigen::VectorXd::Constant(
        1, fit_ridge(made.network, state, plan.inputs, plan.targets, plan.ridge).loss);
  } else if (plan.method == FitMethod::rls) {
    network::RlsFit fit;
    fit_rls_into(fit, made.network, state, plan.inputs, plan.targets, plan.rls);
    made.outcome.loss = fit.loss;
  } else {
    const std::vector<double> losses =
        fit_bptt(made.network, state, plan.inputs, plan.targets, plan.bptt);
    made.outcome.loss =
        Eigen::Map<const Eigen::VectorXd>(losses.data(), static_cast<Eigen::Index>(losses.size()));
  }
  return made;
}

/// What a network records over the file's inputs.
Eigen::MatrixXd records_of(const NetworkFile& file, const network::Network& network,
                           const std::string& signal) {
  network::NetworkState state = network::initial_state(network);
  return network::run(network, state, file.inputs, {.probes = {{.signal = signal}}})[signal].values;
}

/// Writes the fitted network, reads it again and compares what it does.
void check_written(const Fitted& made, const std::string& signal, const std::string& name) {
  const TemporaryPlace folder(name);
  NetworkFile file = made.file;
  file.name = std::string(RHEOBASE_TEST_DATA) + "/network/net.toml";
  write_fitted_network(folder / "fitted.toml", file, made.network, made.outcome, "command");
  const NetworkFile again = read_network_file(folder / "fitted.toml");
  const network::Network network = build_network(again);
  CHECK(records_of(again, network, signal) == records_of(made.file, made.network, signal));
  const MatFile numbers(folder / "fitted.mat");
  CHECK(numbers.vector("loss", -1, "must be losses") == made.outcome.loss);
}

}  // namespace

TEST_SUITE("golden") {
  TEST_CASE("a file's fit by backpropagation: eight epochs repeat the reference") {
    const Fitted made = fitted(layers("fit_bptt.mat", "all",
                                      "method = \"bptt\"\noutput = \"out\"\nepochs = 8\n"
                                      "optimiser = \"sgd\"\nlearning_rate = 0.1\n"));
    CHECK(largest_difference(made.outcome.loss,
                             golden_matrix("fit_bptt.mat", "torchloop_loss_all_sgd")) <= 1e-13);
    CHECK(largest_difference(weights_of(made.network, "rnn.r", "rnn.r_in"),
                             golden_matrix("fit_bptt.mat", "torchloop_J_all_sgd")) <= 1e-13);
    check_written(made, "out", "bptt-all");
  }

  TEST_CASE("a mask has been applied to the weights that a fit writes, and stays in force in it") {
    std::string text = layers("fit_bptt.mat", "all",
                              "method = \"bptt\"\noutput = \"out\"\nepochs = 2\n"
                              "optimiser = \"sgd\"\nlearning_rate = 0.1\n");
    std::string mask = "mask = [";
    for (int row = 0; row < 20; ++row) {
      mask += row == 0 ? "[2, 0, 1]" : ", [2, 0, 1]";
    }
    const std::string to = "to = \"rnn.I_ext\"\n";
    text.replace(text.find(to), to.size(), to + mask + "]\n");
    const Fitted made = fitted(text);
    const Eigen::MatrixXd weights = weights_of(made.network, "inp", "rnn.I_ext");
    CHECK(weights.col(1).isZero(0.0));
    CHECK(weights.col(0).cwiseAbs().minCoeff() > 0.0);
    check_written(made, "out", "masked");
  }

  TEST_CASE("a file's fit by recursive least squares is the textbook's") {
    std::string text = layers("fit_ridge_rls.mat", "out", "method = \"rls\"\n");
    const std::string start = "\"fit_ridge_rls.mat:W_out0\"";
    text.replace(text.find(start), start.size(), "{kind = \"normal\", gain = 0.0}");
    const Fitted made = fitted(text);
    CHECK(largest_difference(weights_of(made.network, "rnn.v", "out"),
                             golden_matrix("fit_ridge_rls.mat", "rls_textbook_W_beta_1p0")) <=
          1e-9);
    check_written(made, "out", "rls");
  }

  TEST_CASE("a file's ridge regression, the readout appended and written") {
    const Fitted made = fitted(layers(
        "fit_ridge_rls.mat", "", "method = \"ridge\"\nfrom = \"rnn.v\"\nalpha = 1.0\n", false));
    CHECK(largest_difference(weights_of(made.network, "rnn.v", "readout").transpose(),
                             golden_matrix("fit_ridge_rls.mat", "ridge_w_numpy_alpha_1")) <= 1e-12);
    check_written(made, "readout", "ridge");
  }
}

TEST_SUITE("unit") {
  TEST_CASE("parameters whose names meet in a file of numbers, or that of its loss, stay apart") {
    const auto population = [](const std::string& name, const std::string& parameter,
                               const std::string& values) {
      return fmt::format(
          "[population.{0}]\nsize = 2\nequations = \"\"\"\nparameter {1} = 1\nv' = -{1}*v\n"
          "\"\"\"\nparameters = {{{1} = {2}}}\ntrain = [\"{1}\"]\n",
          name, parameter, values);
    };
    const Fitted made = fitted(
        "step = 0.1\n" + population("a_b", "c", "[1.0, 2.0]") +
        population("a", "b_c", "[3.0, 4.0]") + population("r", "squared", "[5.0, 6.0]") +
        "[node.out]\nsize = 1\n[[edge]]\nfrom = \"a.v\"\nto = \"out\"\nweights = [[1.0, 1.0]]\n"
        "[[edge]]\nfrom = \"a_b.v\"\nto = \"out\"\nweights = [[1.0, 1.0]]\n"
        "[[edge]]\nfrom = \"r.v\"\nto = \"out\"\nweights = [[1.0, 1.0]]\n"
        "[run]\nsteps = 3\n[fit]\nmethod = \"bptt\"\noutput = \"out\"\nepochs = 1\n"
        "targets = [[1.0], [1.0], [1.0]]\n");
    const TemporaryPlace folder("fit-names");
    write_fitted_network(folder / "fitted.toml", made.file, made.network, made.outcome, "command");
    const network::Network again = build_network(read_network_file(folder / "fitted.toml"));
    for (const char* name : {"a_b", "a", "r"}) {
      CAPTURE(name);
      CHECK(again.populations()[again.population_index(name, "test")].parameters ==
            made.network.populations()[made.network.population_index(name, "test")].parameters);
    }
  }

  TEST_CASE("a regression over so many steps of a file without a run writes one that can be run") {
    const Fitted made = fitted(
        "step = 0.1\n[population.p]\nequations = \"input x; v' = -v + x\"\nsize = 2\n"
        "initial = {v = [1.0, 2.0]}\n[[input]]\nto = \"p.x\"\nsine = {period = 8}\n"
        "[fit]\nmethod = \"ridge\"\nfrom = \"p.v\"\nsteps = 30\n"
        "[[fit.target]]\nsine = {period = 8}\n");
    const TemporaryPlace folder("fit-length");
    write_fitted_network(folder / "fitted.toml", made.file, made.network, made.outcome, "command");
    CHECK(run_file(read_network_file(folder / "fitted.toml"))["readout"].values.cols() == 30);
  }

  TEST_CASE("targets as functions of time, and trials with inputs of their own") {
    const std::string network =
        "step = 1\n[population.p]\ntemplate = \"tanh\"\nsize = 2\n[node.z]\nsize = 2\n"
        "[[edge]]\nfrom = \"p.v\"\nto = \"z\"\ntrain = true\n[[input]]\nto = \"p.I_ext\"\n"
        "value = 0.5\n[fit]\nmethod = \"rls\"\n";
    const NetworkFile waves = parsed(network +
                                     "steps = 8\n[[fit.target]]\nsine = {period = 8}\n"
                                     "[[fit.target]]\nvalue = 0.25\n");
    REQUIRE(waves.fit->targets.size() == 1);
    CHECK(waves.fit->targets[0].rows() == 8);
    CHECK(std::abs(waves.fit->targets[0](2, 0) - 1.0) <= 1e-15);
    CHECK(waves.fit->targets[0].col(1) == Eigen::VectorXd::Constant(8, 0.25));
    const NetworkFile trials = parsed(network +
                                      "[[fit.trial]]\ntargets = [[1, 2], [3, 4]]\n"
                                      "[[fit.trial]]\ntargets = [[1, 2], [3, 4], [5, 6]]\n"
                                      "inputs = [[1], [2], [3]]\n");
    REQUIRE(trials.fit->targets.size() == 2);
    CHECK(trials.fit->inputs[0] == Eigen::MatrixXd::Constant(1, 1, 0.5));
    CHECK(trials.fit->inputs[1] == Eigen::Vector3d(1, 2, 3));
    CHECK(trials.fit->targets[1].rows() == 3);
  }
}
