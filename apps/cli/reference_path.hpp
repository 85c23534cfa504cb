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

/// The newest such file in the folder, by the date in its name; none: nullopt.
std::optional<std::filesystem::path> newest_model(const ReferencePath& path);

}  // namespace rheobase::cli
