// Secure hash of 256 bits, FIPS 180-4 (2015), sections 4 to 6. Its constants are the first 32 bits
// of the fractional parts of the cube roots (rounds) and square roots (start) of the first primes:
// they are computed, in whole numbers.
#include "core/sha256.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include <fmt/format.h>

namespace rheobase {

namespace {

constexpr std::size_t kBlock = 64;
constexpr std::size_t kRounds = 64;
using Words = std::array<std::uint32_t, 8>;

__extension__ using Wide = unsigned __int128;

constexpr bool is_prime(std::uint32_t n) {
  for (std::uint32_t d = 2; d * d <= n; ++d) {
    if (n % d == 0) {
      return false;
    }
  }
  return true;
}

/// floor(prime^(1/power) 2^32) without its whole part.
constexpr std::uint32_t root_fraction(std::uint32_t prime, int power) {
  std::uint64_t root = 0;
  for (int bit = 35; bit >= 0; --bit) {
    const std::uint64_t trial = root | (std::uint64_t{1} << bit);
    // power 2: trial^2 <= prime 2^64; power 3: trial^3 <= prime 2^96.
    const Wide square = Wide{trial} * trial;
    const bool fits =
        power == 2 ? square <= (Wide{prime} << 64) : square <= (Wide{prime} << 96) / trial;
    root = fits ? trial : root;
  }
  return static_cast<std::uint32_t>(root);
}

template <std::size_t count>
constexpr std::array<std::uint32_t, count> roots_of_primes(int power) {
  std::array<std::uint32_t, count> roots{};
  std::uint32_t prime = 2;
  for (std::uint32_t& root : roots) {
    while (!is_prime(prime)) {
      ++prime;
    }
    root = root_fraction(prime++, power);
  }
  return roots;
}

constexpr std::array<std::uint32_t, kRounds> kRoundConstants = roots_of_primes<kRounds>(3);
constexpr Words kStart = roots_of_primes<8>(2);
static_assert(kRoundConstants.front() == 0x428a2f98U && kStart.front() == 0x6a09e667U);

void add_block(const std::byte* block, Words& hash) {
  std::array<std::uint32_t, kRounds> w{};
  for (std::size_t t = 0; t < kRounds; ++t) {
    if (t < 16) {
      for (std::size_t k = 0; k < 4; ++k) {
        w[t] = (w[t] << 8) | std::to_integer<std::uint32_t>(block[4 * t + k]);
      }
      continue;
    }
    const std::uint32_t a = w[t - 15];
    const std::uint32_t b = w[t - 2];
    w[t] = w[t - 16] + w[t - 7] + (std::rotr(a, 7) ^ std::rotr(a, 18) ^ (a >> 3)) +
           (std::rotr(b, 17) ^ std::rotr(b, 19) ^ (b >> 10));
  }
  Words s = hash;
  for (std::size_t t = 0; t < kRounds; ++t) {
    const std::uint32_t choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
    const std::uint32_t majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
    const std::uint32_t first = s[7] +
                                (std::rotr(s[4], 6) ^ std::rotr(s[4], 11) ^ std::rotr(s[4], 25)) +
                                choice + kRoundConstants[t] + w[t];
    const std::uint32_t second =
        (std::rotr(s[0], 2) ^ std::rotr(s[0], 13) ^ std::rotr(s[0], 22)) + majority;
    s = {first + second, s[0], s[1], s[2], s[3] + first, s[4], s[5], s[6]};
  }
  for (std::size_t k = 0; k < hash.size(); ++k) {
    hash[k] += s[k];
  }
}

}  // namespace

std::string sha256(std::span<const std::byte> bytes) {
  Words hash = kStart;
  const std::size_t whole = bytes.size() / kBlock * kBlock;
  for (std::size_t at = 0; at < whole; at += kBlock) {
    add_block(bytes.data() + at, hash);
  }
  // The rest, a bit of 1, zeros and the length in bits.
  std::array<std::byte, 2 * kBlock> tail{};
  const std::size_t rest = bytes.size() - whole;
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(whole), rest, tail.begin());
  tail[rest] = std::byte{0x80};
  const std::size_t length = rest + 9 <= kBlock ? kBlock : 2 * kBlock;
  for (std::size_t k = 0; k < 8; ++k) {
    tail[length - 1 - k] = static_cast<std::byte>(std::uint64_t{bytes.size()} * 8 >> (8 * k));
  }
  for (std::size_t at = 0; at < length; at += kBlock) {
    add_block(tail.data() + at, hash);
  }
  std::string text;
  for (const std::uint32_t word : hash) {
    text += fmt::format("{:08x}", word);
  }
  return text;
}

}  // namespace rheobase
