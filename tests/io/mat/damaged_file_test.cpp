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
      tally.crashed += message.find("on which matio fails") == std::string::npos ? 0 : 1;
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
}
