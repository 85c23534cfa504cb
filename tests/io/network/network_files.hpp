#pragma once

#include <filesystem>
#include <string>

#include <Eigen/Core>
#include <unistd.h>

#include "core/error.hpp"
#include "io/mat/mat_file.hpp"
#include "io/network/network_file.hpp"
#include "network/network.hpp"

/// What the tests of network files share.
namespace rheobase::io::fixture {

/// A network file whose matrices lie beside the golden traces.
inline NetworkFile parsed(const std::string& text) {
  return parse_network_file(text, "net.toml", std::string(RHEOBASE_TEST_DATA) + "/network");
}

/// A field of a file of golden traces.
inline Eigen::MatrixXd golden_matrix(const char* file, const char* name) {
  return MatFile(std::string(RHEOBASE_TEST_DATA) + "/network/" + file)
      .matrix(name, "must be a matrix");
}

/// The one line of the error of reading and building, "" where there is none.
inline std::string file_error(const std::string& text) {
  try {
    build_network(parsed(text));
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

inline network::Observer run_file(const NetworkFile& file) {
  const network::Network network = build_network(file);
  network::NetworkState state = network::initial_state(network);
  return network::run(network, state, file.inputs, file.run);
}

/// A folder of its own, removed with all that is in it.
class TemporaryPlace {
 public:
  explicit TemporaryPlace(const std::string& name)
      : path_(std::filesystem::temp_directory_path() /
              (name + "-" + std::to_string(static_cast<long>(::getpid())))) {
    std::filesystem::create_directories(path_);
  }
  ~TemporaryPlace() { std::filesystem::remove_all(path_); }
  TemporaryPlace(const TemporaryPlace&) = delete;
  TemporaryPlace& operator=(const TemporaryPlace&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace rheobase::io::fixture
