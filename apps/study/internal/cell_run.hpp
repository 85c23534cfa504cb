#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

#include <nlohmann/json_fwd.hpp>

#include "apps/study/child_process.hpp"
#include "apps/study/result_folder.hpp"
#include "apps/study/run.hpp"

namespace rheobase::study {

/// A cell on its way: its steps one after the other, each a process of its own, in a working folder
/// that goes with the object.
class CellRun {
 public:
  /// @param work  an absolute folder for working folders
  CellRun(const Study& study, const Cell& cell, const RunOptions& options,
          const ResultFolder& results, const std::filesystem::path& work);
  ~CellRun();
  CellRun(const CellRun&) = delete;
  CellRun& operator=(const CellRun&) = delete;

  const Cell& cell() const { return cell_; }
  const ChildProcess* child() const { return child_.get(); }
  double seconds() const;

  /// Starts the next step where one has ended. The result, once there is one.
  /// @throws Error where the disk is full
  std::optional<CellResult> advance();

 private:
  bool start_step();
  void take_figures(const Step& step);
  void keep_files() const;
  void require_room() const;
  CellResult finished(CellResult::Status status, std::string error) const;

  const Study& study_;
  const Cell cell_;
  const RunOptions& options_;
  const ResultFolder& results_;
  std::filesystem::path folder_;
  std::chrono::steady_clock::time_point start_;
  std::size_t next_step_ = 0;
  std::unique_ptr<ChildProcess> child_;
  std::vector<std::pair<std::string, MeasureValue>> values_;
};

/// A figure in the JSON that a step printed. @throws InputError where the path leads nowhere
MeasureValue figure_at(const nlohmann::json& json, const std::string& path);

}  // namespace rheobase::study
