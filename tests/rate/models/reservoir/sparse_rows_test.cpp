#include "rate/models/reservoir/sparse_rows.hpp"

#include <doctest/doctest.h>

#include "core/error.hpp"

using namespace rheobase;
using namespace rheobase::rate;
using rate::SparseRows;

TEST_SUITE("unit") {
  TEST_CASE("sparse rows hold a matrix: there and back, padded to whole packs of zeros") {
    Eigen::MatrixXd w = Eigen::MatrixXd::Zero(3, 40);
    w(0, 2) = 0.5;
    w(0, 39) = -2.0;
    w.row(2).setConstant(0.25);
    const SparseRows<float> rows(w, rate::nonzero_columns(w));
    CHECK(rows.dense() == w);
    CHECK(rows.count == std::vector<std::size_t>{2, 0, 40});
    CHECK(rows.start == std::vector<std::size_t>{0, 16, 16, 64});
    CHECK(rows.columns_of(0)[1] == 39);
    CHECK(rows.value[2] == 0.0F);
    CHECK(rows.column[2] == 0);
  }

  TEST_CASE("a listed place may hold zero, an unlisted value is left out") {
    Eigen::MatrixXd w = Eigen::MatrixXd::Constant(1, 4, 1.0);
    w(0, 1) = 0.0;
    const SparseRows<double> rows(w, {{1, 3}});
    CHECK(rows.values_of(0)[0] == 0.0);
    CHECK(rows.dense().sum() == 1.0);
  }

  TEST_CASE("lists that do not fit the matrix are refused by unit") {
    const Eigen::MatrixXd w = Eigen::MatrixXd::Ones(2, 3);
    CHECK_THROWS_WITH_AS(SparseRows<double>(w, {{0, 1}, {1, 3}}),
                         "sparse rows: presynaptic list of unit 1: found 3 after 1; must increase "
                         "and stay below 3",
                         InputError);
    CHECK_THROWS_AS(SparseRows<double>(w, {{1, 0}, {}}), InputError);
    CHECK_THROWS_AS(SparseRows<double>(w, {{0}}), InputError);
  }
}
