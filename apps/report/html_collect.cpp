#include "apps/report/html_collect.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "apps/report/internal/html_text.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/whole_number.hpp"
#include "mapping/conversion/network_fingerprint.hpp"
#include "mapping/conversion/non_negative.hpp"
#include "rate/tasks/recorded_task.hpp"

namespace rheobase::report {

namespace {

constexpr int kPublishedSearchTrials = 100;

void check_source(const mapping::Comparison& comparison, const rate::Task& task,
                  const io::ModelFile* model, const std::string& name) {
  if (comparison.task != task.name()) {
    throw InputError(name, "task", fmt::format("'{}'", comparison.task),
                     fmt::format("must be '{}'", task.name()));
  }
  if (model != nullptr && mapping::network_fingerprint(model->network) != comparison.network) {
    throw InputError(name, "network", "a comparison of another network",
                     "must be one of this model");
  }
  std::vector<std::string> names;
  for (const mapping::ConditionComparison& condition : comparison.conditions) {
    names.push_back(condition.name);
  }
  if (names != task.conditions()) {
    throw InputError(name, "conditions", fmt::format("{}", fmt::join(names, ", ")),
                     fmt::format("must be {}", fmt::join(task.conditions(), ", ")));
  }
  const auto samples = comparison.traces.rate_output.cols() / comparison.traces.outputs;
  if (samples != task.steps() - 1) {
    throw InputError(name, "rate_output", counted(samples, "sample"),
                     fmt::format("must be {}, a trial of the task", task.steps() - 1));
  }
}

/// Trial number `number` of the comparison, as both networks got it.
rate::Trial trial_of(const mapping::Comparison& comparison, const rate::Task& task,
                     std::size_t number) {
  const spiking::SimulationOptions& options = comparison.options.simulation;
  return task.random_trial(options.seed, options.trial + static_cast<std::uint32_t>(number),
                           Purpose::evaluation_task);
}

std::vector<TimeWindow> stimulus_of(const rate::Task& task, const rate::Trial& trial) {
  std::vector<TimeWindow> windows;
  for (const auto& [start, end] : task.stimuli_of(trial)) {
    windows.push_back({start * task.step_ms(), end * task.step_ms()});
  }
  return windows;
}

Eigen::MatrixXd rows_of(const Eigen::MatrixXd& values, const std::vector<std::size_t>& rows) {
  Eigen::MatrixXd chosen(static_cast<Eigen::Index>(rows.size()), values.cols());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    chosen.row(static_cast<Eigen::Index>(i)) = values.row(static_cast<Eigen::Index>(rows[i]));
  }
  return chosen;
}

/// Targets of every trial, laid out as the outputs are.
Eigen::MatrixXd targets_of(const mapping::Comparison& comparison, const rate::Task& task) {
  const mapping::ComparisonTraces& traces = comparison.traces;
  const Eigen::Index samples = traces.rate_output.cols() / traces.outputs;
  Eigen::MatrixXd targets(traces.rate_output.rows(), traces.rate_output.cols());
  for (Eigen::Index k = 0; k < targets.rows(); ++k) {
    const rate::Trial trial = trial_of(comparison, task, static_cast<std::size_t>(k));
    targets.row(k) = trial.target.leftCols(samples).reshaped<Eigen::RowMajor>().transpose();
  }
  return targets;
}

/// Mean of every column over the rows that have a number there.
Eigen::VectorXd mean_of_numbers(const Eigen::MatrixXd& values) {
  const auto missing = values.array().isNaN();
  const Eigen::ArrayXd numbers =
      (!missing).cast<double>().colwise().sum().transpose();  // 0 / 0: none of them has one
  return missing.select(0.0, values.array()).colwise().sum().transpose() / numbers;
}

/// Where trials end that others outlast; behind its end a trial has not-a-number.
std::vector<FewerTrials> fewer_trials(const Eigen::MatrixXd& outputs, double start_ms,
                                      double step_ms) {
  std::vector<FewerTrials> fewer;
  auto before = static_cast<int>(outputs.rows());
  for (Eigen::Index k = 0; k < outputs.cols(); ++k) {
    const auto left = static_cast<int>((!outputs.col(k).array().isNaN()).count());
    if (left == 0) {
      break;
    }
    if (left < before) {
      fewer.push_back({start_ms + step_ms * static_cast<double>(k), left});
      before = left;
    }
  }
  return fewer;
}

void add_outputs(ReportData& data, const mapping::Comparison& comparison, const rate::Task& task) {
  const mapping::ComparisonTraces& traces = comparison.traces;
  data.stimulus.resize(data.conditions.size());
  for (std::size_t c = 0; c < data.conditions.size(); ++c) {
    std::vector<std::size_t> trials;
    for (std::size_t k = 0; k < traces.conditions.size(); ++k) {
      if (traces.conditions[k] == static_cast<int>(c)) {
        trials.push_back(k);
      }
    }
    if (trials.empty()) {
      continue;
    }
    data.stimulus[c] = stimulus_of(task, trial_of(comparison, task, trials.front()));
    const auto band = [&](const Eigen::MatrixXd& outputs) {
      return output_band(data.conditions[c], rows_of(outputs, trials), traces.step_ms,
                         traces.step_ms);
    };
    const auto samples = traces.rate_output.cols() / traces.outputs;
    for (int output = 0; output < traces.outputs; ++output) {
      const auto first = output * samples;
      data.outputs.push_back(
          {static_cast<int>(c), static_cast<int>(trials.size()),
           band(traces.rate_output.middleCols(first, samples)),
           band(traces.spiking_output.middleCols(first, samples)),
           mean_of_numbers(rows_of(data.trials.target, trials).middleCols(first, samples)), output,
           fewer_trials(rows_of(traces.rate_output, trials).middleCols(first, samples),
                        traces.step_ms, traces.step_ms)});
    }
  }
}

/// Of a trial from a file its place there, counted from 1, and the file; of others the number that
/// `simulate --trial` takes.
std::string trial_name(const mapping::Comparison& comparison, std::size_t k) {
  const std::vector<int>& index = comparison.traces.index;
  const std::optional<rate::TrialSplit>& split = comparison.split;
  if (!split || split->file.empty() || k >= index.size() || index[k] < 0) {
    return fmt::format("trial {}", comparison.options.simulation.trial + k);
  }
  const bool of_test =
      !split->test_file.empty() && split->evaluated == rate::EvaluatedTrials::held_out;
  const std::filesystem::path file = of_test ? split->test_file : split->file;
  return fmt::format("trial {} of {}", index[k] + 1, file.filename().string());
}

void add_trials(ReportData& data, const mapping::Comparison& comparison, const rate::Task& task) {
  const mapping::ComparisonTraces& traces = comparison.traces;
  ReportTrials& trials = data.trials;
  trials.start_ms = traces.step_ms;
  trials.step_ms = traces.step_ms;
  trials.condition = traces.conditions;
  trials.rate_correct = traces.rate_correct;
  trials.spiking_correct = traces.spiking_correct;
  trials.outputs = traces.outputs;
  trials.rate = traces.rate_output;
  trials.spiking = traces.spiking_output;
  trials.target = targets_of(comparison, task);
  for (std::size_t k = 0; k < traces.conditions.size(); ++k) {
    trials.name.push_back(trial_name(comparison, k));
  }
  for (const mapping::TrialSpikes& spikes : traces.spikes) {
    data.rasters.push_back(
        {spikes.trial, {spikes.unit.begin(), spikes.unit.end()}, spikes.time_ms});
  }
}

void add_unit_activity(ReportData& data, const mapping::Comparison& comparison) {
  const mapping::ComparisonTraces& traces = comparison.traces;
  data.unit_type = comparison.units.type;
  data.tau_ms = comparison.units.tau_ms;
  data.mean_rate = comparison.units.rate_activity;
  data.mean_hz = comparison.units.spiking_hz;
  data.average_start_ms = traces.step_ms;
  data.average_step_ms = traces.step_ms;
  for (std::size_t c = 0; c < traces.rate_average.size(); ++c) {
    if (traces.rate_average[c].size() > 0) {
      data.unit_rates.push_back(
          {static_cast<int>(c), traces.rate_average[c], traces.spiking_average[c]});
    }
  }
}

std::vector<double> list_of(const Eigen::VectorXd& values) {
  return {values.begin(), values.end()};
}

/// Columns before those that no trial of the condition is long enough for.
Eigen::Index samples_reached(const Eigen::MatrixXd& values) {
  return (!values.row(0).array().isNaN()).count();
}

/// The sign of a component is arbitrary: those of the spiking network follow the rate network.
void align_signs(std::vector<ReportTrajectory>& trajectories) {
  for (const Eigen::Index component : {0, 1, 2}) {
    double agreement = 0.0;
    for (const ReportTrajectory& path : trajectories) {
      agreement += path.rate.row(component).dot(path.spiking.row(component));
    }
    for (ReportTrajectory& path : trajectories) {
      path.spiking.row(component) *= agreement < 0.0 ? -1.0 : 1.0;
    }
  }
}

void add_state_space(ReportData& data, const mapping::Comparison& comparison) {
  const mapping::ComparisonTraces& traces = comparison.traces;
  ReportStateSpace& space = data.state_space;
  space.rate_variance = list_of(comparison.subspaces.rate_explained);
  space.spiking_variance = list_of(comparison.subspaces.spiking_explained);
  space.angles_deg = list_of(comparison.subspaces.angles_deg);
  space.step_ms = traces.step_ms;
  for (std::size_t c = 0; c < traces.rate_trajectory.size(); ++c) {
    const Eigen::MatrixXd& rate = traces.rate_trajectory[c];
    if (rate.rows() >= 3 && samples_reached(rate) > 0) {
      // The trajectories are the last samples of a trial.
      const auto skipped = traces.rate_output.cols() / traces.outputs - rate.cols();
      space.start_ms = static_cast<double>(skipped + 1) * traces.step_ms;
      const Eigen::Index reached = samples_reached(rate);
      space.trajectories.push_back({static_cast<int>(c), rate.topLeftCorner(3, reached),
                                    traces.spiking_trajectory[c].topLeftCorner(3, reached)});
    }
  }
  align_signs(space.trajectories);
}

/// Trials per value of the search; 0: not known. Files of the published program, which this one
/// has not searched, do not say: it takes 100.
int search_trials(const io::ModelProvenance& provenance) {
  return provenance.search_trials == 0 && provenance.map_command.empty() ? kPublishedSearchTrials
                                                                         : provenance.search_trials;
}

void add_scaling(ReportData& data, const io::ModelProvenance& provenance) {
  if (provenance.scaling_factors.size() != provenance.accuracies.size()) {
    return;
  }
  const int trials = search_trials(provenance);
  bool whole = trials > 0;  // does the number of trials agree with the accuracies?
  for (std::size_t i = 0; i < provenance.accuracies.size(); ++i) {
    const double successes = provenance.accuracies[i] * trials;
    whole = whole && std::abs(successes - std::round(successes)) < 1e-4;
    const Proportion p = wilson_interval(to_integer<int>(std::round(successes)), trials);
    data.scaling.push_back(
        {provenance.scaling_factors[i], provenance.accuracies[i], p.low, p.high});
  }
  const std::size_t count = data.scaling.size();
  for (std::size_t i = 0; i < count && provenance.search_copies.size() == count &&
                          provenance.search_predicted.size() == count;
       ++i) {
    data.scaling[i].copies = std::max(1, to_integer<int>(provenance.search_copies[i]));
    if (!std::isnan(provenance.search_predicted[i])) {
      data.scaling[i].predicted = provenance.search_predicted[i];
    }
  }
  if (!whole) {
    for (ScalingMark& mark : data.scaling) {
      mark.low = mark.high = mark.accuracy;
    }
    data.notes.emplace_back(
        "Scaling factor: the model's file does not say how many trials were run for each value, so "
        "there are no intervals.");
  }
}

/// Of the network and the operating point that were compared.
void add_rate_curve(ReportData& data, const mapping::Comparison& comparison, const rate::Task& task,
                    const rate::RateNetwork& network) {
  const mapping::TransferOptions& transfer = comparison.options.transfer;
  // Others have no rate curve in closed form, or one with a step.
  if (transfer.neuron.model != spiking::NeuronModel::lif || !comparison.intervention.empty() ||
      comparison.options.simulation.noise_intensity == 0.0) {
    return;
  }
  mapping::TransferOptions used = transfer;
  used.noise_intensity = spiking::effective_noise_intensity(comparison.options.simulation);
  const std::string function = mapping::as_non_negative(network).transfer;
  data.rate_curve = {rate_curves(used, data.scaling_factor, function,
                                 visits_of_task(network, task, comparison.options.simulation.seed)),
                     operating_point_text(used, data.scaling_factor),
                     transfer_text(network.transfer)};
}

void add_model(ReportData& data, const io::ModelFile& file) {
  data.weights = file.network.w;
  data.spectrum = analysis::eigenvalue_spectrum(data.weights);
  if (file.network.w_initial.size() > 0) {
    data.initial_spectrum = analysis::eigenvalue_spectrum(file.network.w_initial);
  }
  data.training.losses = file.provenance.losses;
  for (const auto& evaluation : file.provenance.evaluations.rowwise()) {
    data.training.evaluations.push_back(
        {to_integer<int>(evaluation[0]), evaluation[1], evaluation[2]});
  }
  add_scaling(data, file.provenance);
}

}  // namespace

std::string output_name(const ReportData& data, int output) {
  if (!data.output_names.empty()) {
    return data.output_names[static_cast<std::size_t>(output)];
  }
  return data.trials.outputs > 1 ? fmt::format("output {}", output + 1) : "";
}

ReportData report_data(const mapping::Comparison& comparison, const rate::Task& task,
                       const io::ModelFile* model, const ReportOrigin& origin) {
  check_source(comparison, task, model, origin.name);
  ReportData data;
  // Trials of a file are known by it.
  const std::string name = comparison.split
                               ? std::filesystem::path(comparison.split->file).filename().string()
                               : comparison.task;
  const std::string& title = task.definition().help;
  const bool titled = task.split() && title != rate::kUntitledTrials;
  data.title = fmt::format("{}, {}", titled ? fmt::format("{} ({})", title, name) : name,
                           counted(comparison.units.type.size(), "unit"));
  data.subtitle = fmt::format(
      "{}: a rate network (noise {:g}) and its LIF network on the same {}, scaling factor s = "
      "{:.4g}{}",
      origin.name, comparison.options.rate_noise.value_or(0.0),
      counted(comparison.options.trials, "trial"), comparison.options.scaling_factor,
      comparison.intervention.empty() ? "" : ", both with " + comparison.intervention);
  data.command_line = origin.command_line;
  data.version = origin.version;
  data.summary = report_summary(comparison);
  data.tables = report_tables(comparison);
  data.facts = report_facts(comparison, model);
  data.duration_ms = comparison.duration_ms;
  data.conditions = task.conditions();
  data.scaling_factor = comparison.options.scaling_factor;
  data.signed_rates = comparison.signed_rates;
  data.copies = comparison.options.transfer.copies;
  data.output_names = task.definition().output_names;
  data.analysis_start_ms = comparison.options.analysis_start_ms;
  add_trials(data, comparison, task);
  add_outputs(data, comparison, task);
  add_unit_activity(data, comparison);
  add_state_space(data, comparison);
  if (!comparison.intervention.empty()) {
    data.notes.push_back("Not the network of the file: " + comparison.intervention + ".");
  }
  if (model != nullptr) {
    add_model(data, *model);
    add_rate_curve(data, comparison, task, model->network);
  } else {
    data.notes.emplace_back(
        "Made from a comparison file: weights, training and scaling search are in the model's file "
        "and not on this page.");
  }
  return data;
}

}  // namespace rheobase::report
