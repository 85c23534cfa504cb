#include <algorithm>
#include <array>

#include <doctest/doctest.h>

#include "io/mat/atomic_file.hpp"
#include "io/mat/internal/kept_fields.hpp"
#include "io/mat/internal/mat5_scan.hpp"
#include "io/mat/internal/model_fields.hpp"
#include "io/mat/rate_model_file.hpp"
#include "tests/io/mat/fixtures.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::mapping;
using namespace rheobase::rate;
using namespace rheobase::spiking;
using namespace rheobase::test;

namespace {

const std::filesystem::path kForeignFields = RHEOBASE_IO_TEST_DATA;

/// A variable's bytes in a level 5 file.
std::vector<std::byte> element(const std::filesystem::path& path, const std::string& name) {
  const std::vector<std::byte> bytes = read_bytes(path);
  for (const Mat5Element& e : scan_mat5(bytes, path.string(), std::size_t{1} << 30).elements) {
    if (e.name == name) {
      const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(e.offset);
      return {from, from + static_cast<std::ptrdiff_t>(e.size)};
    }
  }
  return {};
}

/// What each variable is and, as far as it is numbers or text, holds.
std::vector<std::string> descriptions(const std::filesystem::path& path) {
  std::vector<std::string> lines;
  const MatFile mat(path);
  for (const MatArray& array : mat.arrays()) {
    std::string line = array.name + ": " + array.describe() + " '" + array.text + "'";
    for (const double value : array.values) {
      line += " " + std::to_string(value);
    }
    lines.push_back(line);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

bool extra(const std::string& line) {
  return line.starts_with("extra_");
}

std::vector<std::string> extras(const std::filesystem::path& path) {
  std::vector<std::string> lines = descriptions(path);
  std::erase_if(lines, [](const std::string& line) { return !extra(line); });
  return lines;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("unknown fields are copied byte for byte within level 5, function handles included") {
    const TemporaryFolder folder;
    const auto source = kForeignFields / "unknown_fields.mat";
    ModelFile file = read_model(source);
    file.scaling_factor = 35.0;
    write_model(folder / "out.mat", file, MatVersion::level5, source);
    CHECK(extras(folder / "out.mat").size() >= 10);
    for (const char* name :
         {"extra_struct", "extra_cell", "extra_text", "extra_sparse", "extra_complex",
          "extra_logical", "extra_int8", "extra_cube", "extra_handle", "w_in0"}) {
      CAPTURE(name);
      CHECK(!element(source, name).empty());
      CHECK(element(folder / "out.mat", name) == element(source, name));
    }
    CHECK(read_model(folder / "out.mat").scaling_factor == 35.0);
  }

  TEST_CASE("unknown fields survive a change of level, in both directions") {
    const TemporaryFolder folder;
    const auto source = kForeignFields / "unknown_fields_no_handle.mat";
    const ModelFile file = read_model(source);
    write_model(folder / "hdf5.mat", file, MatVersion::level73, source);
    CHECK(extras(folder / "hdf5.mat") == extras(source));
    write_model(folder / "again.mat", file, MatVersion::level73, folder / "hdf5.mat");
    CHECK(extras(folder / "again.mat") == extras(source));
    write_model(folder / "back.mat", file, MatVersion::level5, folder / "again.mat");
    CHECK(extras(folder / "back.mat") == extras(source));
  }

  TEST_CASE("level 7.3 where all variables together, kept ones too, are more than is read again") {
    MatFields fields;
    for (const char* name : {"a", "b.c", "b.d"}) {
      fields.matrix(name, Eigen::MatrixXd::Ones(1000, 1));
    }
    const auto level = [&](std::size_t kept, std::size_t most) {
      return level_that_holds(fields, MatVersion::level5, kept, most);
    };
    CHECK(level(0, 25'000) == MatVersion::level5);
    CHECK(level(0, 24'100) == MatVersion::level73);  // with no room for names
    CHECK(level(8'000, 33'000) == MatVersion::level5);
    CHECK(level(10'000, 33'000) == MatVersion::level73);
    CHECK(level_that_holds(fields, MatVersion::level73, 0) == MatVersion::level73);
    CHECK(level_that_holds(fields, MatVersion::level5, std::size_t{3} << 30) == MatVersion::level5);
    CHECK(level_that_holds(fields, MatVersion::level5, std::size_t{4} << 30) ==
          MatVersion::level73);
    // What is read again is what was counted.
    CHECK(scan_mat5(bytes_of(fields, MatVersion::level5), "f", 25'000).elements.size() == 2);
    CHECK_THROWS_AS(scan_mat5(bytes_of(fields, MatVersion::level5), "f", 24'000), InputError);
  }

  TEST_CASE("bytes that a file would keep of another are those of their numbers") {
    MatFields source;
    source.matrix("a", Eigen::MatrixXd::Ones(1000, 3));
    source.logical_column("b", std::vector<bool>(5000, true));
    source.text("c", std::string(3000, 'x'));
    source.matrix("d", Eigen::MatrixXd::Ones(1000, 1));
    MatFields fields;
    fields.number("d", 1.0);
    for (const MatVersion version : {MatVersion::level5, MatVersion::level73}) {
      const std::vector<std::byte> bytes = bytes_of(source, version);
      const KeptContents all = kept_contents(bytes, "f", fields, {});
      CHECK(all.names == std::vector<std::string>{"a", "b", "c"});
      CHECK(all.bytes >= 24'000 + 5'000 + 6'000);
      CHECK(all.bytes < 24'000 + 5'000 + 6'000 + 400);
      static constexpr std::array<std::string_view, 2> kDropped{"a", "b"};
      CHECK(kept_contents(bytes, "f", fields, kDropped).bytes < 6'000 + 200);
    }
  }

  TEST_CASE("a field that cannot be carried to another level is named, before and in writing") {
    const TemporaryFolder folder;
    const auto source = kForeignFields / "unknown_fields.mat";
    const ModelFile file = read_model(source);
    const std::string refusal =
        source.string() +
        ": field 'extra_handle': found a function handle; must be of a class "
        "that can be copied to another level of .mat file (clear it, or save -v7)";
    CHECK(input_error_of([&] {
            require_writable_model(folder / "out.mat", MatVersion::level73, source);
          }) == refusal);
    CHECK(input_error_of([&] {
            write_model(folder / "out.mat", file, MatVersion::level73, source);
          }) == refusal);
    require_writable_model(folder / "out.mat", MatVersion::level5, source);
    CHECK(folder.names().empty());
  }

  TEST_CASE("a file may be rewritten in place; otherwise the source is not touched") {
    const TemporaryFolder folder;
    const auto source = kForeignFields / "unknown_fields.mat";
    const std::vector<std::byte> before = read_bytes(source);
    write_atomically(folder / "model.mat", before);
    ModelFile file = read_model(folder / "model.mat");
    file.scaling_factor = 55.0;
    write_model(folder / "model.mat", file, MatVersion::level5, folder / "model.mat");
    CHECK(read_model(folder / "model.mat").scaling_factor == 55.0);
    CHECK(element(folder / "model.mat", "extra_cell") == element(source, "extra_cell"));
    write_model(folder / "other.mat", file, MatVersion::level5, source);
    CHECK(read_bytes(source) == before);
  }

  TEST_CASE("an old search does not survive, a record that cannot be read does") {
    const TemporaryFolder folder;
    MatFields fields = without(model_fields(small_model_file()), "eval_labels");
    fields.text("eval_labels", "same");
    write_mat(folder / "old.mat", fields, MatVersion::level5);
    ModelFile file = read_model(folder / "old.mat");
    file.scaling_factor.reset();
    file.provenance.scaling_factors.clear();
    file.provenance.accuracies.clear();
    file.transfer.reset();
    write_model(folder / "new.mat", file, MatVersion::level5, folder / "old.mat");
    const MatFile mat(folder / "new.mat");
    CHECK(!mat.has("opt_scaling_factor"));
    CHECK(!mat.has("all_perfs"));
    CHECK(!mat.has("scaling_factors"));
    CHECK(!mat.has("spiking_network.neuron"));
    CHECK(mat.text("eval_labels", "") == "same");
  }
}
