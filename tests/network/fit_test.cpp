#include <cmath>
#include <functional>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "io/mat/mat_file.hpp"
#include "network/fit/backpropagation.hpp"
#include "network/fit/bptt.hpp"
#include "network/fit/recursive_least_squares.hpp"
#include "network/fit/ridge.hpp"
#include "tests/max_abs.hpp"
#include "tests/network/networks.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::network;
using namespace rheobase::network::fixture;

namespace {

Eigen::MatrixXd matrix(const MatFile& file, const std::string& name) {
  return file.matrix(name, "must be a matrix");
}

MatFile golden(const std::string& name) {
  return MatFile(std::string(RHEOBASE_TEST_DATA) + "/network/" + name + ".mat");
}

/// inputs -> rnn (tanh) -> out (identity), as in the golden fits.
NetworkSpec layers(const MatFile& file, bool readout) {
  NetworkSpec spec{
      .step = matrix(file, "dt")(0),
      .populations = {{.name = "rnn",
                       .model = "tanh",
                       .size = 20,
                       .parameters = {{"tau", matrix(file, "tau")}}}},
      .functions = {{.name = "inp", .size = 3}},
      .edges = {{.source = "rnn.r", .target = "rnn.r_in", .weights = matrix(file, "J")},
                {.source = "inp", .target = "rnn.I_ext", .weights = matrix(file, "W_in")}},
      .inputs = {{.target = "inp"}}};
  if (readout) {
    spec.functions.push_back({.name = "out", .size = 2});
    spec.edges.push_back({.source = "rnn.v", .target = "out", .weights = matrix(file, "W_out0")});
  }
  return spec;
}

Eigen::MatrixXd weights_of(const Network& network, const char* source, const char* target) {
  return network.edges()[network.edge_index(source, target)].coupling.dense();
}

std::vector<double> repeated_fit(Network& network, const MatFile& file, BpttOptions options,
                                 std::size_t epochs) {
  NetworkState state = initial_state(network);
  options.output = "out";
  return fit_bptt(network, state, std::vector(epochs, matrix(file, "inp")),
                  std::vector(epochs, matrix(file, "tgt")), options);
}

double largest_loss_difference(const std::vector<double>& found, const Eigen::MatrixXd& expected) {
  return largest_difference(
      Eigen::Map<const Eigen::VectorXd>(found.data(), static_cast<Eigen::Index>(found.size())),
      expected);
}

/// Central differences of the loss in every number that `change` can reach.
void check_gradients(NetworkSpec spec, const std::string& output, const TrainedParts& parts,
                     double slope, double bound) {
  Network network(spec);
  const Signal signal = network.signal(output, "test");
  const auto outputs = static_cast<Eigen::Index>(network.signal_size(signal));
  const Eigen::MatrixXd inputs =
      normal_matrix(40, static_cast<Eigen::Index>(network.input_columns()), 21);
  const Eigen::MatrixXd targets = normal_matrix(40, outputs, 22);
  const FitInputs rows(network, inputs, targets, outputs);
  const auto loss = [&](const TrainedParts& of) {
    NetworkState state = initial_state(network);
    return backpropagate(network, state, rows, 0, 40, signal, FitLoss::mse, slope, of);
  };
  const Gradients found = loss(parts);
  const auto difference = [&](const std::function<void(double)>& set, double value) {
    constexpr double h = 1e-5;
    set(value + h);
    const double above = loss({}).loss;
    set(value - h);
    const double below = loss({}).loss;
    set(value);
    return (above - below) / (2.0 * h);
  };
  for (std::size_t k = 0; k < parts.edges.size(); ++k) {
    CAPTURE(network.edges()[parts.edges[k]].name);
    Eigen::MatrixXd weights = network.edges()[parts.edges[k]].coupling.dense();
    const double scale = max_abs(found.edges[k]);
    CHECK(scale > 1e-6);
    for (Eigen::Index i = 0; i < weights.size(); i += 5) {
      const double expected = difference(
          [&](double x) {
            weights.data()[i] = x;
            network.set_weights(parts.edges[k], weights);
          },
          weights.data()[i]);
      CHECK(std::abs(found.edges[k].data()[i] - expected) <= bound * (scale + 1e-3));
    }
  }
  for (std::size_t k = 0; k < parts.parameters.size(); ++k) {
    const auto& [population, index] = parts.parameters[k];
    CAPTURE(network.populations()[population].description().parameters[index].name);
    Eigen::VectorXd values = Eigen::Map<const Eigen::VectorXd>(
        network.populations()[population].parameters[index].data(), found.parameters[k].size());
    const double scale = max_abs(found.parameters[k]);
    CHECK(scale > 1e-9);
    for (Eigen::Index i = 0; i < values.size(); ++i) {
      const double expected = difference(
          [&](double x) {
            values[i] = x;
            network.set_parameter(population, index, values);
          },
          values[i]);
      CHECK(std::abs(found.parameters[k](i) - expected) <= bound * (scale + 1e-3));
    }
  }
}

}  // namespace

TEST_SUITE("golden") {
  TEST_CASE("ridge regression of the recorded states, the readout appended") {
    const MatFile file = golden("fit_ridge_rls");
    struct Case {
      double alpha;
      const char* name;
      double bound;  ///< condition (1.5e7 and 1.5e3) times largest weight (57 and 2.4) times 2^-52
    };
    for (const auto& [alpha, name, bound] :
         {Case{1e-4, "alpha_1em4", 2e-7}, Case{1.0, "alpha_1", 1e-12}}) {
      CAPTURE(name);
      Network network(layers(file, false));
      NetworkState state = initial_state(network);
      const RidgeFit fit = fit_ridge(network, state, matrix(file, "inp"), matrix(file, "tgt"),
                                     {.source = "rnn.v", .alpha = alpha});
      CHECK(largest_difference(fit.weights.transpose(),
                               matrix(file, std::string("ridge_w_numpy_") + name)) <= bound);
      // The appended readout says what the regression predicted.
      state = initial_state(network);
      const Observer all = run(network, state, matrix(file, "inp"),
                               {.probes = {{.signal = "readout"}, {.signal = "rnn.v"}}});
      CHECK(largest_difference(all["readout"].values, fit.prediction) <= 1e-12);
      for (Eigen::Index k = 0; k < 100; ++k) {
        CHECK(largest_difference(all["rnn.v"].values.col(4 * k).transpose(),
                                 matrix(file, "X").row(k)) <= 1e-13);
      }
    }
  }

  TEST_CASE("recursive least squares, with and without forgetting, is the textbook's") {
    const MatFile file = golden("fit_ridge_rls");
    for (const auto& [forgetting, name] : {std::pair{1.0, "beta_1p0"}, {0.99, "beta_0p99"}}) {
      CAPTURE(name);
      NetworkSpec spec = layers(file, true);
      spec.edges.back().weights = Eigen::MatrixXd(Eigen::MatrixXd::Zero(2, 20));
      Network network(spec);
      NetworkState state = initial_state(network);
      // The first two states are 0: the reference divides its P by the forgetting factor there,
      // ours leaves P alone.
      const double alpha = 1.0 / (forgetting * forgetting);
      const RlsFit fit =
          fit_rls(network, state, matrix(file, "inp"), matrix(file, "tgt"),
                  {.source = "rnn.v", .target = "out", .alpha = alpha, .forgetting = forgetting});
      CHECK(fit.loss.size() == 400);
      CHECK(largest_difference(weights_of(network, "rnn.v", "out"),
                               matrix(file, std::string("rls_textbook_W_") + name)) <= 1e-9);
      const Eigen::MatrixXd p = matrix(file, std::string("rls_textbook_P_") + name);
      CHECK(largest_difference(fit.inverse_correlation, p) <= 1e-9 * max_abs(p));
      if (forgetting == 1.0) {
        CHECK(largest_difference(fit.loss, matrix(file, "rls_loss_beta_1p0")) <= 1e-10);
      } else {  // the published rule with forgetting is another one
        CHECK(largest_difference(weights_of(network, "rnn.v", "out"),
                                 matrix(file, "rls_W_beta_0p99")) > 1.0);
      }
    }
  }

  TEST_CASE("backpropagation through time: eight epochs of three fits") {
    const MatFile file = golden("fit_bptt");
    {
      Network network(layers(file, true));
      const auto losses = repeated_fit(network, file,
                                       {.edges = {{.source = "rnn.v", .target = "out"}},
                                        .optimiser = {.name = "adam", .learning_rate = 0.01}},
                                       8);
      CHECK(largest_loss_difference(losses, matrix(file, "loss_out_adam")) <= 1e-13);
      CHECK(largest_difference(weights_of(network, "rnn.v", "out"),
                               matrix(file, "W_out_out_adam")) <= 1e-12);
    }
    {
      Network network(layers(file, true));
      const auto losses = repeated_fit(network, file,
                                       {.edges = {{.source = "rnn.r", .target = "rnn.r_in"}},
                                        .optimiser = {.name = "adam", .learning_rate = 0.01}},
                                       8);
      CHECK(largest_loss_difference(losses, matrix(file, "torchloop_loss_rec_adam")) <= 1e-13);
      CHECK(largest_difference(weights_of(network, "rnn.r", "rnn.r_in"),
                               matrix(file, "torchloop_J_rec_adam")) <= 1e-11);
    }
    Network network(layers(file, true));
    const auto losses = repeated_fit(network, file,
                                     {.edges = {{.source = "rnn.r", .target = "rnn.r_in"},
                                                {.source = "inp", .target = "rnn.I_ext"},
                                                {.source = "rnn.v", .target = "out"}},
                                      .parameters = {"rnn.k"},
                                      .optimiser = {.name = "sgd", .learning_rate = 0.1}},
                                     8);
    CHECK(largest_loss_difference(losses, matrix(file, "torchloop_loss_all_sgd")) <= 1e-13);
    CHECK(largest_difference(weights_of(network, "rnn.r", "rnn.r_in"),
                             matrix(file, "torchloop_J_all_sgd")) <= 1e-13);
    CHECK(largest_difference(weights_of(network, "inp", "rnn.I_ext"),
                             matrix(file, "torchloop_W_in_all_sgd")) <= 1e-13);
    CHECK(largest_difference(weights_of(network, "rnn.v", "out"),
                             matrix(file, "torchloop_W_out_all_sgd")) <= 1e-13);
    CHECK(std::abs(network.populations()[0].parameters[1][0] -
                   matrix(file, "torchloop_k_all_sgd")(0)) <= 1e-13);
  }
}

TEST_SUITE("numeric") {
  TEST_CASE("gradients of rate networks: feedback, delays per unit, function nodes, parameters") {
    NetworkSpec spec{
        .step = 0.1,
        .populations = {{.name = "a",
                         .model = "tanh",
                         .size = 5,
                         .parameters = {{"tau", value(1.0)}, {"eta", normal_matrix(5, 1, 2)}}},
                        {.name = "b",
                         .model = "sigmoid",
                         .size = 4,
                         .parameters = {{"tau", value(2.0)}, {"s", value(1.5)}}}},
        .functions = {{.name = "soft", .function = NodeFunction::softmax, .size = 4},
                      {.name = "out", .function = NodeFunction::tanh, .size = 3}},
        .edges = {{.source = "a.r",
                   .target = "a.r_in",
                   .weights = normal_matrix(5, 5, 3),
                   .delay = (Eigen::VectorXd(5) << 0.1, 0.3, 0.2, 0.1, 0.5).finished()},
                  {.source = "a.r", .target = "b.r_in", .weights = normal_matrix(4, 5, 4)},
                  {.source = "b.r", .target = "a.I_ext", .weights = normal_matrix(5, 4, 5)},
                  {.source = "b.v", .target = "soft", .weights = normal_matrix(4, 4, 6)},
                  {.source = "soft", .target = "out", .weights = normal_matrix(3, 4, 7)},
                  {.source = "a.v", .target = "out", .weights = normal_matrix(3, 5, 8, 0.3)}},
        .inputs = {{.target = "a.I_ext"}, {.target = "b.I_ext", .columns = 1}}};
    check_gradients(spec, "out",
                    {{0, 1, 2, 3, 4, 5}, {{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 3}, {1, 4}, {1, 5}}},
                    1.0, tolerance::kGradient);
  }

  TEST_CASE("gradients of jumps, resets and arrivals while the pattern of spikes stays") {
    // So steep a surrogate leaves nothing of the spikes' own gradient.
    NetworkSpec spec = one_population("qif_sfa", 4, 0.01);
    spec.populations[0].initial["v"] = Eigen::Vector4d(70, 20, 120, 90);
    spec.populations[0].parameters["alpha"] = value(3.0);
    spec.edges = {{.source = "p.s", .target = "p.s_in", .weights = normal_matrix(4, 4, 3)}};
    check_gradients(spec, "p.x", {{}, {{0, 4}, {0, 5}}}, 1e12, 1e-5);
    check_gradients(spec, "p.v", {{0}, {{0, 1}, {0, 3}}}, 1e12, 1e-5);

    NetworkSpec lif = one_population("spiking_lif", 4, 0.1);
    lif.populations[0].initial["v"] = Eigen::Vector4d(-39, -50, -38, -60);
    lif.edges = {{.source = "p.spike",
                  .target = "p.x_in",
                  .weights = normal_matrix(4, 4, 3),
                  .delay = value(0.2)}};
    check_gradients(lif, "p.v", {{0}, {{0, 1}, {0, 3}}}, 1e12, 1e-5);
    // Two units spike at once; what arrives in their refractory period moves the third alone.
    lif.inputs.clear();
    lif.populations = {{.name = "p",
                        .equations = "parameter t_ref = 0.6; parameter k = 0.3; event input x\n"
                                     "v' = -v; spike when v >= 1; on spike: v = 0\n"
                                     "on x: v += k*x; refractory t_ref",
                        .size = 3,
                        .initial = {{"v", Eigen::Vector3d(1.5, 1.2, 0.5)}}}};
    lif.edges[0].target = "p.x";
    lif.edges[0].weights = normal_matrix(3, 3, 3, 0.5);
    check_gradients(lif, "p.v", {{0}, {{0, 1}}}, 1e12, 1e-5);
  }

  TEST_CASE("the surrogate slope of a spike is 1 / (1 + slope |x|)^2") {
    // One step: s_1 = S(v - threshold); the loss at step 1 is (s_1 - target)^2.
    for (const double v : {0.7, 1.4}) {
      NetworkSpec spec = one_population("lif", 1, 0.1);
      spec.populations[0].initial["v"] = value(v);
      const Network network(spec);
      NetworkState state = initial_state(network);
      const FitInputs rows(network, {}, Eigen::MatrixXd::Constant(2, 1, 0.25), 1);
      const auto threshold =
          *find_named(network.populations()[0].description().parameters, std::string("threshold"));
      const Gradients found =
          backpropagate(network, state, rows, 0, 2, network.signal("p.s", "test"), FitLoss::mse,
                        2.5, {{}, {{0, threshold}}});
      const double s = v >= 1.0 ? 1.0 : 0.0;
      const double surrogate = 1.0 / std::pow(1.0 + 2.5 * std::abs(v - 1.0), 2.0);
      CHECK(std::abs(found.loss - 0.5 * (0.0625 + (s - 0.25) * (s - 0.25))) <= 1e-15);
      CHECK(std::abs(found.parameters[0](0) - (s - 0.25) * -surrogate) <= 1e-14);
    }
  }
}

TEST_SUITE("unit") {
  TEST_CASE("masked weights stay 0, truncation updates within an epoch, epochs start alike") {
    const MatFile file = golden("fit_bptt");
    NetworkSpec spec = layers(file, true);
    Eigen::MatrixXd mask = Eigen::MatrixXd::Ones(20, 20);
    mask.topRows(10).setZero();
    spec.edges[0].mask = mask;
    Network network(spec);
    const Eigen::MatrixXd before = weights_of(network, "rnn.r", "rnn.r_in");
    const auto losses = repeated_fit(
        network, file,
        {.edges = {{.source = "rnn.r", .target = "rnn.r_in", .masked = true}}, .update_steps = 25},
        3);
    CHECK(losses.size() == 12);
    const Eigen::MatrixXd after = weights_of(network, "rnn.r", "rnn.r_in");
    CHECK(after.topRows(10) == Eigen::MatrixXd::Zero(10, 20));
    CHECK((after - before).bottomRows(10).cwiseAbs().minCoeff() > 0.0);

    Network still(layers(file, true));
    const auto same = repeated_fit(
        still, file,
        {.edges = {{.source = "rnn.v", .target = "out"}}, .optimiser = {.learning_rate = 1e-300}},
        2);
    CHECK(same[0] == same[1]);
    const auto on = repeated_fit(still, file,
                                 {.edges = {{.source = "rnn.v", .target = "out"}},
                                  .optimiser = {.learning_rate = 1e-300},
                                  .continuing = true},
                                 2);
    CHECK(on[0] != on[1]);
  }

  TEST_CASE("fits that cannot be") {
    const MatFile file = golden("fit_bptt");
    Network network(layers(file, true));
    NetworkState state = initial_state(network);
    const Eigen::MatrixXd inputs = matrix(file, "inp");
    const Eigen::MatrixXd targets = matrix(file, "tgt");
    const auto error = [&](BpttOptions options) {
      options.output = options.output.empty() ? "out" : options.output;
      return input_error([&] { fit_bptt(network, state, {inputs}, {targets}, options); });
    };
    const TrainedEdge readout{.source = "rnn.v", .target = "out"};
    CHECK(error({}).find("nothing to train") != std::string::npos);
    CHECK(input_error([&] {
            fit_ridge(network, state, inputs, targets,
                      {.source = "rnn.v", .cutoff = targets.rows()});
          })
              .starts_with("ridge: cutoff: found 100 steps; must leave a sample of a trial of 100 "
                           "steps"));
    CHECK(error({.edges = {{.source = "rnn.v", .target = "otu"}}}).find("did you mean") !=
          std::string::npos);
    CHECK(error({.parameters = {"rnn.kk"}}).find("did you mean 'k'?") != std::string::npos);
    CHECK(error({.output = "rnn.r_in", .edges = {readout}}).find("'rnn.r_in'") !=
          std::string::npos);
    CHECK(error({.edges = {readout}, .optimiser = {.name = "adm"}}).find("'adam'?") !=
          std::string::npos);
    CHECK(error({.edges = {readout}, .optimiser = {.learning_rate = -1.0}}).find("-1") !=
          std::string::npos);
    CHECK(error({.output = "rnn.v", .edges = {readout}}).find("T x 20") != std::string::npos);
    CHECK(input_error([] { fit_loss_from("msee"); }).find("'mse'?") != std::string::npos);
    CHECK(input_error([&] {
            fit_rls(network, state, inputs, targets, {.source = "rnn.r", .target = "rnn.r_in"});
          }).find("function node") != std::string::npos);
    for (const NodeFunction function :
         {NodeFunction::tanh, NodeFunction::sigmoid, NodeFunction::softmax, NodeFunction::softmin,
          NodeFunction::log_softmax}) {
      NetworkSpec bent = layers(file, true);
      bent.functions.back().function = function;
      Network of(bent);
      NetworkState start = initial_state(of);
      CHECK(input_error([&] {
              fit_rls(of, start, inputs, targets, {.source = "rnn.v", .target = "out"});
            }) == fmt::format("fit: edge rnn.v -> out: found the function {}; least squares trains "
                              "edges to a node of function identity, z = W x",
                              to_string(function)));
    }
    CHECK(input_error([&] {
            fit_ridge(network, state, inputs, targets, {.source = "rnn.v", .alpha = 0.0});
          }).find("alpha") != std::string::npos);
    NetworkSpec noisy = layers(file, true);
    noisy.populations[0].noise["v"] = 0.1;
    Network other(noisy);
    NetworkState of_other = initial_state(other);
    CHECK(input_error([&] {
            fit_bptt(other, of_other, {inputs}, {targets}, {.output = "out", .edges = {readout}});
          }).find("noise") != std::string::npos);
  }

  TEST_CASE("R^2 of a fit is what its loss leaves of the variance of the targets") {
    Eigen::MatrixXd targets = normal_matrix(60, 2, 5);
    targets.col(1) = targets.col(1) * 3.0 + Eigen::VectorXd::Constant(60, 20.0);
    const Eigen::RowVectorXd mean = targets.colwise().mean();
    const Eigen::VectorXd squares = (targets.rowwise() - mean).colwise().squaredNorm();
    const auto left = [&](const Eigen::VectorXd& r_squared) {
      return ((1.0 - r_squared.array()) * squares.array()).sum();
    };
    NetworkSpec spec = one_population("tanh", 6, 0.5);
    spec.functions = {{.name = "z", .size = 2}};
    spec.edges = {{.source = "p.r", .target = "p.r_in", .weights = normal_matrix(6, 6, 1)},
                  {.source = "p.r", .target = "z", .weights = normal_matrix(2, 6, 2)}};
    const Eigen::MatrixXd inputs = normal_matrix(60, 1, 3);
    {
      Network network(spec);
      NetworkState state = initial_state(network);
      const RidgeFit fit = fit_ridge(network, state, inputs, targets, {.source = "p.r"});
      CHECK(std::abs(left(fit.r_squared) / (fit.loss * 120.0) - 1.0) <= 1e-12);
      const Eigen::MatrixXd error = fit.prediction.transpose() - targets;
      for (const Eigen::Index output : {0, 1}) {
        CHECK(std::abs(fit.r_squared[output] -
                       (1.0 - error.col(output).squaredNorm() / squares[output])) <= 1e-12);
      }
    }
    {
      Network network(spec);
      NetworkState state = initial_state(network);
      RlsFit fit;
      fit_rls_into(fit, network, state, {inputs}, {targets},
                   {.source = "p.r", .target = "z", .epochs = 3});
      // The last pass alone.
      CHECK(std::abs(left(fit.r_squared) / fit.loss.tail(60).sum() - 1.0) <= 1e-12);
    }
    {
      Network network(spec);
      NetworkState state = initial_state(network);
      BpttFit fit;
      fit_bptt_into(fit, network, state, {inputs}, {targets},
                    {.output = "z", .edges = {{"p.r", "z"}}, .epochs = 2});
      CHECK(std::abs(left(fit.r_squared) / (fit.losses.back() * 120.0) - 1.0) <= 1e-12);
    }
    Network network(spec);
    NetworkState state = initial_state(network);
    targets.col(0).setConstant(2.0);
    const RidgeFit constant = fit_ridge(network, state, inputs, targets, {.source = "p.r"});
    CHECK(std::isnan(constant.r_squared[0]));
    CHECK(std::isfinite(constant.r_squared[1]));
  }

  TEST_CASE("fits whose matrices no memory holds are told before they are made") {
    NetworkSpec spec = one_population("tanh", 4000000, 0.5);
    spec.functions = {{.name = "z", .size = 1}};
    spec.edges = {{.source = "p.r", .target = "p.r_in", .weights = 0.0},
                  {.source = "p.r", .target = "z", .weights = 0.0}};
    Network network(spec);
    NetworkState state = initial_state(network);
    const Eigen::MatrixXd one = Eigen::MatrixXd::Ones(1, 1);
    const auto told = [](const std::string& line, const char* field) {
      CAPTURE(line);
      CHECK(line.starts_with(field));
      CHECK(line.find("must fit into memory: it takes") != std::string::npos);
    };
    told(input_error([&] { fit_rls(network, state, one, one, {.source = "p.r", .target = "z"}); }),
         "fit: edge p.r -> z: found 4000000 sources");
    told(input_error([&] { fit_ridge(network, state, one, one, {.source = "p.r"}); }),
         "fit: source: found 4e+06 units");
    told(input_error([&] {
           fit_bptt(network, state, {one}, {one}, {.output = "z", .edges = {{"p.r", "p.r_in"}}});
         }),
         "fit: edge p.r -> p.r_in: found 4000000 x 4000000");
  }

  TEST_CASE("least squares whose loss is no finite number stop with node, unit and time") {
    NetworkSpec spec = one_population("tanh", 4, 0.5);
    spec.time_unit = "ms";
    spec.functions = {{.name = "z", .size = 2}};
    spec.edges = {{.source = "p.v", .target = "z", .weights = normal_matrix(2, 4, 2)}};
    Eigen::MatrixXd targets = Eigen::MatrixXd::Zero(30, 2);
    targets(12, 1) = 1e200;  // its square is none
    Network network(spec);
    NetworkState state = initial_state(network);
    RlsFit fit;
    std::string line;
    try {
      fit_rls_into(fit, network, state, {Eigen::MatrixXd::Ones(30, 1)}, {targets},
                   {.source = "p.v", .target = "z"});
    } catch (const NonFiniteError& error) {
      line = error.what();
    }
    CHECK(line == "non-finite squared error of node 'z' at time 6 ms, unit 2");
    CHECK(fit.loss.size() == 12);
    CHECK(fit.loss.allFinite());
    CHECK_THROWS_WITH_AS(
        fit_ridge(network, state, Eigen::MatrixXd::Ones(30, 1), targets, {.source = "p.v"}),
        "non-finite loss of the ridge regression at its end", NonFiniteError);
  }
}
