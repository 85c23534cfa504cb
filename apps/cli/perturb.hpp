#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/cli/intervention.hpp"
#include "apps/cli/json_output.hpp"
#include "apps/cli/spiking_options.hpp"
#include "apps/cli/task_options.hpp"
#include "apps/report/chart.hpp"
#include "core/statistics.hpp"

namespace rheobase::cli {

/// What `perturb` was asked for.
struct PerturbRequest {
  std::filesystem::path model, plot;
  TaskChoice task;
  SpikingChoice spiking;
  InterventionChoice intervention;
  std::string fractions, strengths, times, vary, values;
  double duration_ms = 100.0;
  bool duration_given = false;
  double scaling = 0.0;
  int repeats = 1, trials = 100, threads = 0;
  Seed seed = 1;
  bool json = false;
};

/// What is varied: its values and what it is called.
struct Sweep {
  std::string option, label;
  std::vector<double> values;
  std::string field = {};  ///< of --vary: name of the spiking network's field
};

/// Accuracy under one intervention.
struct Perturbed {
  Proportion rate;
  std::optional<Proportion> spiking;
  std::string engine = {};  ///< of the spiking network, in words
  Intervened intervened = {};
};

struct PerturbedPoint {
  double value = 0.0;
  std::vector<Perturbed> repeats;
};

/// A row a value: both networks' accuracies, what lies around them and how much a fraction is.
std::string perturb_table(const Sweep& sweep, const std::vector<PerturbedPoint>& points);

report::Chart perturb_chart(const Sweep& sweep, const std::vector<PerturbedPoint>& points);

/// A list of values, each with its repeats.
Json points_json(const std::vector<PerturbedPoint>& points);

}  // namespace rheobase::cli
