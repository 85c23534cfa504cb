#include "core/sha256.hpp"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

using namespace rheobase;

namespace {

std::string hash_of(std::string_view text) {
  return sha256(std::as_bytes(std::span(text)));
}

}  // namespace

TEST_SUITE("golden") {
  // Examples of NIST (FIPS 180-4, CAVS short messages); sha256sum prints the same.
  TEST_CASE("SHA-256 of the published examples") {
    CHECK(hash_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hash_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hash_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(hash_of(std::string(1000000, 'a')) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  }
}
