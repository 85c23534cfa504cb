// libFuzzer target for the reader of model files. The decoding of matio runs in child processes:
// what is explored here is our own code, and that nothing of matio comes through.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "core/error.hpp"
#include "io/mat/rate_model_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const rheobase::io::ModelFile file =
        rheobase::io::parse_model(std::as_bytes(std::span(data, size)), "fuzz.mat");
    if (!rheobase::rate::effective_weights(file.dale.value()).allFinite()) {
      std::abort();
    }
  } catch (const rheobase::Error&) {
    // A refusal is an answer; anything else ends the fuzzer.
  }
  return 0;
}
