#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "apps/report/picture.hpp"
#include "apps/report/rate_curves.hpp"
#include "core/analysis/spectrum.hpp"

namespace rheobase::report {

/// A number of the summary at the top of the page.
struct ReportStatistic {
  std::string name;    ///< "Accuracy, LIF network"
  std::string value;   ///< "98 %"
  std::string detail;  ///< "93 to 99 %, 100 trials"
};

/// A row of the page's last table: an option, a seed, a field of the model.
struct ReportFact {
  std::string group;  ///< "Simulation"
  std::string name;   ///< "noise intensity"
  std::string value;  ///< "0.2 mV²/ms"
};

/// A table of the page; the first column names the rows.
struct ReportTable {
  std::string title;
  std::string note;  ///< what the numbers are, below the table
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::size_t words = 1;  ///< columns at the left that are texts, not numbers
};

/// A figure that is drawn already.
struct ReportDrawing {
  std::string title;
  std::string caption;
  std::string svg;  ///< empty: it could not be drawn
};

/// Drawings and tables of something beside the two networks, such as a study.
struct ReportSection {
  std::string id;     ///< "study-figures"
  std::string title;  ///< "Figures of the study"
  std::vector<std::string> notes = {};
  std::vector<ReportDrawing> drawings = {};
  std::vector<ReportTable> tables = {};
  std::string commands_title = {};
  std::string commands = {};  ///< a line each
};

/// From a time on a mean is that of fewer trials.
struct FewerTrials {
  double from_ms = 0.0;
  int trials = 0;
};

/// Outputs of both networks over the trials of one condition, on the same time grid.
struct ReportOutputs {
  int condition = 0;
  int trials = 0;
  OutputBand rate;
  OutputBand spiking;
  Eigen::VectorXd target;  ///< mean over the trials, one value per sample of the bands
  int output = 0;          ///< which readout
  /// Samples at which fewer trials are left, as the others are shorter.
  std::vector<FewerTrials> fewer = {};
};

/// Outputs of single trials; the same trials were given to both networks.
struct ReportTrials {
  double start_ms = 0.0;  ///< time of the first column
  double step_ms = 0.0;
  std::vector<std::string> name;  ///< "trial 3" of the random stream, "trial 17 of choice.mat"
  std::vector<int> condition;
  std::vector<bool> rate_correct;
  std::vector<bool> spiking_correct;
  int outputs = 1;
  Eigen::MatrixXd rate;     ///< trials x outputs samples: all of the first readout, then the next
  Eigen::MatrixXd spiking;  ///< the same
  Eigen::MatrixXd target;   ///< the same; not-a-number where nothing is asked
};

/// All spikes of one of the trials.
struct ReportRaster {
  int trial = 0;                ///< index into ReportTrials
  std::vector<int> unit;        ///< 0-based
  std::vector<double> time_ms;  ///< one per entry of `unit`
};

/// Activity of every unit in both networks, averaged over the trials of one condition.
struct ReportUnitRates {
  int condition = 0;
  Eigen::MatrixXd rate;     ///< N x samples, r of the rate network
  Eigen::MatrixXd spiking;  ///< N x samples, lambda times the filtered spike trains
};

/// Trajectory of one condition in three principal components.
struct ReportTrajectory {
  int condition = 0;
  Eigen::MatrixXd rate;     ///< 3 x samples
  Eigen::MatrixXd spiking;  ///< 3 x samples, from lambda-scaled rates
};

/// Principal components of the condition averages.
struct ReportStateSpace {
  double start_ms = 0.0;  ///< time of the first sample
  double step_ms = 0.0;
  std::vector<double> rate_variance;     ///< fraction of each component, from the first on
  std::vector<double> spiking_variance;  ///< the same for the spiking network
  std::vector<double> angles_deg;        ///< principal angles between the two subspaces
  std::vector<ReportTrajectory> trajectories;
};

/// An evaluation during training.
struct TrainingMark {
  int trial = 0;
  double loss = 0.0;
  double accuracy = 0.0;  ///< 0 to 1
};

struct ReportTraining {
  std::vector<double> losses;  ///< per trial
  std::vector<TrainingMark> evaluations;
  double stop_loss = 0.0;      ///< 0: not known
  double stop_accuracy = 0.0;  ///< 0: not known
};

/// Rate curve of the LIF units beside the transfer function.
struct ReportRateCurve {
  RateCurves curves;
  std::string title;              ///< the operating point
  std::string transfer_function;  ///< of the rate network, in words
};

struct ReportData;

/// Of a readout: its own name, or its number where there are several without names.
std::string output_name(const ReportData& data, int output);

/// Everything the page and the figures show. Figures without data are left out.
struct ReportData {
  std::string title;         ///< "go-nogo, 200 units"
  std::string subtitle;      ///< "model.mat, scaling factor 50"
  std::string command_line;  ///< that makes this page again
  std::string version;       ///< of the program
  std::vector<ReportStatistic> summary;
  std::vector<ReportTable> tables;
  std::vector<ReportSection> sections;  ///< behind figures and tables of the networks
  std::vector<ReportFact> facts;
  std::vector<std::string> notes;  ///< what the reader must know: thinned, missing, assumed

  double duration_ms = 0.0;
  std::vector<std::string> conditions;
  std::vector<std::vector<TimeWindow>> stimulus;  ///< of each condition
  std::vector<rate::UnitType> unit_type;          ///< N
  double scaling_factor = 0.0;                    ///< s = 1/lambda; r equals Hz / s
  bool signed_rates = false;                      ///< r goes below 0 and equals 2 Hz / s - 1
  int copies = 1;  ///< LIF units of a rate unit: spikes are those of all of them
  std::vector<std::string> output_names;  ///< one for each readout, or empty

  std::vector<ReportOutputs> outputs;
  ReportTrials trials;
  std::vector<ReportRaster> rasters;
  double average_start_ms = 0.0;  ///< time of the first column of `unit_rates`
  double average_step_ms = 0.0;
  std::vector<ReportUnitRates> unit_rates;
  double analysis_start_ms = 0.0;  ///< of means over time and of the state space
  Eigen::VectorXd mean_rate;       ///< N, r of the rate network over all trials, or empty
  Eigen::VectorXd mean_hz;         ///< N, firing rates over all trials, or empty
  ReportStateSpace state_space;

  std::vector<ScalingMark> scaling;  ///< in increasing order of s M
  std::optional<ReportRateCurve> rate_curve;
  ReportTraining training;
  Eigen::MatrixXd weights;  ///< N x N, row = postsynaptic; with sign and mask
  std::optional<analysis::Spectrum> initial_spectrum;
  std::optional<analysis::Spectrum> spectrum;
  Eigen::VectorXd tau_ms;  ///< N, synaptic decay, or empty
};

}  // namespace rheobase::report
