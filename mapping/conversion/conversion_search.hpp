#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/field_table_fwd.hpp"
#include "mapping/conversion/operating_point.hpp"
#include "mapping/conversion/scaling_search.hpp"

namespace rheobase::mapping {

enum class MappingChoice {
  published,  ///< the scaling factor alone is searched, at the published operating point
  fitted,     ///< the operating point is fitted at every scaling factor
  automatic,  ///< published first; fitted, then copies, where that does not reach the target
};

/// Fresh trials that a confirmation takes at most.
inline constexpr int kMostConfirmationTrials = 1000;

struct ConversionOptions {
  MappingChoice mapping = MappingChoice::automatic;
  double target = 0.95;       ///< for the lower 95 % bound of the accuracy on fresh trials
  double max_rate_hz = 50.0;  ///< mean rate of a LIF unit
  int max_copies = 16;
  FitScope fit = FitScope::global;
  /// Trials, simulation, transfer. Without scaling factors of its own the fitted search takes those
  /// that the spike budget asks for.
  ScalingSearchOptions search;
  bool noise_given = false;   ///< the noise is simulation's: it is not fitted
  bool copies_given = false;  ///< the copies are transfer's, no others are tried
  bool neuron_given = false;  ///< refractory period, reset or threshold: they are not fitted
  /// transfer says; else the better on the search's trials, where a trial begins with a state of
  /// its own or loops come and go, and without a filter elsewhere
  bool filter_input_given = false;
  bool readout_bias_given = false;  ///< transfer says; else fitted mappings use b_out
};

/// mapping, target, limits and scope.
const FieldTable<ConversionOptions>& conversion_fields();

/// @throws InputError for options out of range, and for those that the mapping has no use for
void check_conversion(const ConversionOptions& options);

/// One spiking network that was tried.
struct ConversionCandidate {
  TransferOptions transfer;
  std::optional<double> fit_error;      ///< rms of F / s - phi; none for the published mapping
  std::optional<Proportion> predicted;  ///< rate network with the noise of s M spikes
  ScalingPoint measured;                ///< scaling factor and performance on the search's trials
  std::optional<Proportion> confirmed;  ///< on fresh trials, where it looked good enough
  bool over_rate = false;               ///< fires more than max_rate_hz in the mean

  double bias_mv() const { return transfer.neuron.bias_mv - transfer.neuron.threshold_mv; }
};

/// What keeps a network from the target.
enum class FailingPart {
  none,
  task,    ///< the rate network itself
  budget,  ///< too few spikes within the limits
  fit,     ///< spiking units do not do what rate units with as much noise do
  rate,    ///< what reaches it fires more than the limit
};

struct Conversion {
  std::optional<ScalingSearchResult> published;  ///< the search, unless the mapping is fitted alone
  std::vector<ConversionCandidate> candidates;   ///< the best published one first
  std::size_t chosen = 0;                        ///< index into candidates
  bool reached = false;                          ///< the target, on fresh trials
  FailingPart failing = FailingPart::none;
  Proportion rate_accuracy;      ///< of the rate network, on the search's trials
  std::optional<double> budget;  ///< smallest s M (Hz) that the rate network is predicted to bear
  bool took_delays_off = false;  ///< whether the last step was tried
  std::optional<VisitedStates> visited;  ///< x, where a fit was made
  std::string note;                      ///< why no fit was tried; empty: it was, or needed not
  spiking::EngineChoice engine;          ///< that ran the chosen network
  double seconds = 0.0;
};

/// Finds a spiking network for a rate network.
///
/// automatic tries the published mapping, then the fitted one with rising s M, first at one copy
/// and then at 2, 4, ...; the first that reaches the target on trials that chose nothing wins. It
/// is the one with the fewest spikes, as spikes go with s M. Where none does, the most accurate one
/// is chosen and `failing` says why.
/// @throws InputError for options out of range and networks that cannot be mapped, Cancelled
Conversion convert(const rate::RateNetwork& model, const rate::Task& task,
                   const ConversionOptions& options, const RunControl& control = {});

/// Whether the target was reached on fresh trials; nothing where none were run (the published
/// mapping alone).
std::optional<bool> target_reached(const Conversion& conversion);

/// The points behind the network that was chosen: of the published search or of the fitted ones.
std::vector<ScalingPoint> chosen_points(const Conversion& conversion);

}  // namespace rheobase::mapping
