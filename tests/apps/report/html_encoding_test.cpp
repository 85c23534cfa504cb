#include "apps/report/internal/html_encoding.hpp"

#include <cmath>
#include <string_view>

#include <doctest/doctest.h>

namespace rheobase {

namespace {

std::string encoded(std::string_view text) {
  return report::base64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("base64: the test vectors of RFC 4648") {
    CHECK(encoded("") == "");
    CHECK(encoded("f") == "Zg==");
    CHECK(encoded("fo") == "Zm8=");
    CHECK(encoded("foo") == "Zm9v");
    CHECK(encoded("foob") == "Zm9vYg==");
    CHECK(encoded("fooba") == "Zm9vYmE=");
    CHECK(encoded("foobar") == "Zm9vYmFy");
    CHECK(encoded("\xff\xef\xbe") == "/+++");
  }

  TEST_CASE("rounded numbers print with the digits that were asked for") {
    const auto text = [](double value, int digits) {
      return report::Json(report::rounded(value, digits)).dump();
    };
    CHECK(text(0.123456, 4) == "0.1235");
    CHECK(text(-1234567.0, 3) == "-1230000.0");
    CHECK(text(9.9996, 4) == "10.0");
    CHECK(text(1.0 / 3.0, 2) == "0.33");
    CHECK(text(2.5e-7, 4) == "2.5e-07");
    CHECK(report::rounded(0.0) == 0.0);
    CHECK(std::isnan(report::rounded(std::nan(""))));
  }

  TEST_CASE("a packed matrix is written row after row, low byte first") {
    Eigen::MatrixXd values(2, 2);
    values << 0.0, 1.0, 2.0, 65534.0;
    const report::Json json = report::packed(values, report::Packing::bits16);
    CHECK(json["shape"] == report::Json({2, 2}));
    CHECK(json["type"] == "u16");
    CHECK(json["data"] == encoded(std::string_view("\0\0\1\0\2\0\xfe\xff", 8)));
  }

  TEST_CASE("values outside the given range are clipped, zero in a symmetric one is exact") {
    Eigen::MatrixXd values(1, 4);
    values << -9.0, 0.0, 1.0, 9.0;
    const report::Json json = report::packed(values, report::Packing::bits8, -1.0, 1.0);
    CHECK(json["data"] == encoded(std::string_view("\0\x7f\xfe\xfe", 4)));
    CHECK(json["low"].get<double>() +
              (json["high"].get<double>() - json["low"].get<double>()) * 127.0 / 254.0 ==
          0.0);
  }

  TEST_CASE("constant and empty matrices can be packed") {
    const report::Json constant =
        report::packed(Eigen::MatrixXd::Constant(1, 2, 3.5), report::Packing::bits8);
    CHECK(constant["low"] == 3.5);
    CHECK(constant["data"] == "AAA=");
    CHECK(report::packed(Eigen::MatrixXd(0, 0), report::Packing::bits16)["data"] == "");
  }
}

}  // namespace rheobase
