#include <cmath>

#include <doctest/doctest.h>

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
  TEST_CASE("populations that cannot be") {
    CHECK_NOTHROW(Network{good()});
    check_error([](auto& s) { s.step = 0.0; }, {"network: step", "positive"});
    check_error([](auto& s) { s.step = std::nan(""); }, {"step", "nan"});
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
  }
}
