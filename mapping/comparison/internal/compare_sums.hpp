#pragma once

#include <vector>

#include "mapping/comparison/internal/compare_trial.hpp"

namespace rheobase::mapping {

/// What the sums need to know of network and task.
struct ComparisonLayout {
  std::vector<std::string> conditions;
  std::vector<rate::UnitType> unit_type;  ///< N
  Eigen::VectorXd tau_ms;                 ///< N
  ComparisonGrid grid;
  double scaling_factor = 1.0;
  bool signed_rates = false;
  int outputs = 1;
  int trials = 0;
  int components = 3;
  int example_trials = 3;
};

/// Adds trial after trial in their order, so that the result does not depend on which thread ran
/// which; holds averages over trials, not the trials' activity.
class ComparisonSums {
 public:
  explicit ComparisonSums(ComparisonLayout layout);

  /// The next trial; as many as layout.trials.
  void add(PairedTrial&& trial);
  /// Everything but task, network and options.
  Comparison result() const;

 private:
  struct Condition {
    Eigen::MatrixXd rate;  ///< sum of activity, N x L of the longest trial so far
    Eigen::MatrixXd spiking;
    Eigen::VectorXd trials;           ///< L, that reach a sample
    std::vector<double> onset, peak;  ///< differences in ms
    std::vector<double> rate_chi, spiking_chi;
    double hz = 0.0;      ///< sum over trials of the mean over units, by their weights
    double weight = 0.0;  ///< sum over trials of their analysed part of the longest possible one
    int examples = 0;
  };

  /// Of readouts of both networks.
  struct OutputSums {
    analysis::CorrelationSums correlation;
    double squares = 0.0;  ///< of the differences
  };

  void add_activity(Condition& sums, const PairedTrial& trial);
  Eigen::MatrixXd average(const Condition& sums, const Eigen::MatrixXd& sum) const;
  Eigen::MatrixXd traced(const Condition& sums, const Eigen::MatrixXd& sum) const;
  Eigen::Index analysed(const Eigen::MatrixXd& activity) const;
  std::vector<std::size_t> trials_of(int condition) const;
  ConditionComparison compare_condition(const std::string& name,
                                        const std::vector<int>& members) const;
  void compare_outputs(ConditionComparison& result, const std::vector<std::size_t>& trials) const;
  void add_intervals(UnitComparison& result, Eigen::Index unit) const;
  Eigen::ArrayXd analysed(const Eigen::MatrixXd& outputs, Eigen::Index trial, int output) const;
  void add_output(OutputSums& sums, Eigen::Index trial, int output) const;
  static OutputComparison comparison_of(const OutputSums& sums);
  std::vector<OutputComparison> compare_each_output() const;
  void compare_activity(ConditionComparison& result, const std::vector<int>& members) const;
  UnitComparison compare_units() const;
  Eigen::MatrixXd side_by_side(bool spiking) const;
  void compare_subspaces(Comparison& result) const;

  ComparisonLayout layout_;
  std::vector<Condition> sums_;
  ComparisonTraces traces_;
  std::vector<analysis::CorrelationSums> correlation_;
  std::vector<analysis::IsiSums> intervals_;  ///< of LIF units, N of each copy
  std::vector<Eigen::Index> analysed_;        ///< samples of every trial
  Eigen::VectorXd activity_, hz_;             ///< N, sums over trials, by their weights
  double weight_ = 0.0;  ///< of all trials; their number where all are equally long
  std::string engine_, engine_reason_;
  double duration_ms_ = 0.0;
  Eigen::Index added_ = 0;
};

/// Summary of every type that occurs among the units. @param signed_rates  of the rate network
std::vector<TypeComparison> compare_types(const UnitComparison& units, double scaling_factor,
                                          bool signed_rates);

}  // namespace rheobase::mapping
