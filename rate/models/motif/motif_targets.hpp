#pragma once

#include <span>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "core/field_table_fwd.hpp"
#include "core/random.hpp"

namespace rheobase::rate {

/// What the readout of a network is to do: sample n belongs to the state at n steps of a motif.
struct MotifTarget {
  std::string name;
  Eigen::VectorXd samples;
};

/// @throws InputError for a name that a list of names separated by commas cannot hold
void require_name(const MotifTarget& target, const std::string& where);

enum class MotifKind { step, oscillatory };

std::string_view to_string(MotifKind kind);
/// @throws InputError that lists the known names
MotifKind motif_kind_from(std::string_view name);

/// Recipes of targets (equations at the head of motif_targets.cpp).
struct MotifTargetOptions {
  MotifKind kind = MotifKind::step;
  int count = 10;
  Seed seed = 1;
  double step_tau = 0.1;  ///< sampling step, in time constants
  double gamma = 4.242640687119285;
  int shortest_interval = 50, longest_interval = 500;  ///< steps
  int samples = 1000;                                  ///< intervals of a step motif stay below
  int silence = 50;                                    ///< zeros at the end of a step motif
  int period = 942;                                    ///< samples of an oscillatory motif
  int harmonics = 4;
  int units = 200;     ///< of the chaotic network behind oscillatory motifs
  double gain = 1.5;   ///< of the same
  double scale = 1.3;  ///< of oscillatory motifs: brings them to the published size
};

const FieldTable<MotifTargetOptions>& motif_target_fields();

/// Seeded targets, named step1 ... or oscillation1 ...; target k does not depend on how many there
/// are. @throws InputError for options out of range
std::vector<MotifTarget> make_motif_targets(const MotifTargetOptions& options);

/// A step motif and what it was made of.
struct StepMotif {
  std::vector<int> intervals;  ///< steps
  Eigen::VectorXd z;           ///< the noise whose means the motif takes
  Eigen::VectorXd samples;
};

/// From given random numbers: `normals` of 200 warm-up steps and `options.samples` more, `uniforms`
/// until the intervals are full. @throws InputError where either are too few
StepMotif step_motif(const MotifTargetOptions& options, std::span<const double> normals,
                     std::span<const double> uniforms);

/// The harmonics 1 ... `harmonics` of a signal's own length, moved so that its first sample is 0.
Eigen::VectorXd few_harmonics(const Eigen::VectorXd& signal, int harmonics);

}  // namespace rheobase::rate
