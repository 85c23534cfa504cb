#include <cstdlib>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/resource.h>

#include "core/random.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/internal/model_fields.hpp"
#include "io/mat/rate_model_file.hpp"
#include "tests/io/mat/fixtures.hpp"
#include "tests/rate/../fuzz/mutate.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::mapping;
using namespace rheobase::rate;
using namespace rheobase::spiking;
using namespace rheobase::test;

namespace {

struct Tally {
  int accepted = 0;
  int refused = 0;
  int crashed = 0;  // inside the child process
};

/// Reads `mutants` damaged copies of a file. Anything but a valid model or an Error ends the test.
Tally read_mutants(const std::vector<std::byte>& original, int mutants, Seed seed) {
  Tally tally;
  for (int i = 0; i < mutants; ++i) {
    RandomStream random(seed, static_cast<std::uint32_t>(i), Purpose::task);
    const std::vector<std::byte> bytes = mutate(original, random);
    try {
      const ModelFile file = parse_model(bytes, "mutant.mat");
      validate(file.dale.value(), "mutant.mat");
      CHECK(effective_weights(file.dale.value()).allFinite());
      ++tally.accepted;
    } catch (const Error& error) {
      const std::string message = error.what();
      CHECK(message.starts_with("mutant.mat: "));
      CHECK(message.find('\n') == std::string::npos);
      ++tally.refused;
      tally.crashed += message.find("on which a library fails") == std::string::npos ? 0 : 1;
    }
  }
  return tally;
}

/// How many mutants of each file: RHEOBASE_MUTANTS raises it for a long run by hand.
int mutant_count(int usual) {
  const char* wanted = std::getenv("RHEOBASE_MUTANTS");
  return wanted == nullptr ? usual : std::atoi(wanted);
}

void check_mutants(const std::string& name, const std::vector<std::byte>& original, int usual) {
  CAPTURE(name);
  const int mutants = mutant_count(usual);
  const Tally tally = read_mutants(original, mutants, 20);
  MESSAGE(name, ": ", tally.accepted, " read, ", tally.refused, " refused, of these ",
          tally.crashed, " for what the libraries did in the child process");
  CHECK(tally.accepted + tally.refused == mutants);
  CHECK(tally.refused > mutants / 10);  // the damage is real
  CHECK(tally.accepted > 0);            // and not so large that only the header is ever read
  rusage children{};
  getrusage(RUSAGE_CHILDREN, &children);
  CHECK(children.ru_maxrss < (1L << 20) + (1L << 18));  // KiB: the limit and what a child inherits
}

/// Level 7.3 bytes of a structure whose member of HDF5 extents {5, 1} became one of `rank` 0 or 1:
/// the dataspace message of version 1 is patched (HDF5 File Format Specification, IV.A.2.b).
std::vector<std::byte> with_member_of_rank(unsigned rank) {
  MatFields fields;
  fields.matrix("s.v", Eigen::RowVectorXd::LinSpaced(5, 1.0, 5.0));
  std::vector<std::byte> bytes = bytes_of(fields, MatVersion::level73);
  int patched = 0;
  for (std::size_t at = 0; at + 24 <= bytes.size(); ++at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned>(bytes[at + i]); };
    if (byte(0) == 1 && byte(1) == 2 && byte(8) == 5 && byte(16) == 1) {
      bytes[at + 1] = static_cast<std::byte>(rank);
      bytes[at + 2] = std::byte{0};  // no largest extents
      ++patched;
    }
  }
  REQUIRE(patched == 1);
  return bytes;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("no damage to a file does more than a refusal") {
    for (const char* name :
         {"scipy_plain.mat", "octave_plain.mat", "unknown_fields_plain.mat", "scipy_compressed.mat",
          "unknown_fields.mat", "hdf5_matlab_layout.mat"}) {
      check_mutants(name, read_bytes(std::string(RHEOBASE_IO_TEST_DATA) + "/" + name), 100);
    }
    const MatFields fields = model_fields(small_model_file());
    check_mutants("level 7.3", bytes_of(fields, MatVersion::level73), 100);
  }

  TEST_CASE("level 7.3: a vector or scalar inside a structure is a matrix of one column") {
    const MatFile vector(with_member_of_rank(1), "vector.mat");
    REQUIRE(vector.find("s.v") != nullptr);
    CHECK(vector.find("s.v")->dims == std::vector<std::size_t>{5, 1});
    CHECK(vector.matrix("s.v", "") == Eigen::VectorXd::LinSpaced(5, 1.0, 5.0));
    const MatFile scalar(with_member_of_rank(0), "scalar.mat");
    REQUIRE(scalar.find("s.v") != nullptr);
    CHECK(scalar.find("s.v")->dims == std::vector<std::size_t>{1, 1});
    const std::string found = scalar.find("s.v")->describe();
    CAPTURE(found);
    // matio gives a scalar's value or none: either is told apart from a matrix.
    if (scalar.find("s.v")->numeric()) {
      CHECK(scalar.number("s.v", "") == 1.0);
    } else {
      CHECK_THROWS_AS(scalar.number("s.v", "must be one number"), InputError);
    }
  }

  TEST_CASE("an array is numeric only with a value for every element of its extents") {
    const auto array = [](std::vector<std::size_t> dims, std::size_t values) {
      return MatArray{"a", "double", std::move(dims), false, std::vector<double>(values), ""};
    };
    CHECK(array({2, 3}, 6).numeric());
    CHECK(array({0, 3}, 0).numeric());
    CHECK(!array({2, 3}, 5).numeric());
    CHECK(!array({6}, 6).numeric());
    CHECK(!array({}, 1).numeric());
    const std::size_t huge = std::size_t{1} << 32;
    CHECK(!array({huge, huge}, 0).numeric());  // their product is 0 in 64 bits
    CHECK(array({huge, huge}, 0).element_count() == std::nullopt);
  }
}
