#pragma once

#include <functional>
#include <variant>

#include <Eigen/Core>
#include <Eigen/SparseCore>

#include "core/random.hpp"
#include "core/run_control.hpp"

namespace rheobase::network {

using SparseWeights = Eigen::SparseMatrix<double, Eigen::RowMajor>;

/// Unit i of the source to unit i of the target, all with one weight.
struct OneToOne {
  double weight = 1.0;
};

/// Weights between `columns` source units and `rows` target units. A number stands for that weight
/// between all pairs, at the cost of a sum.
using WeightMatrix = std::variant<double, Eigen::MatrixXd, SparseWeights, OneToOne>;

/// Makes the weights once the sizes are known.
struct ConnectivityMaker {
  std::function<WeightMatrix(Eigen::Index rows, Eigen::Index columns, const RunControl&)> make;
  bool by_connection = false;  ///< makes a sparse matrix
  /// How many weights that are, for sizes that no memory may hold.
  std::function<double(double rows, double columns)> connections;

  /// @throws Cancelled where `control` asks to stop
  WeightMatrix operator()(Eigen::Index rows, Eigen::Index columns,
                          const RunControl& control = {}) const {
    return make(rows, columns, control);
  }
};

/// What an edge's weights are given as.
using Weights = std::variant<double, Eigen::MatrixXd, SparseWeights, OneToOne, ConnectivityMaker>;

/// Independent normal weights: mean 0, standard deviation gain / sqrt(columns) (Sompolinsky,
/// Crisanti & Sommers 1988). A function of the seed and `lane` alone.
ConnectivityMaker normal_connectivity(double gain, Seed seed, std::uint32_t lane = 0);

/// The same with a standard deviation that does not depend on the size.
ConnectivityMaker independent_normal_connectivity(double standard_deviation, Seed seed,
                                                  std::uint32_t lane = 0);

/// Every target has exactly floor(probability * columns) sources (at least 1), drawn without
/// replacement; all weights are `weight`, divided by that number where `normalised`.
ConnectivityMaker random_connectivity(double probability, double weight, bool normalised, Seed seed,
                                      std::uint32_t lane = 0);

/// The same, with normal weights of mean 0 and the given standard deviation, shifted to sum 0 for
/// every target where `balanced`: for the input of a reservoir.
ConnectivityMaker random_input_connectivity(double probability, double standard_deviation,
                                            bool balanced, Seed seed, std::uint32_t lane = 0);

/// Units on a ring (or, for `ring` false, on a line with open ends): weight times a Gaussian of
/// their distance (in units), divided by its sum over the sources; further than `cutoff` standard
/// deviations there is no connection. Rows and columns are spread evenly over the same ring.
/// The maker throws InputError for a target that no source's weight reaches.
ConnectivityMaker gaussian_connectivity(double weight, double standard_deviation, bool ring,
                                        double cutoff = 4.0);

}  // namespace rheobase::network
