#pragma once

#include <filesystem>
#include <string>

namespace rheobase::report {

/// Is there a `gnuplot` in the PATH?
bool gnuplot_available();

/// Before work whose result is to be drawn. @throws Error where there is none
void require_gnuplot();

/// A folder of its own under the system's temporary directory, removed with all that is in it.
class TemporaryFolder {
 public:
  /// @throws Error when it cannot be made
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Runs `gnuplot script` inside `folder`, without a shell, and waits for it.
/// @throws Error when gnuplot is missing or fails, with its first message
void run_gnuplot(const std::filesystem::path& folder, const std::string& script);

}  // namespace rheobase::report
