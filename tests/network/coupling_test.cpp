#include "network/coupling.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tests/max_abs.hpp"
#include "tests/network/networks.hpp"

using namespace rheobase;
using namespace rheobase::network;
using fixture::normal_matrix;

namespace {

Eigen::VectorXd product(const Coupling& coupling, const Eigen::VectorXd& x) {
  AlignedVector<double> in(padded_to_packs<double>(static_cast<std::size_t>(x.size())), 0.0);
  std::copy(x.begin(), x.end(), in.begin());
  AlignedVector<double> out(padded_to_packs<double>(coupling.rows()), 0.0);
  coupling.add_product(in.data(), out.data());
  return Eigen::Map<Eigen::VectorXd>(out.data(), static_cast<Eigen::Index>(coupling.rows()));
}

SparseWeights sparse_of(const Eigen::MatrixXd& dense, double threshold) {
  SparseWeights out(dense.rows(), dense.cols());
  for (Eigen::Index i = 0; i < dense.rows(); ++i) {
    for (Eigen::Index j = 0; j < dense.cols(); ++j) {
      if (std::abs(dense(i, j)) > threshold) {
        out.insert(i, j) = dense(i, j);
      }
    }
  }
  return out;
}

std::vector<SimdLevel> levels() {
  std::vector<SimdLevel> out{SimdLevel::portable};
  for (const SimdLevel level : {SimdLevel::avx2, SimdLevel::avx512}) {
    if (level <= simd_level()) {
      out.push_back(level);
    }
  }
  return out;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("products of all forms and shapes are those of Eigen, on every instruction set") {
    for (const auto& [rows, columns] :
         {std::pair{1, 1}, {3, 7}, {8, 8}, {9, 5}, {50, 33}, {100, 100}, {104, 13}, {257, 40}}) {
      CAPTURE(rows);
      const Eigen::MatrixXd dense = normal_matrix(rows, columns, 1);
      const SparseWeights sparse = sparse_of(dense, 1.2);
      const Eigen::VectorXd x = normal_matrix(columns, 1, 2);
      Eigen::VectorXd first_dense, first_sparse;
      for (const SimdLevel level : levels()) {
        const Eigen::VectorXd of_dense =
            product(Coupling(dense, rows, columns, false, false, level), x);
        const Eigen::VectorXd of_sparse =
            product(Coupling(sparse, rows, columns, false, false, level), x);
        CHECK(max_abs(of_dense - dense * x) <= 1e-13);
        CHECK(max_abs(of_sparse - sparse * x) <= 1e-13);
        if (first_dense.size() == 0) {
          first_dense = of_dense;
          first_sparse = of_sparse;
        }
        CHECK(of_dense == first_dense);
        CHECK(of_sparse == first_sparse);
      }
      CHECK(max_abs(product(Coupling(0.5, rows, columns), x) -
                    Eigen::VectorXd::Constant(rows, 0.5 * x.sum())) <= 1e-13);
    }
  }

  TEST_CASE(
      "connections of one weight: sums in the order of the columns, and one pack of weights") {
    // 40 rows of 15 connections fill their groups; with 37 rows some lanes have none.
    for (const Eigen::Index rows : {40, 37}) {
      CAPTURE(rows);
      const auto sparse = std::get<SparseWeights>(random_connectivity(0.3, 0.7, true, 6)(rows, 50));
      const Eigen::VectorXd x = normal_matrix(50, 1, 7);
      Eigen::VectorXd expected = Eigen::VectorXd::Zero(rows);
      for (Eigen::Index row = 0; row < rows; ++row) {
        for (SparseWeights::InnerIterator entry(sparse, row); entry; ++entry) {
          expected[row] += entry.value() * x[entry.col()];
        }
      }
      for (const SimdLevel level : levels()) {
        const Coupling coupling(sparse, rows, 50, false, true, level);
        CHECK(product(coupling, x) == expected);
        CHECK(coupling.dense() == Eigen::MatrixXd(sparse));
        CHECK(coupling.connections() == static_cast<std::size_t>(15 * rows));
      }
    }
  }

  TEST_CASE("a matrix that no cache holds stays where it is; its sums are those of small ones") {
    const Eigen::Index rows = 2901, columns = 2899;  // whole packs and groups of columns, and rests
    Eigen::MatrixXd dense =
        Eigen::MatrixXd::NullaryExpr(rows, columns, [](Eigen::Index i, Eigen::Index j) {
          return std::sin(static_cast<double>(3 * i + 7 * j % 101));
        });
    const Eigen::VectorXd x = normal_matrix(columns, 1, 2);
    Eigen::VectorXd expected = Eigen::VectorXd::Zero(rows);
    for (Eigen::Index j = 0; j < columns; ++j) {
      for (Eigen::Index i = 0; i < rows; ++i) {
        expected(i) += dense(i, j) * x(j);
      }
    }
    const Eigen::VectorXd last = dense.col(columns - 1);
    for (const SimdLevel level : levels()) {
      const Coupling coupling(std::move(dense), rows, columns, false, true, level);
      CHECK(product(coupling, x) == expected);
      AlignedVector<double> y(padded_to_packs<double>(static_cast<std::size_t>(rows)), 0.5);
      coupling.add_column(static_cast<std::size_t>(columns) - 1, -2.0, y.data());
      CHECK(Eigen::Map<Eigen::VectorXd>(y.data(), rows) ==
            Eigen::VectorXd(Eigen::VectorXd::Constant(rows, 0.5) + last * -2.0));
      dense = coupling.dense();
      CHECK(dense.col(columns - 1) == last);
    }
  }

  TEST_CASE("single-precision weights: a product of the rounded weights, summed in double") {
    const Eigen::MatrixXd dense = normal_matrix(37, 90, 3);
    const Eigen::MatrixXd rounded = dense.cast<float>().cast<double>();
    const Eigen::VectorXd x = normal_matrix(90, 1, 4);
    CHECK(max_abs(product(Coupling(dense, 37, 90, true), x) - rounded * x) <= 1e-13);
    CHECK(max_abs(product(Coupling(dense, 37, 90, true), x) - dense * x) >= 1e-9);
  }

  TEST_CASE("a coupling gives its weights and its columns back") {
    const Eigen::MatrixXd dense = normal_matrix(13, 21, 5);
    const SparseWeights sparse = sparse_of(dense, 0.8);
    const std::vector<Coupling> all{Coupling(dense, 13, 21), Coupling(sparse, 13, 21, false, true),
                                    Coupling(0.25, 13, 21), Coupling(OneToOne{2.0}, 13, 13),
                                    Coupling(dense, 13, 21, true)};
    CHECK(all[0].dense() == dense);
    CHECK(all[1].dense() == Eigen::MatrixXd(sparse));
    CHECK(all[1].connections() == static_cast<std::size_t>(sparse.nonZeros()));
    CHECK(all[2].dense() == Eigen::MatrixXd::Constant(13, 21, 0.25));
    CHECK(all[3].dense() == Eigen::MatrixXd(2.0 * Eigen::MatrixXd::Identity(13, 13)));
    for (const Coupling& coupling : all) {
      AlignedVector<double> y(16, 0.0);
      coupling.add_column(7, 3.0, y.data());
      CHECK(Eigen::VectorXd(Eigen::Map<Eigen::VectorXd>(y.data(), 13)) ==
            Eigen::VectorXd(3.0 * coupling.dense().col(7)));
    }
  }
}
