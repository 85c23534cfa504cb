#include "core/field_table.hpp"
#include "network/run.hpp"
#include "network/solvers/solver_registry.hpp"

namespace rheobase::network {

namespace {

std::vector<std::string> solver_names() {
  std::vector<std::string> names;
  for (const SolverDefinition* solver : registered_solvers()) {
    names.push_back(solver->name);
  }
  return names;
}

}  // namespace

const FieldTable<RunOptions>& run_fields() {
  using R = RunOptions;
  static const FieldTable<R> table{
      field("steps", &R::steps, {.low = 0.0, .high = 1e15},
            {.option = "--steps",
             .label = "steps",
             .help = "Steps of the run; 0: as many as the inputs have rows"}),
      field("sampling", &R::sampling, {.low = 1.0, .high = 1e15},
            {.label = "sampling", .help = "Steps from one sample of the records to the next"}),
      field("cutoff", &R::cutoff, {.low = 0.0, .high = 1e15},
            {.option = "--cutoff",
             .label = "cutoff",
             .help = "First step of the run that may be a sample"}),
      field("solver", &R::solver, solver_names(),
            {.option = "--solver", .label = "solver", .help = "Method of integration"}),
      field("spikes", &R::spikes, {.label = "spikes", .help = "Record the times of all spikes"}),
      seed_field(&R::seed),
      field("trial", &R::trial, kNonNegative,
            {.label = "trial", .help = "Number of the noise of a seed"}),
      field("tolerance", &R::tolerance,
            {.low = 0.0, .high = 1.0, .above_low = true, .below_high = true},
            {.label = "tolerance",
             .help = "Absolute and relative error of a step, of adaptive solvers"}),
      field("longest_step", &R::longest_step, kNonNegative,
            {.label = "longest step",
             .help = "Of adaptive solvers; 0: the network's step where units spike"}),
      field("most_substeps", &R::most_substeps, {.low = 1.0, .high = 1e15},
            {.label = "most substeps",
             .help = "Steps of an adaptive solver within one of the network, after which it gives "
                     "up: stiff or chattering equations"}),
  };
  return table;
}

}  // namespace rheobase::network
