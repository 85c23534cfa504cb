// libFuzzer target for one of the readers of our own files, chosen by RHEOBASE_FUZZ_READER. matio
// and HDF5 work in child processes: what is explored here is our own code, and that nothing of
// theirs comes through.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "core/error.hpp"
#include "io/comparison/comparison_file.hpp"
#include "io/comparison/comparison_json.hpp"
#include "io/exchange/exporter.hpp"
#include "io/exchange/model_state.hpp"
#include "io/mat/checkpoint_file.hpp"
#include "io/mat/force_file.hpp"
#include "io/mat/innate_file.hpp"
#include "io/mat/innate_start_file.hpp"
#include "io/mat/learner_state_file.hpp"
#include "io/mat/mat_file.hpp"
#include "io/mat/run_file.hpp"
#include "io/mat/session_file.hpp"
#include "io/mat/trials_file.hpp"
#include "io/network/csv_matrix.hpp"
#include "io/network/network_file.hpp"
#include "io/network/yaml_document.hpp"
#include "network/network.hpp"

using namespace rheobase;

namespace {

using Bytes = std::span<const std::byte>;

/// What was read is worked with: a run is exported.
[[maybe_unused]] void run(Bytes bytes) {
  const io::ExportSource source{"fuzz.mat", std::nullopt, {io::parse_run(bytes, "fuzz.mat")}};
  io::find_exporter("csv").make(source, {});
}

[[maybe_unused]] void checkpoint(Bytes bytes) {
  const io::Checkpoint read = io::parse_checkpoint(bytes, "fuzz.mat");
  if (!rate::effective_weights(read.state.model).allFinite()) {
    std::abort();
  }
}

[[maybe_unused]] void comparison(Bytes bytes) {
  const mapping::Comparison read = io::parse_comparison(bytes, "fuzz.mat");
  if (read.traces.rate_average.size() != read.conditions.size()) {
    std::abort();
  }
}

/// A baseline, too.
[[maybe_unused]] void comparison_json(Bytes bytes) {
  io::comparison_from_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                           "fuzz.json");
}

[[maybe_unused]] void trials(Bytes bytes) {
  rate::recorded_task(io::parse_trials(bytes, "fuzz.mat"), {}).random_trial(1, 0, Purpose::task);
}

[[maybe_unused]] void mask(Bytes bytes) {
  static constexpr std::string_view kName = "mask";
  io::MatFile(bytes, "fuzz.mat", {&kName, 1}).matrix(kName, "must be a matrix of numbers");
}

[[maybe_unused]] void learner_state(Bytes bytes) {
  io::parse_learner_state(bytes, "fuzz.mat", "innate", 1);
}

/// What was read is worked with: the state is put into the network.
[[maybe_unused]] void innate(Bytes bytes) {
  const io::InnateFile read = io::parse_innate_file(bytes, "fuzz.mat");
  if (!read.result.state.arrays.empty() &&
      !rate::network_with(read.start, read.result.state).w.allFinite()) {
    std::abort();
  }
}

[[maybe_unused]] void innate_start(Bytes bytes) {
  if (io::parse_innate_start(bytes, "fuzz.mat").trials.empty()) {
    std::abort();
  }
}

[[maybe_unused]] void force(Bytes bytes) {
  if (!io::parse_force(bytes, "fuzz.mat").initial.allFinite()) {
    std::abort();
  }
}

[[maybe_unused]] void session(Bytes bytes) {
  if (io::parse_session(bytes, "fuzz.mat").units.empty()) {
    std::abort();
  }
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
    RHEOBASE_FUZZ_READER(std::as_bytes(std::span(data, size)));
  } catch (const Error&) {
    // A refusal is an answer; anything else ends the fuzzer.
  }
  return 0;
}
