// field_fuzz READER COUNT FILE [SEED]: a reader on COUNT random copies of a file, without the file:
// what libFuzzer cannot reach, since every file costs it a child process.
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "core/error.hpp"
#include "tests/fuzz/hostile_fields.hpp"
#include "tests/fuzz/readers.hpp"

using namespace rheobase;

namespace {

std::uint32_t number(std::string_view text) {
  std::uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// How many of the copies the reader refused.
std::uint32_t refused(const test::Reader& reader, const io::MatFile& good, std::uint32_t count,
                      Seed seed) {
  std::uint32_t refusals = 0;
  for (std::uint32_t k = 0; k < count; ++k) {
    RandomStream random(seed, k, Purpose::task);
    try {
      reader.read(test::random_copy(good, random));
    } catch (const Error& error) {
      ++refusals;
      if (!std::string_view(error.what()).starts_with("bad.mat: ")) {
        fmt::print(stderr, "copy {}: a message without the file's name: {}\n", k, error.what());
        std::exit(1);
      }
    }
  }
  return refusals;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view name = argc > 1 ? argv[1] : "";
  const auto reader = std::ranges::find(test::mat_readers(), name, &test::Reader::name);
  if (argc < 4 || reader == test::mat_readers().end()) {
    fmt::print(stderr, "field_fuzz READER COUNT FILE [SEED]\nREADER is one of:");
    for (const test::Reader& one : test::mat_readers()) {
      fmt::print(stderr, " {}", one.name);
    }
    fmt::print(stderr, "\n");
    return 2;
  }
  const io::MatFile good(argv[3]);
  reader->read(good);
  const std::uint32_t count = number(argv[2]);
  const std::uint32_t refusals = refused(*reader, good, count, argc > 4 ? number(argv[4]) : 1);
  fmt::print("{}: {} of {} copies refused, the others read\n", name, refusals, count);
}
