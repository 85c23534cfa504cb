#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "io/mat/mat_file.hpp"
#include "rate/models/attractor/attractor_trials.hpp"

namespace rheobase::io {

/// Trials of the structured attractor model at several levels of photoinhibition.
struct AttractorFile {
  rate::AttractorModel model;
  rate::AttractorProtocol protocol;
  rate::AttractorTrialOptions options;        ///< photoinhibition and first_trial differ by level
  std::vector<double> levels;                 ///< multiples of drive_inhibition
  std::vector<rate::AttractorTrials> trials;  ///< of each level
  std::string command;
};

/// Of a file.
inline constexpr int kMostAttractorLevels = 100;

/// @throws InputError where `path` cannot be written
void write_attractor(const std::filesystem::path& path, const AttractorFile& file,
                     const std::function<bool()>& stop = {});

/// @throws InputError when it is no such file or its parts do not fit each other
AttractorFile read_attractor(const std::filesystem::path& path);

}  // namespace rheobase::io
