#include "tests/fuzz/mutate.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace rheobase::test {

namespace {

using Bytes = std::vector<std::byte>;

std::size_t position_in(const Bytes& bytes, RandomStream& random) {
  return random.below(static_cast<std::uint32_t>(bytes.size()));
}

void flip_bit(Bytes& bytes, RandomStream& random) {
  bytes[position_in(bytes, random)] ^= static_cast<std::byte>(1U << random.below(8));
}

void set_byte(Bytes& bytes, RandomStream& random) {
  bytes[position_in(bytes, random)] = static_cast<std::byte>(random.below(256));
}

/// Puts a number that lengths and counts like to go wrong with where one may stand.
void set_word(Bytes& bytes, RandomStream& random) {
  constexpr std::array<std::uint32_t, 14> kWords{
      0,       1,          2,          7,          8,          0xFF,       0xFFFF,
      0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFF8, 0x40000000, 0x0000000E};
  const std::size_t position = position_in(bytes, random) / 4 * 4;
  const std::uint32_t word = kWords[random.below(kWords.size())];
  if (position + 4 <= bytes.size()) {
    std::memcpy(bytes.data() + position, &word, 4);
  }
}

void nudge_word(Bytes& bytes, RandomStream& random) {
  const std::size_t position = position_in(bytes, random) / 4 * 4;
  if (position + 4 <= bytes.size()) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes.data() + position, 4);
    word += random.below(65) - 32;
    std::memcpy(bytes.data() + position, &word, 4);
  }
}

void truncate(Bytes& bytes, RandomStream& random) {
  bytes.resize(std::max<std::size_t>(1, position_in(bytes, random)));
}

struct Part {
  std::size_t begin, size;
};

Part part_of(const Bytes& bytes, RandomStream& random) {
  const std::size_t begin = position_in(bytes, random);
  return {begin, std::min<std::size_t>(bytes.size() - begin, 1 + random.below(256))};
}

void cut_out(Bytes& bytes, RandomStream& random) {
  const Part part = part_of(bytes, random);
  if (part.size < bytes.size()) {
    const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(part.begin);
    bytes.erase(from, from + static_cast<std::ptrdiff_t>(part.size));
  }
}

void copy_part(Bytes& bytes, RandomStream& random) {
  const Part part = part_of(bytes, random);
  const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(part.begin);
  const Bytes copy(from, from + static_cast<std::ptrdiff_t>(part.size));
  const std::size_t target = position_in(bytes, random);
  if (random.coin(0.5)) {
    bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(target), copy.begin(), copy.end());
  } else {
    const std::size_t room = std::min(copy.size(), bytes.size() - target);
    std::copy_n(copy.begin(), room, bytes.begin() + static_cast<std::ptrdiff_t>(target));
  }
}

}  // namespace

std::vector<std::byte> mutate(std::vector<std::byte> bytes, RandomStream& random) {
  using Change = void (*)(Bytes&, RandomStream&);
  constexpr std::array<Change, 8> kChanges{flip_bit,   flip_bit, set_byte, set_word,
                                           nudge_word, truncate, cut_out,  copy_part};
  const std::uint32_t changes = 1 + random.below(4);
  for (std::uint32_t i = 0; i < changes; ++i) {
    kChanges[random.below(kChanges.size())](bytes, random);
  }
  return bytes;
}

}  // namespace rheobase::test
