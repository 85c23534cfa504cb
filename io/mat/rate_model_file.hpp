#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/mat/mat_file.hpp"
#include "mapping/conversion/transfer.hpp"
#include "rate/learning/train.hpp"
#include "rate/models/dale_model.hpp"
#include "rate/tasks/task.hpp"

namespace rheobase::io {

/// One trial of the trained network, kept in the file as an example.
struct ExampleTrial {
  Eigen::MatrixXd input;   ///< [u] inputs x T
  Eigen::MatrixXd target;  ///< [target] outputs x T
  Eigen::MatrixXd output;  ///< [o] outputs x (T-1)
  Eigen::MatrixXd x, r;    ///< [x, r] N x T, synaptic currents and rates (in the file T x N)
  Eigen::MatrixXd x0, r0;  ///< [x0, r0] the same before training
};

/// What is in a model file beside the network (all of it optional).
struct ModelProvenance {
  std::vector<double> losses;           ///< [losses] per training trial
  int trials = 0;                       ///< [tr] training trials done
  double eval_accuracy = -1.0;          ///< [eval_perf_mean], < 0: not known
  double eval_loss = -1.0;              ///< [eval_loss_mean], < 0: not known
  Eigen::MatrixXd eval_outputs;         ///< [eval_os] trials x (T-1)
  Eigen::VectorXi eval_labels;          ///< [eval_labels] conditions
  Eigen::MatrixXd evaluations;          ///< [evaluations] k x 3: trial, mean loss, accuracy
  ExampleTrial example;                 ///< each part may be empty
  std::vector<double> scaling_factors;  ///< [scaling_factors] of the search
  std::vector<double> accuracies;       ///< [all_perfs] one per scaling factor
  int search_trials = 0;                ///< [search_trials] per scaling factor; 0: not known
  std::vector<double> search_copies;    ///< [search_copies] of a fitted mapping, one each
  /// [search_predicted] accuracy of the rate network with the noise of as many spikes, one each;
  /// not-a-number where there is no prediction.
  std::vector<double> search_predicted;
  rate::TaskParameters task_parameters;   ///< [task_parameters], a structure in the file
  std::string command;                    ///< [command] the command line that made the network
  std::string map_command;                ///< [map_command] the command line of the search
  std::optional<Seed> seed;               ///< [seed] of the training
  std::optional<rate::TrialSplit> split;  ///< [trials_file] trials of the task `file`
  std::optional<bool> criteria_met;       ///< [criteria_met] of the training
  std::string unmet;         ///< [criteria_unmet] which of them were not, and by how much
  std::string trained_from;  ///< [trained_from] the network that training started from
  /// [training_options] of the training, a structure in the file
  std::optional<rate::TrainingOptions> training_options;
  std::string version;  ///< [rheobase_version]; set by write_model
};

/// A rate network with what is known of it.
struct ModelFile {
  rate::RateNetwork network;             ///< what runs
  std::optional<rate::DaleModel> dale;   ///< its trainable parameters, where the file holds them
  std::string task;                      ///< [task] that it was trained on, may be empty
  std::optional<double> scaling_factor;  ///< [opt_scaling_factor] s = 1/lambda found by `map`
  ModelProvenance provenance;
  std::optional<mapping::TransferOptions>
      transfer;                     ///< [spiking_network] that the scaling factor is of
  std::vector<std::string> doubts;  ///< what is hardly meant, and members that are not carried
};

/// A file with these parameters and the network that they stand for.
ModelFile model_file_of(rate::DaleModel model);

/// Reads a model of the reference or of this program, or any rate network (a file with tau_ms,
/// docs/formats.md): levels 5 (compressed or not) and 7.3, double
/// or single, exc/inh logical or numeric, N integer or double, taus of one or two numbers,
/// activation as text or missing (sigmoid). The network is validated; docs/formats.md says which
/// fields must be there. Fields of ModelProvenance that are not of the expected form are left out.
/// @throws InputError that names the file, the field, what was found and what must hold
ModelFile read_model(const std::filesystem::path& path);

/// The same from the bytes of a file; `where` names it in messages.
ModelFile parse_model(std::span<const std::byte> bytes, const std::string& where);
/// The same of a file in memory.
ModelFile parse_model(const MatFile& file);

/// Writes every field of docs/formats.md, complete or not at all. Under Dale's principle w and
/// w0 are saved rectified, as the reference does.
/// @param keep_from  fields of this file that are not written anew are copied to the new one
///                   unchanged; it may be `path` itself
/// @throws InputError where `path` cannot be written or a field of keep_from cannot be copied
void write_model(const std::filesystem::path& path, const ModelFile& file,
                 MatVersion version = MatVersion::level5,
                 const std::optional<std::filesystem::path>& keep_from = {},
                 const std::function<bool()>& stop = {});

/// Checks before a long computation that write_model will be able to write such a file: the place
/// and the fields to keep. @throws InputError as write_model
void require_writable_model(const std::filesystem::path& path,
                            MatVersion version = MatVersion::level5,
                            const std::optional<std::filesystem::path>& keep_from = {});

}  // namespace rheobase::io
