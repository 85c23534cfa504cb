// The folder of a study's results:
//
//   study.toml                    copy of the study file
//   plan.json                     what determines the cells; another plan is refused
//   cells/CONDITION/SEED.json     the result of a cell: a function of condition and seed alone
//   files/CONDITION/SEED/         files that the study keeps
//   seconds/MACHINE-PROCESS.csv   what each cell took, a file for each process that ran some
//
// Every file is complete or not there, and written by one process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "apps/study/study.hpp"

namespace rheobase::study {

/// A figure of merit; nothing where its step did not run in the condition or had no number.
using MeasureValue = std::variant<std::monostate, bool, double, std::string>;

struct CellResult {
  enum class Status {
    done,
    failed,  ///< a step ended with an error; run again only when asked
    killed,  ///< a step was ended by a signal, as when memory runs out; the next run tries again
  };
  Status status = Status::done;
  std::string error;
  std::vector<std::pair<std::string, MeasureValue>> values;  ///< of each measure, in their order

  const MeasureValue* find(const std::string& measure) const;
};

class ResultFolder {
 public:
  explicit ResultFolder(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }

  /// Makes the folder, or takes one with results of this study: seeds and conditions may have been
  /// added to the file since; so may measures, or have another path, where no cell that is done has
  /// values of them: those that failed lose their result then.
  /// @throws InputError for one of another study, saying what differs, and for a condition whose
  /// folder holds the cells of another one
  void open_for_run(const Study& study) const;
  /// Takes a folder that is there. @throws InputError as open_for_run
  void open(const Study& study) const;

  /// Whether its results are those of the quick version. @throws InputError as open_for_run
  bool is_quick() const;

  std::filesystem::path result_file(const Study& study, const Cell& cell) const;
  std::filesystem::path kept_files(const Study& study, const Cell& cell) const;
  /// What is known of a cell; nothing where it has not ended yet.
  /// @throws InputError for a damaged file and the cell of another condition
  std::optional<CellResult> read(const Study& study, const Cell& cell) const;
  void write(const Study& study, const Cell& cell, const CellResult& result) const;

  /// Adds a line to this process' file of seconds.
  void add_seconds(const Study& study, const Cell& cell, double seconds) const;
  /// The newest seconds of every cell that has some, by condition and seed.
  std::map<std::pair<std::string, Seed>, double> seconds() const;

 private:
  void require_plan() const;

  std::filesystem::path path_;
};

}  // namespace rheobase::study
