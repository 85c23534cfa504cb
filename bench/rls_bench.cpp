// Recursive least squares at the sizes of Laje & Buonomano (2013): figures in bench/README.md.
#include <cstring>

#include <benchmark/benchmark.h>

#include "core/random.hpp"
#include "rate/learning/rls/rls.hpp"
#include "rate/models/reservoir/reservoir.hpp"

namespace rheobase::rate {
namespace {

constexpr Eigen::Index kUnits = 800;
constexpr std::size_t kPlastic = 480;

Eigen::MatrixXd sparse_weights() {
  RandomStream stream(1, 0, Purpose::initialisation);
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(kUnits, kUnits);
  for (Eigen::Index i = 0; i < kUnits; ++i) {
    for (Eigen::Index j = 0; j < kUnits; ++j) {
      const double value = stream.normal() * 0.2;
      w(i, j) = i != j && stream.coin(0.1) ? value : 0.0;
    }
  }
  return w;
}

template <class Real>
std::vector<Real> rates(std::uint32_t trial) {
  RandomStream stream(2, trial, Purpose::task);
  std::vector<Real> r(kUnits);
  for (Real& value : r) {
    value = static_cast<Real>(stream.uniform(-1.0, 1.0));
  }
  return r;
}

template <class Real>
void recurrent_update(benchmark::State& state) {
  const Eigen::MatrixXd w = sparse_weights();
  SparseRows<Real> rows(w, nonzero_columns(w));
  UnitRls<Real> rule(rows, kPlastic, {});
  std::vector<std::vector<Real>> r;
  for (std::uint32_t i = 0; i < 64; ++i) {
    r.push_back(rates<Real>(i));
  }
  const std::vector<Real> errors(kPlastic, Real(1e-3));
  std::int64_t step = 0;
  for (auto _ : state) {
    rule.update(r[static_cast<std::size_t>(step) % 64], errors, rows, step,
                static_cast<int>(state.range(0)));
    ++step;
  }
  std::vector<std::size_t> inputs;
  for (std::size_t i = 0; i < kPlastic; ++i) {
    inputs.push_back(rows.count[i]);
  }
  const auto bytes = static_cast<double>(rls_memory_bytes<Real>(inputs));
  state.counters["P_MB"] = bytes / 1e6;
  state.counters["GB/s"] =
      benchmark::Counter(2e-9 * bytes, benchmark::Counter::kIsIterationInvariantRate);
}

template <class Real>
void readout_update(benchmark::State& state) {
  SharedRls<Real> rule(kUnits, {});
  typename SharedRls<Real>::Matrix w = SharedRls<Real>::Matrix::Zero(state.range(0), kUnits);
  std::vector<std::vector<Real>> r;
  for (std::uint32_t i = 0; i < 64; ++i) {
    r.push_back(rates<Real>(i));
  }
  const std::vector<Real> errors(static_cast<std::size_t>(state.range(0)), Real(1e-3));
  std::int64_t step = 0;
  for (auto _ : state) {
    rule.update(r[static_cast<std::size_t>(step) % 64], errors, w, step);
    ++step;
  }
  const std::size_t inputs[] = {kUnits};
  const auto bytes = static_cast<double>(rls_memory_bytes<Real>(inputs));
  state.counters["P_MB"] = bytes / 1e6;
  state.counters["GB/s"] =
      benchmark::Counter(2e-9 * bytes, benchmark::Counter::kIsIterationInvariantRate);
}

template <class Real>
void network_step(benchmark::State& state) {
  RunningReservoir<Real> network(make_reservoir({}, 1));
  network.start(Eigen::VectorXd::LinSpaced(kUnits, -1.0, 1.0));
  const AlignedVector<float> xi(kUnits, 1.0F);
  const Real input[] = {0, 0};
  Real z[1];
  for (auto _ : state) {
    network.step(input, xi.data(), Real(1e-3));
    network.read_out(z);
    benchmark::DoNotOptimize(z);
  }
}

/// The memory limit: as many bytes as P read and written in place, nothing else.
void read_and_write(benchmark::State& state) {
  std::vector<float> values(static_cast<std::size_t>(state.range(0)) / sizeof(float), 1.0F);
  for (auto _ : state) {
    for (float& value : values) {
      value *= 1.0000001F;
    }
    benchmark::DoNotOptimize(values.data());
    benchmark::ClobberMemory();
  }
  state.counters["GB/s"] = benchmark::Counter(2e-9 * static_cast<double>(state.range(0)),
                                              benchmark::Counter::kIsIterationInvariantRate);
}

BENCHMARK(recurrent_update<float>)->Arg(1)->Arg(2)->Unit(benchmark::kMicrosecond);
BENCHMARK(recurrent_update<double>)->Arg(1)->Unit(benchmark::kMicrosecond);
BENCHMARK(readout_update<float>)->Arg(1)->Arg(2)->Unit(benchmark::kMicrosecond);
BENCHMARK(readout_update<double>)->Arg(1)->Unit(benchmark::kMicrosecond);
BENCHMARK(network_step<float>)->Unit(benchmark::kMicrosecond);
BENCHMARK(network_step<double>)->Unit(benchmark::kMicrosecond);
BENCHMARK(read_and_write)->Arg(1306000)->Arg(7400000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace rheobase::rate
