#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/run_control.hpp"
#include "mapping/conversion/conversion_search.hpp"
#include "mapping/conversion/internal/search_trials.hpp"
#include "mapping/conversion/non_negative.hpp"
#include "mapping/conversion/operating_point.hpp"
#include "rate/tasks/task.hpp"

namespace rheobase::mapping {

/// s and M of a rung of the ladder.
struct Rung {
  double scaling_factor;
  int copies;
  double budget() const { return scaling_factor * copies; }
};

/// More trials right; as many: outputs nearer to the rate network's.
bool follows_better(const ScalingPoint& a, const ScalingPoint& b);

/// One run of `convert`: steps and result. The steps are in conversion_search.cpp (published
/// mapping, confirmation, choice), spike_budget.cpp (what is tried), fitted_search.cpp and
/// delay_search.cpp.
class Converter {
 public:
  Converter(const rate::RateNetwork& model, const rate::Task& task,
            const ConversionOptions& options, const RunControl& control)
      : model_(model),
        non_negative_(as_non_negative(model)),
        task_(task),
        options_(options),
        control_(control) {}

  Conversion run();

 private:
  void search_published();
  void search_fitted();
  void try_rung(const Rung& rung, const OperatingPointFitter& fitter);
  OperatingPointFitter fitter_of(FitScope scope) const;
  OperatingPointFitter::Fit fit_of(const Rung& rung, const OperatingPointFitter& fitter);
  std::vector<bool> input_filters() const;
  void conclude(ConversionCandidate candidate);
  bool may_take_delays_off() const;
  void search_delays(const OperatingPointFitter& fitter);
  void try_delays(const Rung& rung, const OperatingPointFitter& fitter, const SearchTrials& few);
  void follow_in_time(double scaling_factor, TransferOptions& transfer,
                      const SearchTrials& few) const;
  ScalingPoint measure(const SearchTrials& trials, double scaling_factor,
                       const TransferOptions& transfer, const RunControl& control) const;
  bool confirm(ConversionCandidate& candidate);
  void choose();
  void explain();

  std::vector<Rung> rungs();
  bool runs_on_bridge() const { return runs_on_bridge(options_.search.transfer); }
  bool runs_on_bridge(const TransferOptions& transfer) const;
  std::optional<Proportion> predict(double budget) const;
  std::optional<int> least_rung() const;
  double highest_scaling() const;
  spiking::SimulationOptions simulation_of(const TransferOptions& transfer) const;
  bool is_over_rate(const ScalingPoint& point) const;
  RunControl part(double from, double to, const std::string& text) const;

  const rate::RateNetwork& model_;
  rate::RateNetwork non_negative_;
  const rate::Task& task_;
  const ConversionOptions& options_;
  const RunControl& control_;
  std::optional<SearchTrials> trials_;
  Eigen::MatrixXd states_;                           ///< x of every unit on the task
  std::optional<OperatingPointFitter> unit_fitter_;  ///< made where it is asked for
  Conversion result_;
  double done_ = 0.0;  ///< share of the work, for the progress
};

}  // namespace rheobase::mapping
