#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "io/mat/mat_file.hpp"
#include "rate/learning/motif/motif_training.hpp"
#include "rate/models/motif/motif_library.hpp"

namespace rheobase::io {

/// Motifs of a file: `motifs` (samples x motifs, shorter ones end in NaN, or cells of samples), and
/// optional `names` (text, separated by commas, a row or a cell a motif), `step_tau`.
struct MotifTargets {
  std::vector<rate::MotifTarget> targets;
  double step_tau = 0.1;
};

/// @throws InputError with file and field for NaN inside a motif, names that do not fit
MotifTargets read_motif_targets(const std::filesystem::path& path);
void write_motif_targets(const std::filesystem::path& path, const MotifTargets& targets);

/// A training that was stopped.
struct MotifTrainingFile {
  rate::MotifTrainingOptions options;
  std::vector<std::size_t> motifs;
  rate::NamedArrays state;
};

/// A library of motifs with how it came about. Its file is that of a rate network too: of its
/// motifs in order, as many as a model file has loops for.
struct MotifLibraryFile {
  rate::MotifLibrary library;
  rate::PreparationOptions preparation;
  std::vector<double> preparation_losses;              ///< empty: the module is not trained
  std::optional<rate::NamedArrays> preparation_state;  ///< of its training where that was stopped
  /// Of every motif, from its last training; empty where it has none. As many as motifs, or none.
  std::vector<std::vector<rate::MotifEvaluationPoint>> courses;
  std::optional<MotifTrainingFile> training;
  std::string command;
};

/// Puts what the preparatory module's training came to into the file; `open`: it is to go on.
void take_preparation(MotifLibraryFile& file, const rate::PreparationLearner& learner, bool open);
/// The same of a training of motifs.
void take_training(MotifLibraryFile& file, const rate::MotifLearner& learner,
                   const rate::MotifTrainingOptions& options, bool open);

/// @throws InputError with file and field where it is no library or damaged
MotifLibraryFile read_motif_library(const std::filesystem::path& path);
void write_motif_library(const std::filesystem::path& path, const MotifLibraryFile& file,
                         const std::function<bool()>& stop = {});

/// Motifs of a chain whose loops of low rank a model file can hold.
std::size_t longest_chain(const rate::MotifArchitectureDefinition& definition);

/// A chain as a model file (`<path>`) and its trial as a trials file for the task `file`.
void write_chain_network(const std::filesystem::path& path, const rate::MotifChain& chain,
                         const std::string& command);
void write_chain_trial(const std::filesystem::path& path, const rate::MotifChain& chain);

}  // namespace rheobase::io
