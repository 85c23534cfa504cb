// What python_bench.py compares with: the least time of one call of spiking::simulate on the
// network of a model file, over an input of zeros, in microseconds.
//
//   one_trial MODEL.mat COLUMNS REPEATS
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <limits>

#include "core/error.hpp"
#include "io/mat/rate_model_file.hpp"
#include "mapping/conversion/spiking_choice.hpp"
#include "mapping/conversion/transfer.hpp"
#include "spiking/simulate.hpp"

namespace {

using namespace rheobase;

double least_microseconds(const char* path, Eigen::Index columns, int repeats) {
  const io::ModelFile file = io::read_model(path);
  mapping::SpikingChoice choice;
  mapping::complete(choice, file.transfer);
  const spiking::SpikingModel model =
      mapping::map_to_spiking(file.network, file.scaling_factor.value(), choice.transfer);
  const Eigen::MatrixXd input = Eigen::MatrixXd::Zero(file.network.inputs(), columns);
  double least = std::numeric_limits<double>::infinity();
  double sum = 0.0;
  for (int i = 0; i < repeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    sum += spiking::simulate(model, input, choice.simulation).output.values.sum();
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
    least = std::min(least, time.count());
  }
  return sum == sum ? least : sum;  // the sum is used, so that no call is left out
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::cerr << "one_trial MODEL.mat COLUMNS REPEATS\n";
    return 2;
  }
  try {
    std::cout << least_microseconds(arguments[1], std::atoi(arguments[2]), std::atoi(arguments[3]))
              << '\n';
  } catch (const Error& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
  return 0;
}
