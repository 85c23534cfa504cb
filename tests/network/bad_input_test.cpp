#include <cmath>

#include <doctest/doctest.h>

#include "core/memory.hpp"
#include "network/doubts.hpp"
#include "tests/network/networks.hpp"

using namespace rheobase;
using namespace rheobase::network;
using namespace rheobase::network::fixture;

namespace {

NetworkSpec good() {
  NetworkSpec spec = one_population("tanh", 3, 0.1);
  spec.populations.push_back({.name = "s", .model = "spiking_lif", .size = 2});
  spec.functions = {{.name = "out", .size = 2}};
  return spec;
}

/// The one line of an error of a network; it must hold all of `parts`.
template <class Change>
void check_error(Change change, const std::vector<std::string>& parts) {
  NetworkSpec spec = good();
  change(spec);
  const std::string line = input_error([&] { Network{spec}; });
  CHECK(line.find('\n') == std::string::npos);
  for (const std::string& part : parts) {
    CAPTURE(line);
    CAPTURE(part);
    CHECK(line.find(part) != std::string::npos);
  }
}

void check_edge(const Edge& edge, const std::vector<std::string>& parts) {
  check_error([&](NetworkSpec& spec) { spec.edges.push_back(edge); }, parts);
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a spike condition with another comparison says which it must be") {
    for (const char* condition : {"v > 1", "v < 1", "v = 1"}) {
      CAPTURE(condition);
      const std::string error = input_error([&] {
        Network({.step = 1.0,
                 .populations = {{.name = "p",
                                  .equations = std::string("v' = 1; spike when ") + condition,
                                  .size = 1}}});
      });
      CAPTURE(error);
      CHECK(error.find("must be >=: a spike is at or above threshold") != std::string::npos);
    }
  }

  TEST_CASE("populations that cannot be") {
    CHECK_NOTHROW(Network{good()});
    check_error([](auto& s) { s.step = 0.0; }, {"network: step", "positive"});
    check_error([](auto& s) { s.step = std::nan(""); }, {"step", "nan"});
    check_error([](auto& s) { s.step = 1e308; }, {"step: found 1e+308", "1e-12 to 1000000"});
    check_error([](auto& s) { s.step = 1e-300; }, {"step", "1e-12"});
    check_error([](auto& s) { s.populations[0].model = "tahn"; },
                {"population 'p'", "'tahn'", "did you mean 'tanh'?"});
    check_error([](auto& s) { s.populations[0].model = ""; }, {"no equations"});
    check_error([](auto& s) { s.populations[0].equations = "v' = 1"; }, {"one of the two"});
    check_error([](auto& s) { s.populations[0].size = 0; }, {"size", "at least 1"});
    check_error([](auto& s) { s.populations[0].name = "a.b"; }, {"'a.b'", "without dots"});
    check_error([](auto& s) { s.populations[1].name = "p"; }, {"is taken"});
    check_error([](auto& s) { s.functions[0].name = "s"; }, {"is taken"});
    check_error([](auto& s) { s.populations[0].parameters["tua"] = value(1); },
                {"parameter: found 'tua'", "did you mean 'tau'?"});
    check_error([](auto& s) { s.populations[0].parameters["tau"] = Eigen::Vector2d(1, 2); },
                {"parameter 'tau'", "2 values", "3, one per unit"});
    check_error([](auto& s) { s.populations[0].parameters["tau"] = value(std::nan("")); },
                {"parameter 'tau'", "finite"});
    check_error([](auto& s) { s.populations[0].initial["w"] = value(1); },
                {"initial value of", "'w'"});
    check_error([](auto& s) { s.populations[0].noise["v"] = -1.0; }, {"noise of 'v'", "-1"});
    check_error([](auto& s) { s.populations[0].noise["r"] = 1.0; }, {"'r'", "must be one of v"});
    check_error(
        [](auto& s) {
          s.populations.clear();
          s.functions.clear();
          s.inputs.clear();
        },
        {"no population"});
    check_error(
        [](auto& s) {
          s.populations[0].model = "";
          s.populations[0].equations = "v' = -w";
        },
        {"equations of population 'p'", "line 1, column 7", "'w'"});
    check_error([](auto& s) { s.functions[0].size = -1; }, {"function node 'out'", "-1"});
    CHECK(input_error([] { node_function_from("softmx"); }).find("did you mean 'softmax'?") !=
          std::string::npos);
  }

  TEST_CASE("edges that cannot be") {
    check_edge({.source = "q.r", .target = "p.r_in"}, {"edge q.r -> p.r_in", "'q'"});
    check_edge({.source = "p.x", .target = "p.r_in"}, {"variable of population 'p'", "'x'"});
    check_edge({.source = "p.r", .target = "p.I_exd"}, {"'I_exd'", "did you mean 'I_ext'?"});
    check_edge({.source = "p.r", .target = "p"}, {"must be one of r_in, I_ext"});
    check_edge({.source = "p.r", .target = "out.in"}, {"is a function node"});
    check_edge({.source = "p.r_in", .target = "p.r_in"}, {"is an input"});
    check_edge(
        {.source = "p.r", .target = "out", .weights = Eigen::MatrixXd(Eigen::MatrixXd::Zero(3, 2))},
        {"weights: found 3 x 2", "2 x 3"});
    check_edge({.source = "p.r", .target = "out"}, {"one to one of 3 to 2"});
    check_edge({.source = "p.r", .target = "out", .weights = SparseWeights(3, 3)}, {"2 x 3"});
    // On a line of 2 units seen from 3, none lies within 0.04 of a unit.
    check_edge(
        {.source = "out", .target = "p.I_ext", .weights = gaussian_connectivity(1, 0.01, false)},
        {"edge out -> p.I_ext: weights: found standard_deviation 0.01 and cutoff 4; must reach",
         "unit 1 has none within 0.04"});
    check_edge({.source = "p.r",
                .target = "p.r_in",
                .weights = Eigen::MatrixXd(Eigen::MatrixXd::Constant(3, 3, std::nan("")))},
               {"weights", "finite"});
    check_edge({.source = "p.r", .target = "p.r_in", .mask = Eigen::MatrixXd::Zero(2, 2)},
               {"mask: found 2 x 2", "3 x 3"});
    check_edge({.source = "p.r", .target = "p.r_in", .delay = value(0.05)},
               {"delay: found 0.05", "at least a step, 0.1"});
    check_edge({.source = "p.r", .target = "p.r_in", .delay = value(-1.0)}, {"delay", "-1"});
    check_edge({.source = "p.r", .target = "p.r_in", .delay = Eigen::Vector2d(1, 1)},
               {"delay: found 2 values"});
    check_edge({.source = "p.r", .target = "p.r_in", .filter = Eigen::MatrixXd::Zero(2, 1)},
               {"filter: found 2 x 1"});
    check_edge({.source = "p.r", .target = "s.x_in", .weights = 1.0}, {"takes spikes"});
    check_edge({.source = "p.spike", .target = "p.r_in", .weights = 1.0}, {"'spike'"});
    CHECK(input_error([] { random_connectivity(1.5, 1.0, false, 1); }).find("(0, 1]") !=
          std::string::npos);
  }

  TEST_CASE("what no memory holds is told before it is asked for, with what it takes") {
    const Edge loop{.source = "p.r", .target = "p.r_in", .weights = 0.5};
    // 3 units in a row of 8: 64 bytes a step of delay.
    Edge late = loop;
    late.delay = value(1e12);
    check_edge(late,
               {"edge p.r -> p.r_in: delay: found 1000000000000, 10000000000000 steps of 3 units",
                "it takes 5.96e+05 GiB"});
    late.delay = value(1e15);
    check_edge(late, {"delay: found 1000000000000000", "at most 1e15 steps"});
    const auto between = [&](const Weights& weights) {
      check_error(
          [&](NetworkSpec& s) {
            s.populations = {{.name = "p", .model = "tanh", .size = 4000000}};
            s.inputs.clear();
            s.edges = {{.source = "p.r", .target = "p.r_in", .weights = weights}};
          },
          {"edge p.r -> p.r_in: weights: found", "between 4000000 units and 4000000 units",
           "must fit into memory", "fewer units or connections"});
    };
    between(normal_connectivity(1.0, 1));
    between(independent_normal_connectivity(1.0, 1));
    const auto sources = [&](const Weights& weights) {
      check_error(
          [&](NetworkSpec& s) {
            s.populations = {{.name = "p", .model = "tanh", .size = 4000000}};
            s.inputs.clear();
            s.edges = {{.source = "p.r", .target = "p.r_in", .weights = weights}};
          },
          {"connections", "must be at most 2147483647"});
    };
    sources(random_connectivity(0.5, 1.0, true, 1));
    sources(random_input_connectivity(0.5, 1.0, true, 1));
    sources(gaussian_connectivity(1.0, 1e6, true));
    check_error([](auto& s) { s.populations[0].size = 1000000000000; },
                {"population 'p': size: found 1000000000000 units", "must fit into memory"});
    check_error([](auto& s) { s.functions[0].size = 1000000000000; },
                {"function node 'out': size: found 1000000000000 units"});
    // Parts that fit alone, together not.
    check_error(
        [](auto& s) {
          const auto half = static_cast<Eigen::Index>(usable_memory_bytes() / 48.0 * 0.6);
          s.functions = {{.name = "f", .size = 3 * half}, {.name = "g", .size = 3 * half}};
        },
        {"function node 'g': size", "with what comes before it takes"});
  }

  TEST_CASE("records that no memory holds, and those without a sample, are told before a run") {
    const Network network(good());
    NetworkState state = initial_state(network);
    const auto error = [&](const RunOptions& options) {
      return input_error([&] { run(network, state, {}, options); });
    };
    CHECK(error({.steps = 1000000000000000, .sampling = 100, .probes = {{.signal = "p.v"}}})
              .starts_with("record: p.v: found 1e+13 samples of 3 numbers; must fit into memory: "
                           "it takes 2.24e+05 GiB"));
    CHECK(error({.steps = 1000000000000000}).starts_with("run: steps: found 1e+15 samples"));
    CHECK(error({.steps = 50, .cutoff = 50, .probes = {{.signal = "p.v"}}}) ==
          "run: cutoff: found 50 steps; must leave a sample: the run has 50 steps, one sample "
          "every 1 step");
    CHECK(error({.steps = 50, .sampling = 20, .cutoff = 41, .probes = {{.signal = "p.v"}}})
              .find("one sample every 20 steps") != std::string::npos);
    CHECK(
        error({.steps = 50, .sampling = 20, .cutoff = 40, .probes = {{.signal = "p.v"}}}).empty());
    CHECK(state.step == 50);
  }

  TEST_CASE("weights beyond single precision are named; one number is stored in one way") {
    Eigen::MatrixXd weights = Eigen::MatrixXd::Ones(3, 3);
    Edge edge{.source = "p.r", .target = "p.r_in", .storage = Storage::single_precision};
    const auto with = [&](double weight) {
      weights(2, 1) = weight;
      edge.weights = weights;
      return edge;
    };
    check_edge(with(1e39), {"edge p.r -> p.r_in: weights: found 1e+39 from unit 2 to 3",
                            "within single precision"});
    check_edge(with(-1e-46), {"found -1e-46 from unit 2 to 3"});
    NetworkSpec spec = good();
    spec.edges = {with(3.4e38)};
    CHECK(Network(spec).edges()[0].coupling.dense()(2, 1) == static_cast<double>(3.4e38F));
    for (const Storage storage : {Storage::single_precision, Storage::sparse}) {
      edge.storage = storage;
      edge.weights = 0.1;
      check_edge(edge, {"edge p.r -> p.r_in: storage", "must be left out"});
      edge.weights = OneToOne{};
      check_edge(edge, {"edge p.r -> p.r_in: storage", "must be left out"});
    }
    CHECK(input_error([] { storage_from("sparce"); }).find("did you mean 'sparse'?") !=
          std::string::npos);
  }

  TEST_CASE("time constants of templates are positive, those of equations are told") {
    check_error([](auto& s) { s.populations[0].parameters["tau"] = value(0.0); },
                {"population 'p': parameter 'tau': found 0", "must be positive"});
    check_error([](auto& s) { s.populations[1].parameters["decay"] = Eigen::Vector2d(1, -5); },
                {"population 's': parameter 'decay': found -5"});
    NetworkSpec spec = good();
    spec.populations[0] = {
        .name = "p", .equations = "parameter lag = -2 [ms]\ninput I_ext\nv' = lag*v", .size = 3};
    CHECK(doubts(Network(spec), "dopri5") ==
          std::vector<std::string>{"population 'p': lag, -2, is a time that is not positive"});
  }

  TEST_CASE("a refractory period is not negative") {
    check_error([](auto& s) { s.populations[1].parameters["t_ref"] = value(-2.0); },
                {"population 's': parameter 't_ref': found -2", "must not be negative"});
    check_error([](auto& s) { s.populations[1].parameters["t_ref"] = Eigen::Vector2d(1, -1); },
                {"parameter 't_ref': found -1"});
    NetworkSpec spec = good();
    spec.populations[1].parameters["t_ref"] = value(0.0);
    Network network(spec);
    CHECK(input_error([&] { network.set_parameter(1, 6, value(-1.0)); }).find("'t_ref'") !=
          std::string::npos);
  }

  TEST_CASE("a cycle of function nodes is refused, with their names") {
    check_error(
        [](auto& s) {
          s.functions = {
              {.name = "f", .size = 2}, {.name = "g", .size = 2}, {.name = "h", .size = 2}};
          s.edges = {{.source = "f", .target = "g"}, {.source = "g", .target = "f"}};
        },
        {"a cycle of function nodes: f, g;", "delay"});
    check_error([](auto& s) { s.edges = {{.source = "out", .target = "out"}}; }, {"out"});
  }

  TEST_CASE("inputs and options of runs that cannot be") {
    check_error([](auto& s) { s.inputs = {{.target = "p.I_ex"}}; }, {"input to p.I_ex", "'I_ext'"});
    check_error([](auto& s) { s.inputs = {{.target = "p.I_ext", .columns = 2}}; }, {"1 or 3"});
    check_error([](auto& s) { s.inputs = {{.target = "s.x_in"}}; }, {"is an event input"});
    const Network network(good());
    NetworkState state = initial_state(network);
    const auto error = [&](const Eigen::MatrixXd& inputs, const RunOptions& options) {
      return input_error([&] { run(network, state, inputs, options); });
    };
    const Eigen::MatrixXd one = Eigen::MatrixXd::Ones(1, 1);
    CHECK(error({}, {}).find("steps") != std::string::npos);
    CHECK(error(Eigen::MatrixXd::Ones(5, 2), {}).find("must have 1 column") != std::string::npos);
    CHECK(error(Eigen::MatrixXd::Ones(5, 1), {.steps = 6}).find("5 rows") != std::string::npos);
    CHECK(error(one * std::nan(""), {}).find("row 0") != std::string::npos);
    CHECK(error(one, {.sampling = 0}).find("sampling") != std::string::npos);
    CHECK(error(one, {.cutoff = -1}).find("cutoff") != std::string::npos);
    CHECK(error(one, {.steps = -1}).find("steps") != std::string::npos);
    CHECK(error(one, {.solver = "eulre"}).find("did you mean 'euler'?") != std::string::npos);
    CHECK(error(one, {.solver = "dopri5", .tolerance = 0.0}).find("tolerance") !=
          std::string::npos);
  }

  TEST_CASE("an adaptive solver takes no delays, filters, noise or spikes as values") {
    const auto error = [](auto change) {
      NetworkSpec spec = good();
      change(spec);
      const Network network(spec);
      NetworkState state = initial_state(network);
      return input_error([&] { run(network, state, {}, {.steps = 3, .solver = "dopri5"}); });
    };
    CHECK(error([](auto&) {}).empty());
    CHECK(error([](auto& s) {
            s.edges = {{.source = "p.r", .target = "p.r_in", .delay = value(1.0)}};
          }).find("a delay") != std::string::npos);
    CHECK(error([](auto& s) {
            s.edges = {{.source = "p.r", .target = "p.r_in", .filter = value(0.5)}};
          }).find("a filter") != std::string::npos);
    CHECK(error([](auto& s) { s.populations[0].noise["v"] = 1.0; }).find("noise") !=
          std::string::npos);
    CHECK(error([](auto& s) {
            s.edges = {{.source = "s.spike", .target = "p.r_in", .weights = 1.0}};
          }).find("spikes as a value") != std::string::npos);
    const Network network(one_population("spiking_lif", 2, 0.1));
    NetworkState state = initial_state(network);
    CHECK(input_error([&] {
            run(network, state, Eigen::MatrixXd::Zero(1, 1),
                {.steps = 3, .solver = "dopri5", .probes = {{.signal = "p.x_in"}}});
          }).find("a probe of an event input") != std::string::npos);
  }

  TEST_CASE("what a network may not be meant to be is said: short time constants, no connection") {
    NetworkSpec spec = good();
    spec.step = 5.0;
    spec.populations[0].parameters["tau"] = Eigen::Vector3d(10.0, 4.0, 7.0);
    spec.populations.push_back(
        {.name = "own",
         .equations = "parameter tau_own = 3; parameter few = 1; v' = -v/tau_own",
         .size = 1});
    spec.edges = {{.source = "p.r", .target = "p.r_in", .weights = normal_connectivity(0.0, 1)},
                  {.source = "p.r", .target = "p.I_ext", .mask = Eigen::MatrixXd::Identity(3, 3)},
                  {.source = "out", .target = "p.I_ext", .weights = SparseWeights(3, 2)},
                  {.source = "p.v", .target = "out", .weights = 0.0}};
    const Network network(spec);
    const std::vector<std::string> told = doubts(network, "euler", {"p.v -> out"});
    CHECK(told ==
          std::vector<std::string>{
              "population 'p': the step, 5, is longer than tau, 4: euler does not resolve it",
              "population 's': the step, 5, is longer than rise, 2: euler does not resolve it",
              "population 'own': the step, 5, is longer than tau_own, 3: euler does not "
              "resolve it",
              "edge p.r -> p.r_in: no connection: all its weights are 0",
              "edge out -> p.I_ext: no connection: all its weights are 0"});
    CHECK(doubts(network, "dopri5", {"p.v -> out"}).size() == 2);
    CHECK(doubts(network, "exponential-euler").size() == 3);
    CHECK(doubts(Network(good()), "euler").empty());
  }
}
