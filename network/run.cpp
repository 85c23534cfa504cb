#include "network/run.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/field_table.hpp"
#include "core/memory.hpp"
#include "network/evaluation.hpp"
#include "network/solver.hpp"
#include "network/stepper.hpp"

namespace rheobase::network {

namespace {

constexpr long kStepsBetweenReports = 64;

/// The inputs of a run, a row's values side by side.
struct RunInputs {
  Eigen::MatrixXd columns;  ///< inputs x T, inputs x 1 or empty

  const double* at(long n) const {
    return columns.size() == 0 ? nullptr : columns.col(columns.cols() == 1 ? 0 : n).data();
  }
  static const double* input(const void* inputs, long n) {
    return static_cast<const RunInputs*>(inputs)->at(n);
  }
};

long run_steps(const Network& network, const Eigen::MatrixXd& inputs, const RunOptions& options) {
  const auto columns = static_cast<Eigen::Index>(network.input_columns());
  if (inputs.size() > 0 && inputs.cols() != columns) {
    throw InputError(
        "run", "inputs", fmt::format("{} x {}", inputs.rows(), inputs.cols()),
        fmt::format("must have {}, those of the network's inputs", counted(columns, "column")));
  }
  const long steps = options.steps > 0 ? options.steps : static_cast<long>(inputs.rows());
  if (steps == 0) {
    throw InputError("run", "steps", "0", "must be at least 1 where there are no inputs");
  }
  if (inputs.size() > 0 && inputs.rows() != 1 && inputs.rows() != steps) {
    throw InputError("run", "inputs", counted(inputs.rows(), "row"),
                     fmt::format("must be 1 row or {}, one per step", steps));
  }
  return steps;
}

/// Inputs by step, finite ones, some rows at a time. @throws Cancelled between them
RunInputs inputs_by_step(const Eigen::MatrixXd& inputs, const RunControl& control) {
  constexpr Eigen::Index kRows = 4096;
  RunInputs by_step{Eigen::MatrixXd(inputs.cols(), inputs.rows())};
  for (Eigen::Index first = 0; first < inputs.rows(); first += kRows) {
    if (first > 0 && control.stop_requested()) {
      throw Cancelled("stopped before the first step");
    }
    const Eigen::Index count = std::min(kRows, inputs.rows() - first);
    auto part = by_step.columns.middleCols(first, count);
    part = inputs.middleRows(first, count).transpose();
    for (Eigen::Index k = 0; k < count; ++k) {
      if (!part.col(k).allFinite()) {
        throw InputError("run", "inputs",
                         fmt::format("a value that is not finite in row {}", first + k),
                         "must be finite");
      }
    }
  }
  return by_step;
}

void record(Recorder& recorder, long n, const Stepper& stepper, bool spikes) {
  const Evaluation& evaluation = stepper.evaluation();
  recorder.record(n, evaluation, stepper.values());
  for (std::size_t p = 0; p < evaluation.network().populations().size(); ++p) {
    const auto units = evaluation.spikes().spiking(p);
    recorder.watch(n, stepper.time(), p, units);
    for (std::size_t k = 0; spikes && k < units.size(); ++k) {
      recorder.spike(stepper.time(), p, units[k]);
    }
  }
}

/// Fixed steps.
void step_through(Recorder& recorder, Stepper& stepper, const RunInputs& rows, long steps,
                  bool spikes, const RunControl& control) {
  for (const Signal& signal : recorder.signals()) {
    stepper.evaluation().keep(signal);
  }
  long stop = steps;
  for (long n = 0; n < steps; ++n) {
    if (n % kStepsBetweenReports == 0) {
      if (stop == steps && control.stop_requested()) {
        stop = std::min(steps, recorder.next_stop(n));
      }
      control.progress(static_cast<double>(n) / static_cast<double>(steps));
    }
    if (n == stop) {
      throw Cancelled(fmt::format("stopped after {} of {}", n, counted(steps, "step")));
    }
    stepper.evaluate(rows.at(n));
    record(recorder, n, stepper, spikes);
    stepper.advance();
  }
  control.progress(1.0);
}

SampleGrid grid_of(const RunOptions& options, long first_step) {
  const long from = (first_step - options.origin) % options.sampling;
  return {options.steps, options.sampling, options.cutoff,
          from < 0 ? from + options.sampling : from};
}

}  // namespace

void require_samples(const Network& network, const RunOptions& options, long first_step) {
  const long steps = options.steps;
  const SampleGrid grid = grid_of(options, first_step);
  if (options.cutoff > 0 && grid.count() == 0) {
    throw InputError("run", "cutoff", counted(options.cutoff, "step"),
                     fmt::format("must leave a sample: the run has {}, one sample every {}",
                                 counted(steps, "step"), counted(options.sampling, "step")));
  }
  require_record_memory(network, options.probes, grid);
}

void run_into(Observer& seen, const Network& network, NetworkState& state,
              const Eigen::MatrixXd& inputs, const RunOptions& options, const RunControl& control) {
  const SolverDefinition& solver = solver_named(options.solver);
  check(options, run_fields(), "run");
  require_own_state(network, state, "run");
  RunOptions known = options;
  known.steps = run_steps(network, inputs, options);
  const long steps = known.steps;
  require_samples(network, known, state.step);
  require_memory(sizeof(double) * static_cast<double>(inputs.size()), "run", "inputs",
                 fmt::format("{} x {}", inputs.rows(), inputs.cols()), "a shorter run takes less");
  Recorder recorder(network, options.probes, state.step, grid_of(known, state.step));
  try {
    const RunInputs rows = inputs_by_step(inputs, control);
    if (solver.integrate != nullptr) {
      Evaluation evaluation(network, state);
      for (const Signal& signal : recorder.signals()) {
        evaluation.keep(signal);
      }
      AdaptiveRun adaptive{network, state, evaluation,        recorder, options,
                           control, steps, &RunInputs::input, &rows};
      solver.integrate(adaptive);
    } else {
      Stepper stepper(network, state, options.solver, options.seed, options.trial);
      step_through(recorder, stepper, rows, steps, options.spikes, control);
    }
  } catch (...) {
    seen = recorder.take();
    throw;
  }
  seen = recorder.take();
}

Observer run(const Network& network, NetworkState& state, const Eigen::MatrixXd& inputs,
             const RunOptions& options, const RunControl& control) {
  Observer seen;
  run_into(seen, network, state, inputs, options, control);
  return seen;
}

}  // namespace rheobase::network
