#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "io/mat/rate_model_file.hpp"
#include "rate/tasks/task.hpp"

namespace rheobase::cli {

/// What is taken out of a network or driven in it, for eval, compare and simulate.
struct InterventionChoice {
  std::string lesion;       ///< units
  std::string connections;  ///< FROM-TO@FRACTION
  std::string drive;        ///< units
  double strength = 1.0;
  std::string window;  ///< START:END in ms; empty: the whole trial
  int seed = 1;        ///< of what a fraction chooses
  std::optional<Option> strength_option;
  std::optional<Option> seed_option;

  bool any() const { return !lesion.empty() || !connections.empty() || !drive.empty(); }
};

void add_intervention_options(Command command, InterventionChoice& choice);

/// Units of a network: numbers from 1 as "1,5,10:20", or exc, inh, som, all, each also as a random
/// fraction: "inh@0.25". Counted from 0. @throws InputError naming `option`
std::vector<Eigen::Index> chosen_units(const std::string& option, const std::string& text,
                                       const rate::RateNetwork& network, Seed seed);

/// What was changed.
struct Intervened {
  std::string text;  ///< "lesion of 20 units (inh@0.25); drive ..."; empty: nothing was asked for
  Eigen::Index units = 0, connections = 0;  ///< how many were taken out
};

/// A note where the window looks like seconds.
void note_drive_window(const InterventionChoice& choice, const Console& console);

/// Changes the network of `file`.
Intervened intervene(const InterventionChoice& choice, io::ModelFile& file);

/// The task with the drive as its last input, where there is one.
rate::Task with_drive(const InterventionChoice& choice, const rate::Task& task);
/// The same of an input matrix (inputs x columns).
Eigen::MatrixXd with_drive(const InterventionChoice& choice, Eigen::MatrixXd input, double step_ms);

}  // namespace rheobase::cli
