#include <cstdint>

#include <doctest/doctest.h>

#include "core/random.hpp"
#include "io/exchange/exporter.hpp"
#include "io/exchange/internal/hdf5_writer.hpp"
#include "io/exchange/model_state.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/internal/model_fields.hpp"
#include "tests/fuzz/mutate.hpp"
#include "tests/io/mat/fixtures.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::mapping;
using namespace rheobase::rate;
using namespace rheobase::spiking;
using namespace rheobase::test;

namespace {

std::vector<std::byte> exported(const ModelFile& file, const std::string& format) {
  return find_exporter(format).make({"model.mat", file, {}}, {}).contents;
}

/// Both as the bytes of a .mat file: every field, its class, shape and value.
bool same_file(const ModelFile& a, const ModelFile& b) {
  return bytes_of(model_fields(a), MatVersion::level5) ==
         bytes_of(model_fields(b), MatVersion::level5);
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a model comes back from NIR and HDF5 bit for bit, text and structures included") {
    const TemporaryFolder folder;
    ModelFile file = small_model_file();
    for (const char* format : {"nir", "hdf5"}) {
      CAPTURE(format);
      write_atomically(folder / "model.h5", exported(file, format));
      CHECK(same_file(read_model_state(folder / "model.h5"), file));
    }
  }

  TEST_CASE("the same export is the same bytes") {
    const ModelFile file = small_model_file();
    for (const char* format : {"nir", "hdf5"}) {
      CHECK(exported(file, format) == exported(file, format));
    }
  }

  TEST_CASE("files without a model in them") {
    const TemporaryFolder folder;
    const auto refusal = [&](const std::string& contents) {
      write_atomically(folder / "x.h5", contents);
      return input_error_of([&] { read_model_state(folder / "x.h5"); });
    };
    CHECK(refusal("unit,time_ms\n")
              .ends_with("found something else; must be an undamaged HDF5 "
                         "file"));
    Hdf5Writer writer;
    writer.text("/version", "1.0");
    const std::vector<std::byte> other = writer.finish();
    CHECK(
        refusal({reinterpret_cast<const char*>(other.data()), other.size()})
            .ends_with("group '/rheobase': found nothing; must hold a model, as `rheobase export` "
                       "writes it (--format nir or hdf5)"));
  }

  TEST_CASE("a number beyond the range of its type is refused, not turned into another") {
    const std::int64_t largest[] = {INT64_MAX};
    Hdf5Writer writer;
    writer.group("/rheobase");
    writer.numbers("/rheobase/N", std::span<const std::int64_t>(largest), {1, 1});
    const std::vector<std::byte> bytes = writer.finish();
    CHECK(input_error_of([&] { parse_model_state(bytes, "x.h5"); }) ==
          "x.h5: field 'N': found 9.223372036854776e+18; must be a whole number within the range "
          "of its type");
  }

  TEST_CASE("no damage to an exported file does more than a refusal") {
    const TemporaryFolder folder;
    const std::vector<std::byte> original = exported(small_model_file(), "hdf5");
    int refused = 0;
    int read = 0;
    for (std::uint32_t i = 0; i < 60; ++i) {
      RandomStream random(21, i, Purpose::task);
      write_atomically(folder / "mutant.h5", mutate(original, random));
      try {
        validate(read_model_state(folder / "mutant.h5").dale.value(), "mutant.h5");
        ++read;
      } catch (const Error& error) {
        const std::string message = error.what();
        CAPTURE(message);
        CHECK(message.find("mutant.h5") != std::string::npos);
        CHECK(message.find('\n') == std::string::npos);
        ++refused;
      }
    }
    CHECK(refused > 5);
    CHECK(read > 0);
  }
}
