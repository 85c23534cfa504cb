#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <Eigen/Core>

#include "core/field_table_fwd.hpp"
#include "core/random.hpp"
#include "rate/dynamics/rate_network.hpp"
#include "rate/models/motif/motif_targets.hpp"

namespace rheobase::rate {

enum class MotifArchitecture {
  control,
  additive,
  multiplicative,
  two_input,
  additive_preparation,
  multiplicative_preparation,
};

/// What distinguishes an architecture, and its published defaults.
struct MotifArchitectureDefinition {
  MotifArchitecture architecture;
  std::string_view name;  ///< "additive-preparation"
  std::string_view help;  ///< one line
  int units;              ///< published N
  bool shared;            ///< J and w are trained, by all motifs
  bool second_input;      ///< another input after the first 5 tau
  bool loop;              ///< a loop of rank one per motif
  bool preparation;       ///< the preparatory module is on in the first 5 tau
};

const std::vector<MotifArchitectureDefinition>& motif_architectures();
const MotifArchitectureDefinition& definition_of(MotifArchitecture architecture);

/// Options of a network of motifs; the defaults are the paper's (Logiaco & Escola 2021).
struct MotifOptions {
  MotifArchitecture architecture = MotifArchitecture::additive_preparation;
  int units = 0;                   ///< N; 0: as published for the architecture
  double gain = 1.4;               ///< g of J; for the control network not published
  double loop_gain = 1.5;          ///< g_ptb: expected norm of a motif's u and v at the start
  int preparation_rank = 50;       ///< P
  double preparation_gain = 0.05;  ///< gain of U V^T before training
  double preparation_tau = 5.0;    ///< its duration, and of a first input, in time constants
  double step_tau = 0.1;           ///< in time constants
  double tau_ms = 10.0;            ///< the paper's unit of time; not stated there
  double noise = 0.001;            ///< added to x in every step
  double initial_std = 1.0;        ///< of x at the start of a motif
  Seed seed = 1;

  int network_units() const { return units > 0 ? units : definition_of(architecture).units; }
  /// Steps of the preparation, 50 as published.
  Eigen::Index preparation_steps() const;
};

const FieldTable<MotifOptions>& motif_fields();

/// One motif and all that is trained for it alone.
struct Motif {
  MotifTarget target;
  Eigen::VectorXd b;     ///< N, input
  Eigen::VectorXd b2;    ///< N, input after the first 5 tau; empty but for two-input networks
  Eigen::VectorXd u, v;  ///< N, loop; empty where the architecture has none

  const std::string& name() const { return target.name; }
  Eigen::Index length() const { return target.samples.size(); }
};

/// A network and its motifs. Parameters of motifs are disjoint (but for the control network): a
/// library grows without a change to what is in it.
struct MotifLibrary {
  MotifOptions options;
  Eigen::MatrixXd j;                             ///< N x N, before the gain
  Eigen::VectorXd w;                             ///< N, readout
  Eigen::MatrixXd preparation_u, preparation_v;  ///< N x P; empty where there is no preparation
  std::vector<Motif> motifs;

  Eigen::Index units() const { return j.rows(); }
  const MotifArchitectureDefinition& definition() const {
    return definition_of(options.architecture);
  }
  /// @throws InputError that names `where` and lists the motifs
  std::size_t index_of(std::string_view name, std::string_view where) const;
};

/// A network without motifs: J and w, and U and V before their training.
/// @throws InputError for options out of range
MotifLibrary make_motif_library(const MotifOptions& options);

/// Adds untrained motifs: b = 0, u and v normal. What motif k starts from depends on the seed and
/// k.
/// @param file  what the targets came from, for messages; "": nothing that has a name
/// @throws InputError for a target that is shorter than the preparation, not finite or known by
///         name, or whose name is empty or has a comma
void add_motifs(MotifLibrary& library, const std::vector<MotifTarget>& targets,
                const std::string& file = "");

/// Checks shapes, ranges and finiteness. `where` names the file or object at fault.
void validate(const MotifLibrary& library, const std::string& where);

/// A motif of a chain and how many steps of it are played.
struct ChainLink {
  std::size_t motif = 0;
  Eigen::Index steps = 0;  ///< 0: all
};

/// A chain as a rate network like any other, and its trial: an input for every b (and b2), 1 while
/// it is on, and a window for every loop. w_in: N x inputs.
struct MotifChain {
  RateNetwork network;
  Eigen::MatrixXd input;            ///< inputs x (steps + 1)
  Eigen::MatrixXd target;           ///< 1 x steps: of x_0 ... x_{steps-1}
  std::vector<Eigen::Index> start;  ///< of every link
};

/// The network of a chain alone, without input and target, whose size grows with links x steps.
/// @throws InputError for a link out of range
RateNetwork chain_network(const MotifLibrary& library, const std::vector<ChainLink>& links);

/// @throws InputError for a link out of range
MotifChain chain_of(const MotifLibrary& library, const std::vector<ChainLink>& links);

/// One motif alone, inputs for its own b (and b2) only: what training and evaluation run.
/// @param steps  states; input has as many columns
MotifChain single_motif(const MotifLibrary& library, std::size_t motif, Eigen::Index steps);

/// Root of the mean square of a motif's samples.
double rms(const MotifTarget& target);

/// x_0 of a trial: normal with the standard deviation `deviation`, a function of seed and trial.
Eigen::VectorXd random_start(Eigen::Index units, double deviation, Seed seed, std::uint32_t trial);

}  // namespace rheobase::rate
