#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "apps/cli/console.hpp"
#include "apps/cli/intervention.hpp"
#include "apps/cli/spiking_options.hpp"
#include "apps/cli/task_options.hpp"
#include "core/field_table.hpp"
#include "io/mat/run_file.hpp"

namespace rheobase::cli {

/// What `simulate` was asked for.
struct SimulateRequest {
  std::filesystem::path model;
  std::filesystem::path output;
  std::string input;      ///< FILE.mat:field
  std::string condition;  ///< empty: drawn
  TaskChoice task;
  SpikingChoice spiking;
  InterventionChoice intervention;
  double scaling = 0.0;
  std::string initial_voltage = "uniform";
  std::string record = "spikes,output";
  std::string voltage_units;
  std::optional<FieldValue> stimulate;
  std::string stimulate_units;
  std::string stimulate_window;
  Seed seed = 1;
  int trials = 1, threads = 0;
  bool json = false;
};

/// A matrix that the user names on the command line, all of it finite.
Eigen::MatrixXd read_finite(const std::string& option, const std::string& file_and_field);

/// Trial number `number` of `eval`, or of the condition asked for.
rate::Trial trial_of(const SimulateRequest& request, const rate::Task& task, std::uint32_t number);

/// Seed, recording, stimulation and initial voltages. @throws InputError
spiking::SimulationOptions options_of(const SimulateRequest& request, Eigen::Index units);

/// A stimulation after the end would do nothing, without a word. @throws InputError
void check_window(const std::optional<spiking::Stimulation>& stimulation, Eigen::Index columns,
                  double step_ms);

/// What a run's file says of network and options.
io::RunDescription description_of(const SimulateRequest& request, const io::ModelFile& file,
                                  double scaling, const spiking::SimulationOptions& options,
                                  const Console& console);

/// What it says of its trial.
void describe_trial(const rate::Task& task, const rate::Trial& trial,
                    const spiking::SimulationResult& result, io::RunDescription& description);

/// Many trials into one file. @param file  is given the lesions and drives asked for
void simulate_many(const SimulateRequest& request, io::ModelFile& file, const Console& console);

}  // namespace rheobase::cli
