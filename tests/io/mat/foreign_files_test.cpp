#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <zlib.h>

#include "io/mat/atomic_file.hpp"
#include "io/mat/internal/mat5_scan.hpp"
#include "io/mat/internal/mat_format.hpp"
#include "io/mat/internal/model_fields.hpp"
#include "io/mat/rate_model_file.hpp"
#include "io/mat/trials_file.hpp"
#include "tests/io/mat/fixtures.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::rate;
using namespace rheobase::test;

namespace {

using Bytes = std::vector<std::byte>;

const std::filesystem::path kForeignFiles =
    std::filesystem::path(RHEOBASE_IO_TEST_DATA) / "foreign";

DaleModel plain() {
  return read_model(kForeignFiles / "plain.mat").dale.value();
}

Bytes bytes_of_text(std::string_view text) {
  const auto view = std::as_bytes(std::span(text));
  return {view.begin(), view.end()};
}

std::string format_refusal(const Bytes& bytes) {
  return input_error_of([&] { identify_mat(bytes, "f"); });
}

void append_word(Bytes& bytes, std::uint32_t word) {
  const auto view = std::as_bytes(std::span(&word, 1));
  bytes.insert(bytes.end(), view.begin(), view.end());
}

/// A level 5 file with one compressed variable a: rows x cols doubles, all 0.
Bytes zeros(std::uint32_t rows, std::uint32_t cols) {
  const std::uint32_t size = 8 * rows * cols;
  Bytes variable;
  for (const std::uint32_t word :
       {14U, size + 48U, 6U, 8U, 6U, 0U, 5U, 8U, rows, cols, 1U + (1U << 16), 'a' + 0U, 9U, size}) {
    append_word(variable, word);
  }
  variable.resize(variable.size() + size);
  Bytes packed(compressBound(variable.size()));
  uLongf length = packed.size();
  REQUIRE(compress(reinterpret_cast<Bytef*>(packed.data()), &length,
                   reinterpret_cast<const Bytef*>(variable.data()), variable.size()) == Z_OK);
  packed.resize(length);
  Bytes file(kMat5HeaderBytes, std::byte{' '});
  const std::uint16_t version = 0x0100;
  const std::uint16_t order = 'M' << 8 | 'I';
  std::memcpy(file.data() + 124, &version, 2);
  std::memcpy(file.data() + 126, &order, 2);
  append_word(file, 15);
  append_word(file, static_cast<std::uint32_t>(length));
  file.insert(file.end(), packed.begin(), packed.end());
  return file;
}

/// Appends to a level 5 file a char array whose characters are UTF-8, as SciPy writes it.
void append_utf8(Bytes& file, const std::string& name, std::uint32_t rows, std::uint32_t cols,
                 const std::string& text) {
  const auto padded = [](std::size_t size) {
    return static_cast<std::uint32_t>((size + 7) / 8 * 8);
  };
  const auto element = [&](std::uint32_t type, const std::string& bytes) {
    append_word(file, type);
    append_word(file, static_cast<std::uint32_t>(bytes.size()));
    Bytes payload = bytes_of_text(bytes);
    payload.resize(padded(bytes.size()));
    file.insert(file.end(), payload.begin(), payload.end());
  };
  append_word(file, 14);
  append_word(file, 16 + 16 + 8 + padded(name.size()) + 8 + padded(text.size()));
  for (const std::uint32_t word : {6U, 8U, 4U, 0U, 5U, 8U, rows, cols}) {
    append_word(file, word);
  }
  element(1, name);
  element(16, text);
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("one network, however another program wrote its file") {
    for (const char* name : {"squeezed.mat", "struct_wrapped.mat", "v5_dims_uint32.mat",
                             "v5_string.mat", "v73_function_handle.mat", "v73_hdf5storage.mat",
                             "v73_logical_empty.mat", "v73_struct_without_fields_attribute.mat"}) {
      CAPTURE(name);
      check_same(read_model(kForeignFiles / name).dale.value(), plain());
    }
  }

  TEST_CASE("a MATLAB object that is not needed is carried byte for byte within level 5") {
    const TemporaryFolder folder;
    const auto source = kForeignFiles / "v5_string.mat";
    write_model(folder / "out.mat", read_model(source), MatVersion::level5, source);
    const MatFile out(folder / "out.mat");
    REQUIRE(out.has("note"));
    CHECK(out.find("note")->describe() == "an object of MATLAB's class string");
    const Bytes before = read_bytes(source);
    const Bytes after = read_bytes(folder / "out.mat");
    const auto element = [](const Bytes& bytes) {
      for (const Mat5Element& e : scan_mat5(bytes, "f").elements) {
        if (e.name == "note") {
          const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(e.offset);
          return Bytes(from, from + static_cast<std::ptrdiff_t>(e.size));
        }
      }
      return Bytes();
    };
    CHECK(!element(before).empty());
    CHECK(element(after) == element(before));
  }

  TEST_CASE("a needed field that is an object: what it is and how to save it") {
    const TemporaryFolder folder;
    // The string object 'note', under the name of a needed field of four letters.
    Bytes bytes = read_bytes(kForeignFiles / "v5_string.mat");
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const std::size_t task = text.find("note");
    REQUIRE(task != std::string_view::npos);
    std::memcpy(bytes.data() + task, "task", 4);
    const std::string message = input_error_of([&] { parse_model(bytes, "m.mat"); });
    CHECK(message ==
          "m.mat: field 'task': found an object of MATLAB's class string; must be the name of a "
          "task; only MATLAB reads its own objects: save it as char");
  }

  TEST_CASE("level 7.3: what cannot be copied is named, what can be is whole") {
    const TemporaryFolder folder;
    const auto handle = kForeignFiles / "v73_function_handle.mat";
    const std::string message = input_error_of(
        [&] { write_model(folder / "o.mat", read_model(handle), MatVersion::level5, handle); });
    CHECK(message.find("field 'fun': found a function handle; must be of a class") !=
          std::string::npos);
    const auto logical = kForeignFiles / "v73_logical_empty.mat";
    const auto members = kForeignFiles / "v73_struct_without_fields_attribute.mat";
    for (const MatVersion version : {MatVersion::level5, MatVersion::level73}) {
      write_model(folder / "l.mat", read_model(logical), version, logical);
      const MatFile empty(folder / "l.mat");
      REQUIRE(empty.has("idx"));
      CHECK(empty.find("idx")->describe() == MatFile(logical).find("idx")->describe());
      CHECK(empty.find("idx")->class_name == "logical");
      CHECK(empty.find("idx")->element_count() == 0);
      write_model(folder / "s.mat", read_model(members), version, members);
      const MatFile before(members);
      const MatFile after(folder / "s.mat");
      for (const char* member : {"st.a", "st.b", "st.c", "st.d"}) {
        CAPTURE(member);
        REQUIRE(before.has(member));
        REQUIRE(after.has(member));
        CHECK(after.find(member)->values == before.find(member)->values);
        CHECK(!after.find(member)->values.empty());
      }
    }
  }

  TEST_CASE("files of other programs are named, with the way to convert them") {
    const auto contains = [](const std::string& text, const std::string& part) {
      return text.find(part) != std::string::npos;
    };
    using namespace std::string_literals;
    const std::string zip = "PK\x03\x04"s + std::string(26, '\0');
    CHECK(contains(format_refusal(bytes_of_text(zip + "w.npy")), "NumPy's .npz"));
    CHECK(contains(format_refusal(bytes_of_text(zip + "archive/data.pkl")), "PyTorch's .pth"));
    CHECK(contains(format_refusal(bytes_of_text(zip + "letter.txt")), "a zip archive"));
    CHECK(contains(format_refusal(bytes_of_text("\x93NUMPY\x01\x00"s)), "NumPy's .npy"));
    CHECK(contains(format_refusal(bytes_of_text("\x80\x04\x95\x10"s)), "Python's pickle"));
    CHECK(contains(format_refusal(bytes_of_text("# Created by Octave 7.3.0\n# name: w\n")),
                   "save -v7"));
    CHECK(contains(format_refusal(bytes_of_text("\x89HDF\r\n\x1a\n"s + std::string(600, '\0'))),
                   "h5py"));
    Bytes level4;
    for (const std::uint32_t word : {0U, 2U, 2U, 0U, 2U}) {
      append_word(level4, word);
    }
    level4.resize(64);
    CHECK(contains(format_refusal(level4), "level 4"));
  }

  TEST_CASE("compressed blocks: the size that they declare decides, not the length of the file") {
    const Bytes file = zeros(3000, 1000);  // 24 MB of zeros in some 24 kB
    REQUIRE(file.size() < 40000);
    CHECK(MatFile(file, "zeros.mat").matrix("a", 3000, 1000, "") ==
          Eigen::MatrixXd::Zero(3000, 1000));
    const std::string refusal = input_error_of([&] { scan_mat5(file, "zeros.mat", 20 << 20); });
    CHECK(refusal.find("compressed blocks of more than 20 MiB") != std::string::npos);
    // Two blocks that fit alone are too much together.
    Bytes twice = file;
    twice.insert(twice.end(), file.begin() + kMat5HeaderBytes, file.end());
    CHECK(scan_mat5(twice, "twice.mat", 46 << 20).elements.size() == 2);
    CHECK_THROWS_AS(scan_mat5(twice, "twice.mat", 45 << 20), InputError);
  }

  TEST_CASE("twenty thousand small variables are a valid file") {
    MatFields fields = model_fields(small_model_file());
    for (int i = 0; i < 200; ++i) {
      fields.number("extra_" + std::to_string(i), i);
    }
    Bytes bytes = bytes_of(fields, MatVersion::level5);
    const Mat5Layout layout = scan_mat5(bytes, "many.mat");
    const Mat5Element& last = layout.elements.back();
    const Bytes one(bytes.begin() + static_cast<std::ptrdiff_t>(last.offset),
                    bytes.begin() + static_cast<std::ptrdiff_t>(last.offset + last.size));
    for (int i = 0; i < 20000; ++i) {
      bytes.insert(bytes.end(), one.begin(), one.end());
    }
    check_same(parse_model(bytes, "many.mat").dale.value(), small_model_file().dale.value());
  }

  TEST_CASE("trials as cells of different lengths: padded, the rest not scored") {
    const RecordedTrials recorded = read_trials(kForeignFiles / "trials_cells.mat");
    REQUIRE(recorded.trials.size() == 3);
    const std::vector<Eigen::Index> lengths{40, 50, 60};
    for (std::size_t k = 0; k < 3; ++k) {
      const Trial& trial = recorded.trials[k];
      CHECK(trial.input.cols() == 60);
      CHECK(trial.target.cols() == 60);
      CHECK(trial.target.leftCols(lengths[k]).allFinite());
      CHECK(trial.target.rightCols(60 - lengths[k]).array().isNaN().all());
      CHECK(trial.input.rightCols(60 - lengths[k]).isZero(0.0));
    }
  }

  TEST_CASE("rows of characters beyond ASCII, written as UTF-8 column by column") {
    MatFields numbers;
    numbers.number("a", 1.0);
    Bytes bytes = bytes_of(numbers, MatVersion::level5);
    append_utf8(bytes, "label", 2, 4, "gbrl\u00fcanu");  // gr\u00fcn, blau
    append_utf8(bytes, "wide", 3, 2, "a\u20acb\U0001F600cd");
    // As many bytes as the extents say: rows of bytes, as Octave has them.
    append_utf8(bytes, "bytes", 2, 2,
                "\xC3"
                "a"
                "\xBC"
                "b");
    append_utf8(bytes, "row", 1, 4, "gr\u00fcn");
    const MatFile file(bytes, "t.mat");
    CHECK(file.find("label")->text == "gr\u00fcn\nblau");
    CHECK(file.find("wide")->text == "a\U0001F600\n\u20acc\nbd");
    CHECK(file.find("bytes")->text == "\u00fc\nab");
    CHECK(file.find("row")->text == "gr\u00fcn");
  }

  TEST_CASE("trials: words as labels, not-a-number as a mask, a window without length") {
    const RecordedTrials words = read_trials(kForeignFiles / "trials_label_text.mat");
    CHECK(words.conditions == std::vector<std::string>{"go", "nogo"});
    CHECK(words.trials[0].condition == 0);
    CHECK(words.trials[1].condition == 1);
    CHECK(
        read_trials(kForeignFiles / "trials_nan_mask.mat").trials[0].target.array().isNaN().any());
    const RecordedTrials window = read_trials(kForeignFiles / "trials_empty_window.mat");
    CHECK(*window.score_window_ms == std::pair{100.0, 100.0});  // refused by the task
  }
}
