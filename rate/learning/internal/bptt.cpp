#include "rate/learning/internal/bptt.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/parallel.hpp"

namespace rheobase::rate {

namespace {

/// Steps whose deltas are collected before their weight gradient is taken: they fit the L2 cache.
constexpr std::size_t kTrialChunk = 256;
constexpr std::size_t kPanelChunk = 16;
/// One trial's deltas are turned from rows into columns in squares of this size.
constexpr std::size_t kStepRows = 16;

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

bool any_panel(const std::vector<TrialGroup>& groups) {
  return std::any_of(groups.begin(), groups.end(), [](const auto& group) { return group.panel; });
}

bool any_single(const std::vector<TrialGroup>& groups) {
  return std::any_of(groups.begin(), groups.end(), [](const auto& group) { return !group.panel; });
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
                                 bool panels, TrainedParts trained)
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
}

template <class Real>
Bptt<Real>::Bptt(std::shared_ptr<const Parametrisation<Real>> parametrisation,
                 const BpttOptions& options)
    : options_(options),
      parametrisation_(std::move(parametrisation)),
      network_(parametrisation_->network(), parametrisation_->constraint(), use_of<Real>(options),
               options.level),
      gradient_(blocks().size()) {
  network_.use_spike_noise(options.spike_noise);
  const TrainedParts trained = parametrisation_->trained();
  const std::vector<TrialGroup> groups = group_trials<Real>(options.batch);
  const std::size_t used = options.threads == 1 ? 1 : groups.size();
  for (std::size_t i = 0; i < used; ++i) {
    workspaces_.emplace_back(network_, options, any_panel(groups), trained);
  }
  totals_.readout.resize(network_.outputs() * network_.units());
  totals_.output_bias.resize(network_.outputs());
  totals_.gain.resize(trained.tau ? network_.units() : 0);
  totals_.input.resize(workspaces_.front().input_gradient.size());
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
  penalty_ = 0.0;
  const std::vector<TrialGroup> groups = group_trials<Real>(trials.size());
  if (workspaces_.size() == 1) {
    for (const TrialGroup& group : groups) {
      if (control.stop_requested()) {
        throw Cancelled("stopped within a batch");
      }
      run_group(workspaces_[0], trials, group, noise);
      add(workspaces_[0], group);
    }
  } else {
    parallel_for(
        groups.size(), options_.threads,
        [&](std::size_t i) { run_group(workspaces_[i], trials, groups[i], noise); },
        RunControl{{}, control.cancelled});
    for (std::size_t i = 0; i < groups.size(); ++i) {
      add(workspaces_[i], groups[i]);
    }
  }
  add_weight_penalty();
  parametrisation_->pull_back(parameters, network_, totals_, gradient_);
}

template <class Real>
void Bptt<Real>::run_group(Workspace& work, std::span<const Trial> trials, const TrialGroup& group,
                           const NoiseSeries& noise) {
  work.forward.run(network_, trials, group, noise);
  load_error(work, trials, group);
  load_rate_cost(work, trials.size(), group);
  walk_back(work, group);
}

template <class Real>
void Bptt<Real>::load_error(Workspace& work, std::span<const Trial> trials,
                            const TrialGroup& group) {
  const std::size_t lanes = group.panel ? kPanelTrials<Real> : 1;
  const double share = 1.0 / static_cast<double>(trials.size());
  std::fill(work.error.begin(), work.error.end(), Real{0});
  std::fill(work.bias_gradient.begin(), work.bias_gradient.end(), 0.0);
  const std::size_t outputs = network_.outputs();
  for (std::size_t lane = 0; lane < group.count; ++lane) {
    const Trial& trial = trials[group.first + lane];
    const Eigen::MatrixXd output = work.forward.output(group, lane);
    losses_[group.first + lane] = loss_of(options_.loss, output, trial.target);
    const Eigen::MatrixXd slope = share * loss_gradient(options_.loss, output, trial.target);
    for (std::size_t i = 0; i < static_cast<std::size_t>(slope.size()); ++i) {
      work.error[(outputs + i) * lanes + lane] = static_cast<Real>(slope.data()[i]);
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
  const double share = options_.l2_rates / static_cast<double>(trials * units * options_.steps);
  // Lanes without a trial must cost nothing.
  std::fill(work.rate_cost.begin(), work.rate_cost.end(), Real{0});
  std::fill_n(work.rate_cost.begin(), group.count, static_cast<Real>(2.0 * share));
  work.penalty = 0.0;
  if (share == 0.0) {
    return;
  }
  for (std::size_t t = 1; t < options_.steps; ++t) {
    const Real* rate = work.forward.rate() + t * state;
    for (std::size_t unit = 0; unit < units; ++unit) {
      for (std::size_t lane = 0; lane < group.count; ++lane) {
        const auto r = static_cast<double>(rate[unit * lanes + lane]);
        work.penalty += share * r * r;
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
void Bptt<Real>::walk_back(Workspace& work, const TrialGroup& group) {
  for (AlignedVector<Real>* sums :
       {&work.adjoint, &work.feedback, &work.gain_gradient, &work.readout_gradient}) {
    std::fill(sums->begin(), sums->end(), Real{0});
  }
  std::fill(work.input_gradient.begin(), work.input_gradient.end(), 0.0);
  work.weight_gradient.assign(network_.recurrent().entries(), Real{0});
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
  const WeightGradientArguments<Real> weights{
      .units = network_.units(),
      .width = arguments.width,
      .entries = network_.recurrent().gradient_order(),
      .delta = work.delta.data(),
      .presynaptic = work.presynaptic.data(),
      .gradient = work.weight_gradient.data(),
  };
  for (const Chunk& chunk : chunks_backwards(options_.steps, group.panel)) {
    arguments.first = chunk.first;
    arguments.last = chunk.last;
    RHEOBASE_SIMD_DISPATCH(options_.level, backward<Real>)(arguments);
    RHEOBASE_SIMD_DISPATCH(options_.level, weight_gradient<Real>)(weights);
    if (!work.input_gradient.empty()) {
      add_input_gradient(work, group.panel, chunk.first, chunk.last);
    }
  }
}

/// dL/dW_in = sum_t (lambda_t / tau) u_{t-1}^T over the steps of one chunk.
template <class Real>
void Bptt<Real>::add_input_gradient(Workspace& work, bool panel, std::size_t first,
                                    std::size_t last) const {
  const std::size_t lanes = panel ? kPanelTrials<Real> : 1;
  const std::size_t inputs = network_.inputs();
  const std::size_t width = chunk_width<Real>(options_.steps, panel);
  const Real* before = work.forward.input() + (first - 1) * inputs * lanes;
  for (std::size_t k = 0; k < inputs; ++k) {
    for (std::size_t unit = 0; unit < network_.units(); ++unit) {
      double total = 0.0;
      for (std::size_t i = 0; i <= last - first; ++i) {
        for (std::size_t lane = 0; lane < lanes; ++lane) {
          total += static_cast<double>(work.delta[unit * width + i * lanes + lane]) *
                   static_cast<double>(before[(i * inputs + k) * lanes + lane]);
        }
      }
      work.input_gradient[k * network_.units() + unit] += total;
    }
  }
}

template <class Real>
void Bptt<Real>::add(const Workspace& work, const TrialGroup& group) {
  std::transform(totals_.weight.begin(), totals_.weight.end(), work.weight_gradient.begin(),
                 totals_.weight.begin(), std::plus<>());
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
  const std::size_t workspace =
      ForwardPass<Real>::bytes(units, static_cast<std::size_t>(network.inputs()), outputs,
                               options.steps, panels, true, parametrisation.trained().tau) +
      sizeof(Real) * (options.steps * outputs * lanes + (3 + outputs) * state +
                      std::max(state, kTrialChunk * padded) + 2 * units * width + units * units);
  const std::size_t workspaces = options.threads == 1 ? 1 : groups.size();
  return workspaces * workspace + Connectivity<Real>::bytes(units) +
         sizeof(Real) * (parametrisation.blocks().size() + units * units);
}

template class Bptt<float>;
template class Bptt<double>;

}  // namespace rheobase::rate
