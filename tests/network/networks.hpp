#pragma once

#include <string>

#include <Eigen/Core>

#include "core/error.hpp"
#include "core/random.hpp"
#include "network/network.hpp"
#include "network/run.hpp"

/// Small networks and checks that several tests share.
namespace rheobase::network::fixture {

inline Eigen::VectorXd value(double x) {
  return Eigen::VectorXd::Constant(1, x);
}

inline Eigen::MatrixXd normal_matrix(Eigen::Index rows, Eigen::Index columns, Seed seed,
                                     double scale = 1.0) {
  RandomStream stream(seed, 0, Purpose::task);
  Eigen::MatrixXd out(rows, columns);
  for (double& x : out.reshaped()) {
    x = scale * stream.normal();
  }
  return out;
}

/// What an input error says, "" where there is none.
template <class Function>
std::string input_error(Function function) {
  try {
    function();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

/// One population "p" of `size` units with input to I_ext.
inline NetworkSpec one_population(const std::string& model, Eigen::Index size, double step) {
  return {.step = step,
          .populations = {{.name = "p", .model = model, .size = size}},
          .inputs = {{.target = "p.I_ext", .columns = 1}}};
}

}  // namespace rheobase::network::fixture
