// Networks from templates: time of a step against the product with the weights alone, of text
// equations against compiled ones, of sparse networks by connections.
#include <benchmark/benchmark.h>

#include "core/aligned_vector.hpp"
#include "core/random.hpp"
#include "network/coupling.hpp"
#include "network/equations/text_equations.hpp"
#include "network/network.hpp"
#include "network/neuron_template.hpp"
#include "network/run.hpp"

namespace {

using namespace rheobase;
using namespace rheobase::network;

Eigen::MatrixXd normal_weights(Eigen::Index units) {
  return std::get<Eigen::MatrixXd>(normal_connectivity(1.0, 1)(units, units));
}

/// The product with the weights and nothing else, per step.
void product_alone(benchmark::State& state, bool single) {
  const Eigen::Index units = state.range(0);
  const Coupling coupling(normal_weights(units), units, units, single);
  AlignedVector<double> x(padded_to_packs<double>(static_cast<std::size_t>(units)), 0.5);
  AlignedVector<double> y(x.size(), 0.0);
  for (auto _ : state) {
    coupling.add_product(x.data(), y.data());
    benchmark::ClobberMemory();
  }
}

/// A step of tanh units with dense weights and constant input.
void tanh_step(benchmark::State& state, bool single) {
  const Eigen::Index units = state.range(0);
  const Network network({.step = 1e-3,
                         .populations = {{.name = "p", .model = "tanh", .size = units}},
                         .edges = {{.source = "p.r",
                                    .target = "p.r_in",
                                    .weights = normal_weights(units),
                                    .single_precision = single}},
                         .inputs = {{.target = "p.I_ext"}}});
  NetworkState values = initial_state(network);
  const Eigen::MatrixXd input = Eigen::MatrixXd::Ones(1, units);
  const long steps = units > 2000 ? 20 : 1000;
  for (auto _ : state) {
    run(network, values, input, {.steps = steps});
  }
  state.counters["s_per_step"] =
      benchmark::Counter(static_cast<double>(steps), benchmark::Counter::kIsIterationInvariantRate |
                                                         benchmark::Counter::kInvert);
}

#define OF_SIZES ->Arg(100)->Arg(1000)->Arg(4000)->Unit(benchmark::kMicrosecond)
BENCHMARK_CAPTURE(product_alone, double_weights, false) OF_SIZES;
BENCHMARK_CAPTURE(tanh_step, double_weights, false) OF_SIZES;
BENCHMARK_CAPTURE(product_alone, single_weights, true) OF_SIZES;
BENCHMARK_CAPTURE(tanh_step, single_weights, true) OF_SIZES;

/// A network of 4000 units from its matrix.
void building(benchmark::State& state) {
  const Eigen::MatrixXd weights = normal_weights(4000);
  for (auto _ : state) {
    state.PauseTiming();
    NetworkSpec spec{.step = 1e-3,
                     .populations = {{.name = "p", .model = "tanh", .size = 4000}},
                     .edges = {{.source = "p.r", .target = "p.r_in", .weights = weights}}};
    state.ResumeTiming();
    benchmark::DoNotOptimize(Network(std::move(spec)));
  }
}
BENCHMARK(building)->Unit(benchmark::kMillisecond);

/// The right-hand side of 1000 Izhikevich units, as compiled and as text.
void right_hand_side(benchmark::State& state, bool text) {
  constexpr std::size_t units = 1000;
  const NeuronTemplateDefinition& definition = neuron_template_named("ik");
  const auto equations =
      text ? text_equations(definition.text, "ik") : compiled_equations(definition);
  const NeuronDescription& names = equations->description();
  RandomStream stream(1, 0, Purpose::task);
  std::vector<AlignedVector<double>> memory;
  const auto row = [&](double around, std::size_t count) {
    AlignedVector<double> values(count);
    for (double& x : values) {
      x = around + (count == units ? stream.normal() : 0.0);
    }
    memory.push_back(std::move(values));
    return Row{memory.back().data(), count == units ? kPerUnit : 0};
  };
  std::vector<Row> y, p, in;
  std::vector<AlignedVector<double>> slopes(names.variables.size(), AlignedVector<double>(units));
  std::vector<double*> out;
  for (std::size_t k = 0; k < names.variables.size(); ++k) {
    y.push_back(row(names.variables[k].value, units));
    out.push_back(slopes[k].data());
  }
  for (const Quantity& parameter : names.parameters) {
    p.push_back(row(parameter.value, kLanes));
  }
  for (std::size_t k = 0; k < names.inputs.size(); ++k) {
    in.push_back(row(1.0, units));
  }
  for (auto _ : state) {
    equations->evaluate(Part::derivative, {y.data(), p.data(), in.data(), nullptr, units},
                        out.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<long>(units));
}
BENCHMARK_CAPTURE(right_hand_side, compiled, false)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(right_hand_side, text, true)->Unit(benchmark::kMicrosecond);

/// 10,000 Izhikevich units with 100 synapses each: time of 1 s at 0.1 ms.
void izhikevich_second(benchmark::State& state) {
  constexpr Eigen::Index units = 10000;
  NetworkSpec spec{.step = 0.1,
                   .populations = {{.name = "p", .model = "ik", .size = units}},
                   .edges = {{.source = "p.s",
                              .target = "p.s_in",
                              .weights = random_connectivity(0.01, 1.0, true, 1)}}};
  RandomStream stream(1, 0, Purpose::task);
  Eigen::VectorXd eta(units);
  for (double& x : eta) {
    x = 50.0 + 10.0 * stream.normal();
  }
  spec.populations[0].parameters["eta"] = eta;
  const Network network(spec);
  for (auto _ : state) {
    NetworkState values = initial_state(network);
    const Observer observer = run(network, values, {}, {.steps = 10000, .spikes = true});
    state.counters["rate_Hz"] =
        static_cast<double>(observer.spikes.size()) / static_cast<double>(units);
  }
}
BENCHMARK(izhikevich_second)->Unit(benchmark::kSecond)->Iterations(1);

/// The same units with 10 to 1000 synapses each, 100 steps: cost by connections.
void izhikevich_synapses(benchmark::State& state) {
  constexpr Eigen::Index units = 10000;
  const Network network(
      {.step = 0.1,
       .populations = {{.name = "p", .model = "ik", .size = units}},
       .edges = {{.source = "p.s",
                  .target = "p.s_in",
                  .weights = random_connectivity(static_cast<double>(state.range(0)) / 10000.0, 1.0,
                                                 true, 1)}}});
  NetworkState values = initial_state(network);
  for (auto _ : state) {
    run(network, values, {}, {.steps = 100});
  }
  state.SetItemsProcessed(state.iterations() * 100 * units * state.range(0));
}
BENCHMARK(izhikevich_synapses)->Arg(10)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
