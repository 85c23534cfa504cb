#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "io/mat/mat_file.hpp"
#include "io/mat/rate_model_file.hpp"

namespace rheobase::test {

/// An empty folder that is removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  /// Names of all files in it, in alphabetical order.
  std::vector<std::string> names() const;

 private:
  std::filesystem::path path_;
};

/// A network under Dale's principle with nothing symmetric in it: `units` units, 2 inputs.
rate::DaleModel small_model(int units = 6);

/// The same with every optional part filled.
io::ModelFile small_model_file();

/// The variables of `fields` without one, or with another in its place.
io::MatFields without(const io::MatFields& fields, std::string_view name);

/// The message of the InputError that `action` throws; a failed check where it throws none.
std::string input_error_of(const std::function<void()>& action);

/// Bytes of a file in memory.
std::vector<std::byte> bytes_of(const io::MatFields& fields, io::MatVersion version);

/// Exact equality, not-a-number equal to itself.
bool same(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b);
void check_same(const rate::DaleModel& a, const rate::DaleModel& b);

}  // namespace rheobase::test
