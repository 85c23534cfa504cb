#pragma once

#include <filesystem>
#include <string>
#include <string_view>

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

/// Writes what gnuplot reads. @throws Error where there is no room for it
void write_for_gnuplot(const std::filesystem::path& path, std::string_view text);

/// Runs gnuplot on a script inside `folder`, without a shell, and waits for it.
/// @throws Error when gnuplot is missing or fails, with its first message
void run_gnuplot(const std::filesystem::path& folder, std::string_view script);

/// What gnuplot drew, which does not tell of a full disk. @throws Error where it is not whole
std::string drawn_image(const std::filesystem::path& image);

}  // namespace rheobase::report
