#include <array>
#include <map>
#include <memory>
#include <sstream>
#include <string>

#include <doctest/doctest.h>
#include <stdio.h>

#include "io/mat/internal/text_encoding.hpp"
#include "io/mat/rate_model_file.hpp"
#include "tests/io/mat/fixtures.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::mapping;
using namespace rheobase::rate;
using namespace rheobase::spiking;
using namespace rheobase::test;

namespace {

const std::string kData = RHEOBASE_IO_TEST_DATA;

/// Standard output of a shell command, empty when it fails.
std::string output_of(const std::string& command) {
  struct Close {
    void operator()(FILE* pipe) const { pclose(pipe); }
  };
  const std::unique_ptr<FILE, Close> pipe(popen((command + " 2>/dev/null").c_str(), "r"));
  REQUIRE(pipe);
  std::string output;
  std::array<char, 4096> block{};
  while (const std::size_t count = fread(block.data(), 1, block.size(), pipe.get())) {
    output.append(block.data(), count);
  }
  return output;
}

/// Compares what another program printed of a file with what this one reads.
void check_dump(const std::string& dump, const MatFile& mat) {
  std::istringstream lines(dump);
  std::size_t seen = 0;
  for (std::string line; std::getline(lines, line); ++seen) {
    std::istringstream words(line);
    std::string name;
    std::string rows;
    words >> name >> rows;
    CAPTURE(name);
    const MatArray* array = mat.find(name);
    REQUIRE(array != nullptr);
    if (rows == "text") {
      CHECK(line.substr(name.size() + 6) == array->text);
      continue;
    }
    std::string cols;
    words >> cols;
    CHECK(array->dims == std::vector<std::size_t>{std::stoul(rows), std::stoul(cols)});
    std::vector<double> values;
    for (std::string word; words >> word;) {
      values.push_back(std::stod(word));
    }
    if (array->class_name == "char") {  // Octave takes text of level 7.3 for its code units
      CHECK(utf8_from_utf16(std::u16string(values.begin(), values.end())) == array->text);
    } else {
      CHECK(values == array->values);
    }
  }
  std::size_t leaves = 0;
  for (const MatArray& array : mat.arrays()) {
    leaves += array.class_name == "struct" ? 0 : 1;
  }
  CHECK(seen == leaves);
}

/// @param available  a command that prints something where the reader is installed
void check_reader(const std::string& available, const std::string& command,
                  const std::string& after, MatVersion version) {
  if (output_of(available).empty()) {
    MESSAGE("not installed, not checked: ", available);
    return;
  }
  const TemporaryFolder folder;
  write_model(folder / "model.mat", small_model_file(), version);
  const std::string dump = output_of(command + (folder / "model.mat").string() + after);
  check_dump(dump, MatFile(folder / "model.mat"));
}

}  // namespace

TEST_SUITE("golden") {
  TEST_CASE("SciPy reads the same names and numbers from our level 5 files") {
    check_reader("/usr/bin/python3 -c 'import scipy.io; print(1)'",
                 "/usr/bin/python3 " + kData + "/dump_mat.py ", " scipy", MatVersion::level5);
  }

  TEST_CASE("h5py reads the same names and numbers from our level 7.3 files") {
    check_reader("/usr/bin/python3 -c 'import h5py; print(1)'",
                 "/usr/bin/python3 " + kData + "/dump_mat.py ", " hdf5", MatVersion::level73);
  }

  TEST_CASE("GNU Octave reads the same names and numbers from our files of both levels") {
    for (const MatVersion version : {MatVersion::level5, MatVersion::level73}) {
      check_reader("octave-cli --version", "octave-cli -q --path " + kData + " --eval \"dump_mat('",
                   "')\"", version);
    }
  }
}
