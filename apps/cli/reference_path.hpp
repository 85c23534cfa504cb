#pragma once

#include <ctime>
#include <filesystem>
#include <optional>
#include <string>

#include "rate/models/initialise.hpp"

namespace rheobase::cli {

/// What the original program's path of a model depends on, its floating-point numbers written as
/// Python writes them.
struct ReferencePath {
  std::filesystem::path output_dir;
  std::string task;
  rate::NetworkOptions network;
};

/// <output_dir>/models/<task>[/NoDale]/P_rec_<p>_Taus_<min>_<max> (one time constant: _Tau_<tau>)
std::filesystem::path reference_folder(const ReferencePath& path);

/// Task_<task>_N_<N>_Taus_<min>_<max>_Act_<act>_<YYYY_MM_DD_HHMMSS>.mat, local time.
std::string reference_file_name(const ReferencePath& path, std::time_t now);

/// A file of that name which is no other's. Trainings that begin within one second, in several
/// processes, have one each: the second in the name rises until neither a model nor a checkpoint
/// nor a reservation has it. A reservation is a hidden file; what a killed program leaves of it
/// costs others that second alone.
class ReservedModel {
 public:
  /// @param path  whose reference_folder is there
  ReservedModel(const ReferencePath& path, std::time_t now);
  ~ReservedModel();
  ReservedModel(const ReservedModel&) = delete;
  ReservedModel& operator=(const ReservedModel&) = delete;

  const std::filesystem::path& file() const { return file_; }

 private:
  /// Others see the name as taken while the mark is there.
  bool mark(const std::filesystem::path& file);

  std::filesystem::path file_, mark_;
};

/// The newest such file in the folder, by the date in its name; none: nullopt.
std::optional<std::filesystem::path> newest_model(const ReferencePath& path);

}  // namespace rheobase::cli
