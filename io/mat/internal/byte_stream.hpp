#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace rheobase::io {

/// Appends numbers and strings to a message between two processes of the same machine.
class ByteWriter {
 public:
  ByteWriter() = default;
  /// @param expected  bytes of numbers, names are on top: growing costs more than writing
  explicit ByteWriter(std::size_t expected) { bytes_.reserve(expected + kNames); }

  template <class T>
  void number(T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  template <class T>
  void numbers(std::span<const T> values) {
    static_assert(std::is_trivially_copyable_v<T>);
    number(static_cast<std::uint64_t>(values.size()));
    bytes_.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  }
  void text(std::string_view value) { numbers(std::span(value)); }

  std::string take() { return std::move(bytes_); }

 private:
  static constexpr std::size_t kNames = 1 << 16;
  std::string bytes_;
};

/// Reads the message back. A message that is too short makes ok() false and gives zeros.
class ByteReader {
 public:
  explicit ByteReader(std::span<const char> bytes) : rest_(bytes) {}

  template <class T>
  T number() {
    T value{};
    if (rest_.size() < sizeof value) {
      ok_ = false;
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_ = rest_.subspan(sizeof value);
    return value;
  }
  template <class T>
  std::vector<T> numbers() {
    const auto count = number<std::uint64_t>();
    if (count > rest_.size() / sizeof(T)) {
      ok_ = false;
      return {};
    }
    std::vector<T> values(count);
    if (count > 0) {
      std::memcpy(values.data(), rest_.data(), count * sizeof(T));
    }
    rest_ = rest_.subspan(count * sizeof(T));
    return values;
  }
  std::string text() {
    const auto count = number<std::uint64_t>();
    if (count > rest_.size()) {
      ok_ = false;
      return {};
    }
    const std::string value(rest_.data(), count);
    rest_ = rest_.subspan(count);
    return value;
  }

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::span<const char> rest_;
  bool ok_ = true;
};

}  // namespace rheobase::io
