// Networks from templates: time of a step against the product with the weights alone, of text
// equations against compiled ones, of sparse networks by connections.
#include <algorithm>
#include <ctime>
#include <deque>
#include <string>

#include <benchmark/benchmark.h>

#include "core/aligned_vector.hpp"
#include "core/dispatch.hpp"
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

/// Processor time of this process in seconds.
double processor_time() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Two pieces of work in turns, so that both meet the same machine: the smallest time of each, over
/// `parts`, and their ratio.
template <class First, class Second>
void in_turns(benchmark::State& state, double parts, const char* unit, double per_second,
              First first, Second second) {
  double least[2] = {1e300, 1e300};
  for (auto _ : state) {
    const double start = processor_time();
    first();
    const double between = processor_time();
    second();
    least[0] = std::min(least[0], between - start);
    least[1] = std::min(least[1], processor_time() - between);
  }
  state.counters[std::string("first_") + unit] = least[0] / parts * per_second;
  state.counters[std::string("second_") + unit] = least[1] / parts * per_second;
  state.counters["ratio"] = least[1] / least[0];
}

/// The product with dense weights alone; a step of tanh units with them and constant input.
void dense_step(benchmark::State& state, bool single) {
  const Eigen::Index units = state.range(0);
  const Coupling coupling(normal_weights(units), units, units, single);
  AlignedVector<double> x(padded_to_packs<double>(static_cast<std::size_t>(units)), 0.5);
  AlignedVector<double> y(x.size(), 0.0);
  const Network network(
      {.step = 1e-3,
       .populations = {{.name = "p", .model = "tanh", .size = units}},
       .edges = {{.source = "p.r",
                  .target = "p.r_in",
                  .weights = normal_weights(units),
                  .storage = single ? Storage::single_precision : Storage::as_given}},
       .inputs = {{.target = "p.I_ext"}}});
  NetworkState values = initial_state(network);
  const Eigen::MatrixXd input = Eigen::MatrixXd::Ones(1, units);
  const long steps = 10'000'000 / (units * units) + 2;
  in_turns(
      state, static_cast<double>(steps), "us", 1e6,
      [&] {
        for (long n = 0; n < steps; ++n) {
          coupling.add_product(x.data(), y.data());
          benchmark::ClobberMemory();
        }
      },
      [&] { run(network, values, input, {.steps = steps}); });
}
#define OF_SIZES ->Arg(100)->Arg(1000)->Arg(4000)->Unit(benchmark::kMillisecond)
BENCHMARK_CAPTURE(dense_step, double_weights, false) OF_SIZES;
BENCHMARK_CAPTURE(dense_step, single_weights, true) OF_SIZES;

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

/// Rows that the equations of a template read: states and inputs per unit, one value of parameters.
class EquationRows {
 public:
  EquationRows(const NeuronDescription& names, std::size_t units) : units_(units) {
    for (const Quantity& variable : names.variables) {
      y_.push_back(row(variable.value, units));
      out.push_back(memory_.emplace_back(units, 0.0).data());
    }
    for (const Quantity& parameter : names.parameters) {
      p_.push_back(row(parameter.value, kLanes));
    }
    for (std::size_t k = 0; k < names.inputs.size(); ++k) {
      in_.push_back(row(1.0, units));
    }
    for (std::size_t k = 0; k < names.means.size(); ++k) {
      mean_.push_back(row(1.0, kLanes));
    }
  }
  UnitRows rows() const { return {y_.data(), p_.data(), in_.data(), mean_.data(), units_}; }
  std::vector<double*> out;

 private:
  Row row(double around, std::size_t count) {
    AlignedVector<double>& values = memory_.emplace_back(count, around);
    for (std::size_t i = 0; count == units_ && i < count; ++i) {
      values[i] += stream_.normal();
    }
    return {values.data(), count == units_ ? kPerUnit : 0};
  }

  std::size_t units_;
  RandomStream stream_{1, 0, Purpose::task};
  std::deque<AlignedVector<double>> memory_;
  std::vector<Row> y_, p_, in_, mean_;
};

/// The right-hand side of a template's units, as compiled and as text. RHEOBASE_SIMD sets the
/// instruction set of both.
void right_hand_side(benchmark::State& state, const char* name) {
  const auto units = static_cast<std::size_t>(state.range(0));
  const NeuronTemplateDefinition& definition = neuron_template_named(name);
  const auto compiled = compiled_equations(definition);
  const auto text = text_equations(definition.text, name);
  EquationRows rows(compiled->description(), units);
  const std::size_t evaluations = 200'000 / units;
  const auto evaluate = [&](const NeuronEquations& equations) {
    for (std::size_t n = 0; n < evaluations; ++n) {
      equations.evaluate(Part::derivative, rows.rows(), rows.out.data());
      benchmark::ClobberMemory();
    }
  };
  in_turns(
      state, static_cast<double>(evaluations * units), "ns", 1e9, [&] { evaluate(*compiled); },
      [&] { evaluate(*text); });
  state.SetLabel(std::string(to_string(simd_level())));
}
BENCHMARK_CAPTURE(right_hand_side, ik, "ik")->Arg(256)->Arg(1000)->Arg(4096);
BENCHMARK_CAPTURE(right_hand_side, qif_sfa, "qif_sfa")->Arg(1000);
BENCHMARK_CAPTURE(right_hand_side, lif, "lif")->Arg(1000);
BENCHMARK_CAPTURE(right_hand_side, tanh, "tanh")->Arg(1000);

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

/// A loop over the connections of a sparse matrix alone; a step of 10,000 Izhikevich units with 10
/// to 1000 synapses each: cost by connections.
void izhikevich_synapses(benchmark::State& state) {
  constexpr Eigen::Index units = 10000;
  const auto weights =
      random_connectivity(static_cast<double>(state.range(0)) / 10000.0, 1.0, true, 1);
  const auto rows = std::get<SparseWeights>(weights(units, units));
  const Eigen::VectorXd x = Eigen::VectorXd::Constant(units, 0.5);
  Eigen::VectorXd y = Eigen::VectorXd::Zero(units);
  const Network network({.step = 0.1,
                         .populations = {{.name = "p", .model = "ik", .size = units}},
                         .edges = {{.source = "p.s", .target = "p.s_in", .weights = weights}}});
  NetworkState values = initial_state(network);
  constexpr long steps = 20;
  in_turns(
      state, steps, "us", 1e6,
      [&] {
        for (long n = 0; n < steps; ++n) {
          for (Eigen::Index row = 0; row < units; ++row) {
            double sum = 0.0;
            for (SparseWeights::InnerIterator entry(rows, row); entry; ++entry) {
              sum += entry.value() * x[entry.col()];
            }
            y[row] += sum;
          }
          benchmark::ClobberMemory();
        }
      },
      [&] { run(network, values, {}, {.steps = steps}); });
  state.counters["second_ns_a_connection"] =
      state.counters["second_us"] * 1e3 / static_cast<double>(units * state.range(0));
}
BENCHMARK(izhikevich_synapses)->RangeMultiplier(10)->Range(1, 1000)->Unit(benchmark::kMillisecond);

}  // namespace
