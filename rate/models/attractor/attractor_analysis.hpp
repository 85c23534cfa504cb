// Projection of trials on the coding direction and what it shows. With r_R, r_L the mean smoothed
// rates of correct right and left trials without photoinhibition, hemisphere 1,
//
//   CD             w = mean over the last 401 ms of the delay of (r_R - r_L); not of unit length
//   projection     p(t) = (w . r(t) - m_L) / (m_R - m_L); m: median of the sides' endpoints
//   endpoint       mean of p over the last 401 ms of the delay
//   switched       an error trial with p on the cued side (of 1/2) 50 ms before the delay
//   fluctuation    SD of p across correct trials over that at the end of the sample
//   change         mean over sides of |<p> - <p without photoinhibition>|
//   phase line     speed of <p> in bins of p, from 1250 to 50 ms before the end of the delay
//
//   symbol  name                  unit  default
//           moving average        ms    99      100 of the program, whose even spans act as one
//           less endpoint              ms    401 bins of the endpoint  1     -1.45 : 0.1 : 2.55
//           bins of the phase line  1   0.2
//
// Reference: Inagaki, Fontolan, Romani & Svoboda, Nature 566:212 (2019).
#pragma once

#include <array>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "core/analysis/coding_direction.hpp"
#include "core/statistics.hpp"
#include "rate/models/attractor/attractor_trials.hpp"

namespace rheobase::rate {

/// Coding direction of hemisphere 1 from the correct trials without photoinhibition: the smoothed
/// difference of the sides over the last 401 ms of the delay, not of unit length; zero and one are
/// the medians of the left and right endpoints (Inagaki et al. 2019).
/// @throws InputError where a side has no correct trial
analysis::CodingDirection attractor_coding_direction(const AttractorTrials& unperturbed);

/// Trials of one side with one outcome.
struct AttractorOutcome {
  /// Projection over time; its samples are those of the trials.
  analysis::AcrossTrials projection;
  std::vector<double> endpoint;      ///< mean projection over the last 401 ms of the delay
  std::vector<double> at_delay_end;  ///< projection at the end of the delay
};

/// What one level of photoinhibition does; index 0 right (side 0), 1 left.
struct AttractorSummary {
  double sample_every_ms = 0.0;
  std::array<Proportion, 2> correct;
  std::array<AttractorOutcome, 2> correct_trials;
  std::array<AttractorOutcome, 2> error_trials;
  /// Error trials that stood on the cued side 50 ms before the delay: they changed their attractor.
  std::array<int, 2> switched{};

  /// Share of the outcome's trials whose projection at the end of the delay lies in each bin of
  /// -1.45, -1.35, ... 2.55, by the number of the side's trials.
  std::vector<double> endpoint_histogram(int side, bool errors) const;
};

/// Edges of those histograms.
std::vector<double> endpoint_histogram_edges();

/// @throws InputError for trials without kept rates
AttractorSummary summarise(const AttractorTrials& trials, const AttractorProtocol& protocol,
                           const analysis::CodingDirection& direction);

/// Standard deviation of the projection across correct trials divided by that at the end of the
/// sample epoch: one value a sample.
Eigen::VectorXd relative_fluctuation(const AttractorSummary& summary,
                                     const AttractorProtocol& protocol, int side);

/// Mean over the sides of |change of the mean projection| of correct trials against the unperturbed
/// ones, at a time (published: 1250 and 50 ms before the end of the delay).
double projection_change(const AttractorSummary& perturbed, const AttractorSummary& unperturbed,
                         double time_ms);

/// Speed of the mean projections (correct and error trials, both sides, all levels) as a function
/// of the projection between 1250 and 50 ms before the end of the delay, per 10 ms.
analysis::PhaseLine attractor_phase_line(std::span<const AttractorSummary> levels,
                                         const AttractorProtocol& protocol);

}  // namespace rheobase::rate
