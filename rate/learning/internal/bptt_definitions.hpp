// Included where a precision is instantiated: float in the program, double in tests of gradients.
#pragma once

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "rate/learning/internal/bptt.hpp"

namespace rheobase::rate {

namespace {

/// Steps whose deltas are collected before their weight gradient is taken: they fit the L2 cache.
constexpr std::size_t kTrialChunk = 256;
constexpr std::size_t kPanelChunk = 16;
/// One trial's deltas are turned from rows into columns in squares of this size.
constexpr std::size_t kStepRows = 16;
/// Deltas of a block of units that stay in the L1 cache.
constexpr std::size_t kDeltaBytes = std::size_t{24} * 1024;

std::size_t gradient_rows(std::size_t delta_bytes) {
  return std::max<std::size_t>(8, kDeltaBytes / delta_bytes);
}

/// Steps first ... last of one call of the backward kernel.
struct Chunk {
  std::size_t first, last;
};

/// Steps 1 ... steps-1 in chunks as even as possible, the last chunk first.
std::vector<Chunk> chunks_backwards(std::size_t steps, bool panel) {
  const std::size_t longest = panel ? kPanelChunk : kTrialChunk;
  const std::size_t count = (steps - 1 + longest - 1) / longest;
  std::vector<Chunk> chunks;
  for (std::size_t c = count; c-- > 0;) {
    chunks.push_back({1 + (steps - 1) * c / count, (steps - 1) * (c + 1) / count});
  }
  return chunks;
}

/// Values per unit that hold a chunk, a whole number of packs.
template <class Real>
std::size_t chunk_width(std::size_t steps, bool panel) {
  std::size_t longest = 0;
  for (const Chunk& chunk : chunks_backwards(steps, panel)) {
    longest = std::max(longest, chunk.last - chunk.first + 1);
  }
  return panel ? longest * kPanelTrials<Real> : (longest + 15) / 16 * 16;
}

/// A sum over the lanes of every element; one trial has one value per unit already.
template <class Real>
void add_lanes(const Real* values, bool panel, std::span<double> totals) {
  const std::size_t lanes = panel ? kPanelTrials<Real> : 1;
  for (std::size_t unit = 0; unit < totals.size(); ++unit) {
    double total = 0.0;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      total += static_cast<double>(values[unit * lanes + lane]);
    }
    totals[unit] += total;
  }
}

/// The same for the readout's gradient: a state of the kernel an output.
template <class Real>
void add_outputs(const AlignedVector<Real>& values, bool panel, const KernelNetwork<Real>& network,
                 std::span<double> totals) {
  const std::size_t state = panel ? network.units() * kPanelTrials<Real> : network.padded();
  for (std::size_t k = 0; k < network.outputs(); ++k) {
    add_lanes(values.data() + k * state, panel,
              totals.subspan(k * network.units(), network.units()));
  }
}

/// Sums that wait for their additions side by side.
constexpr std::size_t kUnitsAtOnce = 8;

/// Adds to every unit the sum of signal times its line of `lines`, in the order of the signal.
template <class Real>
void add_products(std::span<const double> signal, const Real* lines, std::size_t width,
                  std::span<double> units) {
  std::array<double, kUnitsAtOnce> total{};
  if (units.size() == kUnitsAtOnce) {
    for (std::size_t i = 0; i < signal.size(); ++i) {
      for (std::size_t k = 0; k < kUnitsAtOnce; ++k) {
        total[k] += static_cast<double>(lines[k * width + i]) * signal[i];
      }
    }
  } else {
    for (std::size_t k = 0; k < units.size(); ++k) {
      for (std::size_t i = 0; i < signal.size(); ++i) {
        total[k] += static_cast<double>(lines[k * width + i]) * signal[i];
      }
    }
  }
  for (std::size_t k = 0; k < units.size(); ++k) {
    units[k] += total[k];
  }
}

void stop_within_batch(const RunControl& control) {
  if (control.stop_requested()) {
    throw Cancelled("stopped within a batch");
  }
}

bool any_panel(const std::vector<TrialGroup>& groups) {
  return std::any_of(groups.begin(), groups.end(), [](const auto& group) { return group.panel; });
}

bool any_single(const std::vector<TrialGroup>& groups) {
  return std::any_of(groups.begin(), groups.end(), [](const auto& group) { return !group.panel; });
}

bool any(const std::vector<bool>& parts) {
  return std::find(parts.begin(), parts.end(), true) != parts.end();
}

template <class Real>
ConnectivityUse use_of(const BpttOptions& options) {
  const std::vector<TrialGroup> groups = group_trials<Real>(options.batch);
  const bool panels = any_panel(groups);
  return {.trials = any_single(groups),
          .panels = panels,
          .backward = true,
          .delta_bytes = sizeof(Real) * chunk_width<Real>(options.steps, panels)};
}

}  // namespace

template <class Real>
Bptt<Real>::Workspace::Workspace(const KernelNetwork<Real>& network, const BpttOptions& options,
                                 bool panels, const TrainedParts& trained)
    : forward(network, options.steps, panels, true, trained.tau) {
  const std::size_t lanes = panels ? kPanelTrials<Real> : 1;
  const std::size_t state = std::max(network.padded(), network.units() * lanes);
  const std::size_t width =
      std::max(chunk_width<Real>(options.steps, panels), chunk_width<Real>(options.steps, false));
  error.resize(options.steps * network.outputs() * lanes);
  rate_cost.resize(lanes);
  adjoint.resize(state);
  feedback.resize(state);
  scaled.resize(std::max(state, kStepRows * network.padded()));
  delta.resize(network.padded() * width);
  presynaptic.resize(network.padded() * width);
  gain_gradient.resize(trained.tau ? state : 0);
  readout_gradient.resize(network.outputs() * state);
  input_gradient.resize(trained.input ? network.units() * network.inputs() : 0);
  bias_gradient.resize(network.outputs());
  const std::size_t rows = network.loops_view().rows;
  loop_back.resize(rows * std::max(lanes, kStepRows));
  if (any(trained.loops)) {
    back_lines.resize(rows * width);
    sum_lines.resize(rows * width);
  }
  for (std::size_t k = 0; k < trained.loops.size(); ++k) {
    const std::size_t size = trained.loops[k] ? network.units() * network.loops()[k].rank() : 0;
    u_gradient.emplace_back(size);
    v_gradient.emplace_back(size);
  }
}

template <class Real>
Bptt<Real>::Bptt(std::shared_ptr<const Parametrisation<Real>> parametrisation,
                 const BpttOptions& options)
    : options_(options),
      parametrisation_(std::move(parametrisation)),
      trained_(parametrisation_->trained()),
      network_(parametrisation_->network(), parametrisation_->constraint(), use_of<Real>(options),
               options.level),
      gradient_(blocks().size()) {
  network_.use_spike_noise(options.spike_noise);
  const std::vector<TrialGroup> groups = group_trials<Real>(options.batch);
  const std::size_t used = options.threads == 1 ? 1 : groups.size();
  for (std::size_t i = 0; i < used; ++i) {
    workspaces_.emplace_back(network_, options, any_panel(groups), trained_);
  }
  totals_.readout.resize(network_.outputs() * network_.units());
  totals_.output_bias.resize(network_.outputs());
  totals_.gain.resize(trained_.tau ? network_.units() : 0);
  totals_.input.resize(workspaces_.front().input_gradient.size());
  totals_.loops.resize(network_.loops().size());
  if (any(trained_.loops)) {
    const std::size_t bytes = use_of<Real>(options).delta_bytes;
    for (std::size_t k = 0; k < totals_.loops.size(); ++k) {
      const std::size_t rank = network_.loops()[k].rank();
      const std::size_t size = trained_.loops[k] ? network_.units() * rank : 0;
      totals_.loops[k] = {std::vector<double>(size), std::vector<double>(size)};
      loop_order_.emplace_back(network_.units(), rank, gradient_rows(bytes));
    }
  }
}

template <class Real>
void Bptt<Real>::run(std::span<const Real> parameters, std::span<const Trial> trials,
                     const NoiseSeries& noise, const RunControl& control) {
  if (trials.size() != options_.batch) {
    throw InputError("batch", "", fmt::format("{} trials", trials.size()),
                     fmt::format("must have {}", options_.batch));
  }
  parametrisation_->load(parameters, network_);
  losses_.assign(trials.size(), 0.0);
  totals_.weight.assign(network_.recurrent().entries(), Real{0});
  for (std::vector<double>* sums :
       {&totals_.readout, &totals_.output_bias, &totals_.gain, &totals_.input}) {
    std::fill(sums->begin(), sums->end(), 0.0);
  }
  for (LoopGradient& loop : totals_.loops) {
    std::fill(loop.u.begin(), loop.u.end(), 0.0);
    std::fill(loop.v.begin(), loop.v.end(), 0.0);
  }
  penalty_ = 0.0;
  stop_within_batch(control);
  const std::vector<TrialGroup> groups = group_trials<Real>(trials.size());
  if (workspaces_.size() == 1) {
    for (const TrialGroup& group : groups) {
      run_group(workspaces_[0], trials, group, noise, control);
      add(workspaces_[0], group);
    }
  } else {
    parallel_for(
        groups.size(), options_.threads,
        [&](std::size_t i) { run_group(workspaces_[i], trials, groups[i], noise, control); },
        {{}, control.cancelled});
    for (std::size_t i = 0; i < groups.size(); ++i) {
      add(workspaces_[i], groups[i]);
    }
  }
  stop_within_batch(control);
  add_weight_penalty();
  parametrisation_->pull_back(parameters, network_, totals_, gradient_);
}

template <class Real>
void Bptt<Real>::run_group(Workspace& work, std::span<const Trial> trials, const TrialGroup& group,
                           const NoiseSeries& noise, const RunControl& control) {
  work.forward.run(network_, trials, group, noise, control);
  load_error(work, trials, group);
  load_rate_cost(work, trials.size(), group);
  walk_back(work, group, control);
}

template <class Real>
void Bptt<Real>::load_error(Workspace& work, std::span<const Trial> trials,
                            const TrialGroup& group) {
  const std::size_t lanes = group.panel ? kPanelTrials<Real> : 1;
  const double fraction = 1.0 / static_cast<double>(trials.size());
  std::fill(work.error.begin(), work.error.end(), Real{0});
  std::fill(work.bias_gradient.begin(), work.bias_gradient.end(), 0.0);
  const std::size_t outputs = network_.outputs();
  for (std::size_t lane = 0; lane < group.count; ++lane) {
    const Trial& trial = trials[group.first + lane];
    const Eigen::MatrixXd output = options_.first_step == 0
                                       ? work.forward.output_from_start(group, lane)
                                       : work.forward.output(group, lane);
    losses_[group.first + lane] = loss_of(options_.loss, output, trial.target);
    const Eigen::MatrixXd slope = fraction * loss_gradient(options_.loss, output, trial.target);
    for (std::size_t i = 0; i < static_cast<std::size_t>(slope.size()); ++i) {
      work.error[(options_.first_step * outputs + i) * lanes + lane] =
          static_cast<Real>(slope.data()[i]);
    }
    for (std::size_t k = 0; k < outputs; ++k) {
      const Eigen::VectorXd of_output = slope.row(static_cast<Eigen::Index>(k));
      work.bias_gradient[k] += of_output.sum();
    }
  }
}

template <class Real>
void Bptt<Real>::load_rate_cost(Workspace& work, std::size_t trials, const TrialGroup& group) {
  const std::size_t lanes = group.panel ? kPanelTrials<Real> : 1;
  const std::size_t units = network_.units();
  const std::size_t state = group.panel ? units * lanes : network_.padded();
  const double fraction = options_.l2_rates / static_cast<double>(trials * units * options_.steps);
  // Lanes without a trial must cost nothing.
  std::fill(work.rate_cost.begin(), work.rate_cost.end(), Real{0});
  std::fill_n(work.rate_cost.begin(), group.count, static_cast<Real>(2.0 * fraction));
  work.penalty = 0.0;
  if (fraction == 0.0) {
    return;
  }
  for (std::size_t t = 1; t < options_.steps; ++t) {
    const Real* rate = work.forward.rate() + t * state;
    for (std::size_t unit = 0; unit < units; ++unit) {
      for (std::size_t lane = 0; lane < group.count; ++lane) {
        const auto r = static_cast<double>(rate[unit * lanes + lane]);
        work.penalty += fraction * r * r;
      }
    }
  }
}

template <class Real>
void Bptt<Real>::add_weight_penalty() {
  if (options_.l2_weights == 0.0) {
    return;
  }
  for (std::size_t i = 0; i < totals_.weight.size(); ++i) {
    const auto weight = static_cast<double>(network_.recurrent().weight(i));
    totals_.weight[i] += static_cast<Real>(2.0 * options_.l2_weights * weight);
    penalty_ += options_.l2_weights * weight * weight;
  }
}

template <class Real>
void Bptt<Real>::walk_back(Workspace& work, const TrialGroup& group, const RunControl& control) {
  for (AlignedVector<Real>* sums :
       {&work.adjoint, &work.feedback, &work.gain_gradient, &work.readout_gradient}) {
    std::fill(sums->begin(), sums->end(), Real{0});
  }
  std::fill(work.input_gradient.begin(), work.input_gradient.end(), 0.0);
  for (std::size_t k = 0; k < work.u_gradient.size(); ++k) {
    std::fill(work.u_gradient[k].begin(), work.u_gradient[k].end(), Real{0});
    std::fill(work.v_gradient[k].begin(), work.v_gradient[k].end(), Real{0});
  }
  work.weight_gradient.assign(trained_.weights ? network_.recurrent().entries() : 0, Real{0});
  BackwardArguments<Real> arguments = backward_arguments(work, group);
  const WeightGradientArguments<Real> weights{
      .units = network_.units(),
      .width = arguments.width,
      .entries = network_.recurrent().gradient_order(),
      .delta = work.delta.data(),
      .presynaptic = work.presynaptic.data(),
      .gradient = work.weight_gradient.data(),
  };
  for (const Chunk& chunk : chunks_backwards(options_.steps, group.panel)) {
    stop_within_batch(control);
    arguments.first = chunk.first;
    arguments.last = chunk.last;
    RHEOBASE_SIMD_DISPATCH(options_.level, backward<Real>)(arguments);
    stop_within_batch(control);
    if (trained_.weights) {
      RHEOBASE_SIMD_DISPATCH(options_.level, weight_gradient<Real>)(weights);
    }
    if (!loop_order_.empty()) {
      add_loop_gradients(work, arguments);
    }
    if (!work.input_gradient.empty()) {
      add_input_gradient(work, group.panel, chunk.first, chunk.last);
    }
  }
  if (options_.first_step == 0) {
    add_first_step(work, group);
  }
}

/// dL/dU = delta (V^T r)^T and dL/dV = r (U^T delta)^T over the steps of one chunk.
template <class Real>
void Bptt<Real>::add_loop_gradients(Workspace& work, const BackwardArguments<Real>& walked) const {
  for (std::size_t k = 0; k < loop_order_.size(); ++k) {
    if (work.u_gradient[k].empty()) {
      continue;
    }
    const std::size_t line = network_.loops_view().loop[k].offset * walked.width;
    WeightGradientArguments<Real> gradient{
        .units = network_.loops()[k].rank(),
        .width = walked.width,
        .entries = loop_order_[k].view(),
        .delta = work.delta.data(),
        .presynaptic = work.sum_lines.data() + line,
        .gradient = work.u_gradient[k].data(),
    };
    RHEOBASE_SIMD_DISPATCH(options_.level, weight_gradient<Real>)(gradient);
    gradient.delta = work.presynaptic.data();
    gradient.presynaptic = work.back_lines.data() + line;
    gradient.gradient = work.v_gradient[k].data();
    RHEOBASE_SIMD_DISPATCH(options_.level, weight_gradient<Real>)(gradient);
  }
}

/// x_0 is given: its output's error reaches the readout alone.
template <class Real>
void Bptt<Real>::add_first_step(Workspace& work, const TrialGroup& group) const {
  const std::size_t lanes = group.panel ? kPanelTrials<Real> : 1;
  const std::size_t state = group.panel ? network_.units() * lanes : network_.padded();
  for (std::size_t k = 0; k < network_.outputs(); ++k) {
    Real* gradient = work.readout_gradient.data() + k * state;
    for (std::size_t i = 0; i < network_.units() * lanes; ++i) {
      gradient[i] += work.error[k * lanes + i % lanes] * work.forward.rate()[i];
    }
  }
}

template <class Real>
BackwardArguments<Real> Bptt<Real>::backward_arguments(Workspace& work,
                                                       const TrialGroup& group) const {
  BackwardArguments<Real> arguments;
  network_.describe(arguments);
  arguments.panel = group.panel;
  arguments.rate = work.forward.rate();
  arguments.slope = work.forward.slope();
  arguments.pull = work.forward.pull();
  arguments.error = work.error.data();
  arguments.rate_cost = work.rate_cost.data();
  arguments.adjoint = work.adjoint.data();
  arguments.feedback = work.feedback.data();
  arguments.scaled = work.scaled.data();
  arguments.gain_gradient = work.gain_gradient.empty() ? nullptr : work.gain_gradient.data();
  arguments.readout_gradient = work.readout_gradient.data();
  arguments.width = chunk_width<Real>(options_.steps, group.panel);
  arguments.delta = work.delta.data();
  arguments.presynaptic = work.presynaptic.data();
  arguments.loop_back = work.loop_back.data();
  if (!work.back_lines.empty()) {
    arguments.loop_sums = work.forward.loop_sums();
    arguments.back_lines = work.back_lines.data();
    arguments.sum_lines = work.sum_lines.data();
  }
  return arguments;
}

/// dL/dW_in = sum_t (lambda_t / tau) u_{t-1}^T over the steps of one chunk.
template <class Real>
void Bptt<Real>::add_input_gradient(Workspace& work, bool panel, std::size_t first,
                                    std::size_t last) const {
  const std::size_t lanes = panel ? kPanelTrials<Real> : 1;
  const std::size_t inputs = network_.inputs();
  const std::size_t width = chunk_width<Real>(options_.steps, panel);
  const Real* before = work.forward.input() + (first - 1) * inputs * lanes;
  std::vector<double> signal((last - first + 1) * lanes);
  for (std::size_t k = 0; k < inputs; ++k) {
    bool silent = true;
    for (std::size_t i = 0; i < signal.size(); ++i) {
      signal[i] = static_cast<double>(before[(i / lanes * inputs + k) * lanes + i % lanes]);
      silent = silent && signal[i] == 0.0;
    }
    if (silent) {
      continue;
    }
    for (std::size_t unit = 0; unit < network_.units(); unit += kUnitsAtOnce) {
      const std::size_t count = std::min(kUnitsAtOnce, network_.units() - unit);
      add_products(signal, work.delta.data() + unit * width, width,
                   std::span(work.input_gradient).subspan(k * network_.units() + unit, count));
    }
  }
}

template <class Real>
void Bptt<Real>::add_loops(const Workspace& work) {
  for (std::size_t k = 0; k < loop_order_.size(); ++k) {
    const std::vector<std::uint32_t>& entry = loop_order_[k].entry;
    for (std::size_t i = 0; i < work.u_gradient[k].size(); ++i) {
      totals_.loops[k].u[entry[i]] += static_cast<double>(work.u_gradient[k][i]);
      totals_.loops[k].v[entry[i]] += static_cast<double>(work.v_gradient[k][i]);
    }
  }
}

template <class Real>
void Bptt<Real>::add(const Workspace& work, const TrialGroup& group) {
  std::transform(work.weight_gradient.begin(), work.weight_gradient.end(), totals_.weight.begin(),
                 totals_.weight.begin(), std::plus<>());
  add_loops(work);
  add_outputs(work.readout_gradient, group.panel, network_, totals_.readout);
  add_lanes<Real>(work.gain_gradient.data(), group.panel, totals_.gain);
  std::transform(totals_.input.begin(), totals_.input.end(), work.input_gradient.begin(),
                 totals_.input.begin(), std::plus<>());
  std::transform(totals_.output_bias.begin(), totals_.output_bias.end(), work.bias_gradient.begin(),
                 totals_.output_bias.begin(), std::plus<>());
  penalty_ += work.penalty;
}

template <class Real>
std::size_t Bptt<Real>::bytes(const Parametrisation<Real>& parametrisation,
                              const BpttOptions& options) {
  const RateNetwork& network = parametrisation.network();
  const std::vector<TrialGroup> groups = group_trials<Real>(options.batch);
  const bool panels = any_panel(groups);
  const auto units = static_cast<std::size_t>(network.units());
  const auto outputs = static_cast<std::size_t>(network.outputs());
  const std::size_t padded = (units + 15) / 16 * 16;
  const std::size_t lanes = panels ? kPanelTrials<Real> : 1;
  const std::size_t state = std::max(padded, units * lanes);
  const std::size_t width =
      std::max(chunk_width<Real>(options.steps, panels), chunk_width<Real>(options.steps, false));
  std::size_t loop_rows = 0;
  for (const LowRankLoop& loop : network.loops) {
    loop_rows += (static_cast<std::size_t>(loop.u.cols()) + 15) / 16 * 16;
  }
  const std::size_t workspace =
      ForwardPass<Real>::bytes(units, static_cast<std::size_t>(network.inputs()), outputs,
                               options.steps, panels, true, parametrisation.trained().tau,
                               loop_rows) +
      sizeof(Real) * (options.steps * outputs * lanes + (3 + outputs) * state +
                      std::max(state, kTrialChunk * padded) + 2 * units * width + units * units +
                      loop_rows * (2 * (width + units) + std::max(lanes, kStepRows)));
  const std::size_t workspaces = options.threads == 1 ? 1 : groups.size();
  return workspaces * workspace + Connectivity<Real>::bytes(units) +
         sizeof(Real) * (parametrisation.blocks().size() + units * units);
}

}  // namespace rheobase::rate
