#pragma once

#include <string>

#include "io/mat/rate_model_file.hpp"

/// Models and traces of the published program, copied under tests/data/reference.
namespace rheobase::reference {

inline std::string path(const std::string& relative) {
  return std::string(RHEOBASE_TEST_DATA) + "/reference/" + relative;
}

/// @param name  "go-nogo_N200_s1", "xor_N200_s4" or "mante_N250_s5"
inline rate::DaleModel model(const std::string& name) {
  return io::read_model(path("models/" + name + ".mat")).dale.value();
}

/// The same as it runs.
inline rate::RateNetwork network(const std::string& name) {
  return io::read_model(path("models/" + name + ".mat")).network;
}

}  // namespace rheobase::reference
