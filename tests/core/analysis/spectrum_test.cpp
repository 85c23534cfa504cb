#include "core/analysis/spectrum.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "tests/tolerances.hpp"

namespace rheobase {

TEST_SUITE("numeric") {
  TEST_CASE("a rotation has the eigenvalues cos a +- i sin a") {
    Eigen::Matrix2d rotation;
    rotation << std::cos(0.3), -std::sin(0.3), std::sin(0.3), std::cos(0.3);
    const analysis::Spectrum spectrum = analysis::eigenvalue_spectrum(rotation);
    CHECK(spectrum.spectral_radius == near(1.0, 1e-14));
    CHECK(spectrum.eigenvalues[0].real() == near(std::cos(0.3), 1e-14));
    CHECK(spectrum.eigenvalues[0].imag() == near(std::sin(0.3), 1e-14));
    CHECK(spectrum.eigenvalues[1].imag() == near(-std::sin(0.3), 1e-14));
  }

  TEST_CASE("eigenvalues come by decreasing modulus") {
    const Eigen::MatrixXd diagonal = Eigen::Vector3d(0.5, -4.0, 2.0).asDiagonal();
    const analysis::Spectrum spectrum = analysis::eigenvalue_spectrum(diagonal);
    CHECK(spectrum.eigenvalues[0].real() == near(-4.0, 1e-12));
    CHECK(spectrum.eigenvalues[2].real() == near(0.5, 1e-12));
    CHECK(spectrum.spectral_radius == near(4.0, 1e-12));
  }

  TEST_CASE("the circular law holds and a common mean becomes the one outlier") {
    // Independent entries of variance g^2/N fill a disc of radius g; adding mu to every entry
    // puts one eigenvalue near N mu (Rajan & Abbott 2006).
    constexpr int n = 300;
    constexpr double g = 1.5;
    RandomStream random(1, 0, Purpose::initialisation);
    Eigen::MatrixXd weights(n, n);
    for (Eigen::Index i = 0; i < weights.size(); ++i) {
      weights.data()[i] = g / std::sqrt(n) * random.normal();
    }
    const analysis::Spectrum plain = analysis::eigenvalue_spectrum(weights);
    CHECK(plain.random_radius == near(g, 0.01));
    // Of real matrices of this size the radius lies 3.7 % above g on average (sd 2.3 %): real eigenvalues reach further out than complex ones.
    CHECK(plain.spectral_radius == near(g, 0.125));
    CHECK(analysis::outliers(plain).empty());

    weights.array() += 10.0 / n;
    const analysis::Spectrum shifted = analysis::eigenvalue_spectrum(weights);
    const auto found = analysis::outliers(shifted);
    REQUIRE(found.size() == 1);
    CHECK(found[0].real() == near(10.0, 0.03));
    CHECK(shifted.random_radius == near(plain.random_radius, 1e-3));
  }

  TEST_CASE("a matrix that is not square is refused") {
    CHECK_THROWS_AS(analysis::eigenvalue_spectrum(Eigen::MatrixXd::Zero(2, 3)), Error);
  }
}

}  // namespace rheobase
