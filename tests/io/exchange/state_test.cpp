#include <cstdint>

#include <doctest/doctest.h>

#include "core/random.hpp"
#include "io/exchange/exporter.hpp"
#include "io/exchange/internal/hdf5_writer.hpp"
#include "io/exchange/model_state.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/internal/hdf5_objects.hpp"
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

  TEST_CASE("fields that the program does not know, and records of another shape, come back") {
    const TemporaryFolder folder;
    const std::filesystem::path data = RHEOBASE_IO_TEST_DATA;
    for (const char* name : {"foreign/published_extras.mat", "unknown_fields.mat"}) {
      const std::filesystem::path source = data / name;
      CAPTURE(source);
      for (const char* format : {"nir", "hdf5"}) {
        ExportSource parts = read_export_source({source});
        parts.model->scaling_factor = 20.0;
        write_atomically(folder / "model.h5", find_exporter(format).make(parts, {}).contents);
        write_imported(folder / "again.mat", import_model(folder / "model.h5"));
        const MatFile before(source);
        const MatFile after(folder / "again.mat");
        for (const MatArray& array : before.arrays()) {
          CAPTURE(array.name);
          REQUIRE(after.has(array.name));
          CHECK(after.find(array.name)->text == array.text);
          // The program's own fields are written in its own form (rows, double precision).
          if (array.name.starts_with("extra_") || array.name == "w_in0" || array.name == "x" ||
              array.name == "inh_som") {
            CHECK(after.find(array.name)->describe() == array.describe());
            CHECK(after.find(array.name)->values == array.values);
          }
        }
      }
    }
  }

  TEST_CASE("links to other files are refused in one line, in our exports and in level 7.3") {
    Hdf5Writer writer;
    writer.group("/rheobase");
    const std::vector<std::byte> plain = writer.finish();
    const auto with_link = [](const std::vector<std::byte>& bytes, const std::string& group,
                              bool symbolic) {
      const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "access");
      hdf5_check(H5Pset_fapl_core(access, 1 << 16, 0), "memory");
      std::vector<std::byte> copy = bytes;
      hdf5_check(H5Pset_file_image(access, copy.data(), copy.size()), "image");
      const Hdf5Handle file(H5Fopen("memory", H5F_ACC_RDWR, access), H5Fclose, "file");
      const std::string path = group + "/w";
      hdf5_check(symbolic ? H5Lcreate_soft("/nowhere", file, path.c_str(), H5P_DEFAULT, H5P_DEFAULT)
                          : H5Lcreate_external("/etc/passwd", "/w", file, path.c_str(), H5P_DEFAULT,
                                               H5P_DEFAULT),
                 "link");
      hdf5_check(H5Fflush(file, H5F_SCOPE_GLOBAL), "flush");
      std::vector<std::byte> changed(static_cast<std::size_t>(H5Fget_file_image(file, nullptr, 0)));
      H5Fget_file_image(file, changed.data(), changed.size());
      return changed;
    };
    CHECK(
        input_error_of([&] { parse_model_state(with_link(plain, "/rheobase", false), "x.h5"); }) ==
        "x.h5: '/rheobase/w': found a link to another file; must be numbers or one text, as "
        "`rheobase export` writes them");
    CHECK(input_error_of([&] {
            parse_model_state(with_link(plain, "/rheobase", true), "x.h5");
          }).find("a symbolic link inside the file") != std::string::npos);
    MatFields none;
    none.number("N", 3.0);
    // The file image starts behind MATLAB's header of 512 bytes.
    const std::vector<std::byte> level73 = bytes_of(none, MatVersion::level73);
    std::vector<std::byte> linked(level73.begin(), level73.begin() + 512);
    const std::vector<std::byte> image = with_link(level73, "", false);
    linked.insert(linked.end(), image.begin(), image.end());
    CHECK(input_error_of([&] { parse_model(linked, "x.mat"); }) ==
          "x.mat: field 'w': found a link to another file; must be an undamaged level 7.3 .mat "
          "file");
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
    CHECK(refusal("\x93NUMPY\x01")
              .ends_with("found NumPy's .npy: np.load and scipy.io.savemat convert it; must be an "
                         "HDF5 file: a NIR graph or an export of this program"));
    CHECK(refusal("MATLAB 5.0 MAT-file").find("a .mat file, which needs no import") !=
          std::string::npos);
    Hdf5Writer writer;
    writer.text("/version", "1.0");
    const std::vector<std::byte> other = writer.finish();
    CHECK(
        refusal({reinterpret_cast<const char*>(other.data()), other.size()})
            .ends_with("group '/rheobase': found nothing; must hold a model, as `rheobase export` "
                       "writes it (--format nir or hdf5), or a NIR graph (/node)"));
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
