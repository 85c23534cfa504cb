// libFuzzer target for one of the readers of our own files, chosen by RHEOBASE_FUZZ_MAT (a .mat
// file, by its name in readers.hpp) or RHEOBASE_FUZZ_READER (another format). matio and HDF5 work
// in child processes: what is explored here is our own code, and that nothing of theirs comes
// through.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "core/error.hpp"
#include "io/comparison/comparison_json.hpp"
#include "io/exchange/model_state.hpp"
#include "io/mat/mat_file.hpp"
#include "io/network/csv_matrix.hpp"
#include "io/network/network_file.hpp"
#include "io/network/yaml_document.hpp"
#include "network/network.hpp"
#include "tests/fuzz/readers.hpp"

using namespace rheobase;

namespace {

using Bytes = std::span<const std::byte>;

/// A .mat file: the reader of that name in readers.hpp.
[[maybe_unused]] void read_mat(std::string_view name, Bytes bytes) {
  std::ranges::find(test::mat_readers(), name, &test::Reader::name)
      ->read(io::MatFile(bytes, "fuzz.mat"));
}

/// A baseline, too.
[[maybe_unused]] void comparison_json(Bytes bytes) {
  io::comparison_from_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                           "fuzz.json");
}

[[maybe_unused]] void import(Bytes bytes) {
  const io::ModelFile file = io::parse_model_state(bytes, "fuzz.h5");
  if (!file.network.w.allFinite()) {
    std::abort();
  }
}

/// Small networks are built, too.
[[maybe_unused]] void network_file(Bytes bytes) {
  const io::NetworkFile file = io::parse_network_file(
      {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, "fuzz.toml", "/nowhere");
  for (const network::Population& population : file.spec.populations) {
    if (population.size > 1000) {
      return;
    }
  }
  io::build_network(file);
}

[[maybe_unused]] void network_yaml(Bytes bytes) {
  io::parse_yaml({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, "fuzz.yaml");
}

[[maybe_unused]] void network_csv(Bytes bytes) {
  io::parse_csv_matrix({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, "fuzz.csv");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const Bytes bytes = std::as_bytes(std::span(data, size));
#ifdef RHEOBASE_FUZZ_MAT
    read_mat(RHEOBASE_FUZZ_MAT, bytes);
#else
    RHEOBASE_FUZZ_READER(bytes);
#endif
  } catch (const Error&) {
    // A refusal is an answer; anything else ends the fuzzer.
  }
  return 0;
}
