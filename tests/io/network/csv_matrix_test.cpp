#include "io/network/csv_matrix.hpp"

#include <doctest/doctest.h>

#include "core/error.hpp"

using namespace rheobase;
using namespace rheobase::io;

namespace {

std::string csv_error(const std::string& text) {
  try {
    parse_csv_matrix(text, "J.csv");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("tables of numbers with commas, semicolons, tabs or spaces, with or without heading") {
    const Eigen::MatrixXd expected = (Eigen::MatrixXd(2, 3) << 1, 2.5, -3e-2, 4, 5, 6).finished();
    CHECK(parse_csv_matrix("1,2.5,-3e-2\n4,5,6\n", "") == expected);
    CHECK(parse_csv_matrix("a,b,c\r\n1, 2.5 ,-3e-2\r\n4,5,+6", "") == expected);
    CHECK(parse_csv_matrix("1;2.5;-3e-2\n\n4;5;6 # end\n", "") == expected);
    CHECK(parse_csv_matrix("1\t2.5\t-3e-2\n4\t5\t6\n", "") == expected);
    CHECK(parse_csv_matrix("# c\n  1   2.5 -3e-2\n4 5 6\n", "") == expected);
  }

  TEST_CASE("a byte order mark and comments are skipped; a first line of broken numbers is none") {
    const Eigen::MatrixXd column = Eigen::Vector3d(1, 2, 3);
    CHECK(parse_csv_matrix("\xEF\xBB\xBF"
                           "1\n2\n3\n",
                           "") == column);
    CHECK(parse_csv_matrix("\xEF\xBB\xBF"
                           "rate\n1\n2\n3\n",
                           "") == column);
    CHECK(parse_csv_matrix("# made by hand\n1 # first\n2\n3\n", "") == column);
    CHECK(csv_error("1.0x\n2\n3\n") ==
          "J.csv: line 1, column 1: found '1.0x'; must be a finite number");
    CHECK(csv_error("a,1e400\n2,3\n") ==
          "J.csv: line 1, column 1: found 'a'; must be a finite number");
    CHECK(csv_error("-.5e,b\n2,3\n").find("'-.5e'") != std::string::npos);
  }

  TEST_CASE("a sign # in a heading is part of a name or begins a comment, in numbers a comment") {
    const Eigen::MatrixXd expected = (Eigen::MatrixXd(2, 2) << 1, 2, 3, 4).finished();
    CHECK(parse_csv_matrix("neuron #1,neuron #2\n1,2\n3,4\n", "") == expected);
    CHECK(parse_csv_matrix("x,#2\n1,2\n3,4\n", "") == expected);
    CHECK(parse_csv_matrix("a,b # mV, of two\n1,2#first\n3,4 # last\n", "") == expected);
    CHECK(parse_csv_matrix("#1,#2\n1,2\n3,4\n", "") == expected);
    CHECK(csv_error("neuron #1,neuron #2\n1,2,3\n") ==
          "J.csv: line 2: found 3 values; must be 2, as in the first line");
    CHECK(csv_error("a,b # mV, of two\n1,2\n1,2,3\n") ==
          "J.csv: line 3: found 3 values; must be 2, as in the first line");
  }

  TEST_CASE("faults of tables name file, line and column") {
    CHECK(csv_error("1,2\n3,x\n") == "J.csv: line 2, column 3: found 'x'; must be a finite number");
    CHECK(csv_error("1,2\n3\n") == "J.csv: line 2: found 1 value; must be 2, as in the first line");
    CHECK(csv_error("1,,2\n").find("column 3") != std::string::npos);
    CHECK(csv_error("1,nan\n").find("'nan'") != std::string::npos);
    CHECK(csv_error("a,b\n").find("no numbers") != std::string::npos);
    CHECK(csv_error("").find("no numbers") != std::string::npos);
  }
}
