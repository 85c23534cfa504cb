#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "rate/rate_model.hpp"
#include "rate/train.hpp"

namespace rheobase {

/// What is in a model file beside the network (all of it optional).
struct ModelProvenance {
  std::vector<double> losses;     ///< per training trial
  int trials = 0;                 ///< [tr]
  double eval_accuracy = -1.0;    ///< [eval_perf_mean], < 0: not known
  double eval_loss = -1.0;        ///< [eval_loss_mean]
  Eigen::MatrixXd eval_outputs;   ///< [eval_os] trials x (T-1)
  Eigen::VectorXi eval_labels;    ///< [eval_labels] conditions
  std::vector<double> scaling_factors;  ///< of the search
  std::vector<double> accuracies;       ///< [all_perfs]
  std::string command;            ///< the command line that made it
  std::optional<Seed> seed;
};

struct ModelFile {
  RateModel model;
  ModelProvenance provenance;
};

enum class MatVersion { level5, level73 };

/// Reads a model of the reference or of this program: levels 5 (compressed or not) and 7.3, double
/// or single, exc/inh logical or numeric, N integer or double, taus of one or two numbers,
/// activation as text or missing (sigmoid). The network is validated.
/// @throws InputError that names the file, the field, what was found and what must hold
ModelFile read_model(const std::filesystem::path& path);

/// Writes every field of models.md section 5 to a temporary file, then renames it.
/// @param keep_from  unknown fields of this file are copied to the new one
void write_model(const std::filesystem::path& path, const ModelFile& file,
                 MatVersion version = MatVersion::level5,
                 const std::optional<std::filesystem::path>& keep_from = {});

}  // namespace rheobase
