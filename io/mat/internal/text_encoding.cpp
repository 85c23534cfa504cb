#include "io/mat/internal/text_encoding.hpp"

#include <array>
#include <cstddef>

namespace rheobase::io {

namespace {

constexpr char32_t kReplacement = 0xFFFD;

void append_utf8(std::string& text, char32_t point) {
  const auto push = [&text](char32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) {
    point = kReplacement;
  }
  if (point < 0x80) {
    push(point);
  } else if (point < 0x800) {
    push(0xC0 | (point >> 6));
    push(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    push(0xE0 | (point >> 12));
    push(0x80 | ((point >> 6) & 0x3F));
    push(0x80 | (point & 0x3F));
  } else {
    push(0xF0 | (point >> 18));
    push(0x80 | ((point >> 12) & 0x3F));
    push(0x80 | ((point >> 6) & 0x3F));
    push(0x80 | (point & 0x3F));
  }
}

void append_utf16(std::u16string& text, char32_t point) {
  if (point < 0x10000) {
    text.push_back(static_cast<char16_t>(point));
  } else {
    text.push_back(static_cast<char16_t>(0xD800 + ((point - 0x10000) >> 10)));
    text.push_back(static_cast<char16_t>(0xDC00 + ((point - 0x10000) & 0x3FF)));
  }
}

/// Takes one code point off the front of the text.
char32_t next_point(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  std::size_t length = 1;
  if (first >= 0xC2 && first < 0xF5) {
    length = first < 0xE0 ? 2 : (first < 0xF0 ? 3 : 4);
  } else if (first >= 0x80) {
    text.remove_prefix(1);
    return kReplacement;
  }
  constexpr std::array<char32_t, 5> kFirstBits{0, 0x7F, 0x1F, 0x0F, 0x07};
  constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  char32_t point = first & kFirstBits[length];
  for (std::size_t i = 1; i < length; ++i) {
    const unsigned char byte = i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
    if ((byte & 0xC0) != 0x80) {
      text.remove_prefix(i);
      return kReplacement;
    }
    point = (point << 6) | (byte & 0x3FU);
  }
  text.remove_prefix(length);
  const bool surrogate = point >= 0xD800 && point < 0xE000;
  return surrogate || point < kSmallest[length] || point > 0x10FFFF ? kReplacement : point;
}

}  // namespace

std::u16string utf16_from_utf8(std::string_view text) {
  std::u16string result;
  while (!text.empty()) {
    append_utf16(result, next_point(text));
  }
  return result;
}

std::u32string utf32_from_utf8(std::string_view text) {
  std::u32string result;
  while (!text.empty()) {
    result.push_back(next_point(text));
  }
  return result;
}

std::string utf8_from_utf16(std::u16string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char32_t unit = text[i];
    const char32_t next = i + 1 < text.size() ? text[i + 1] : 0;
    if (unit >= 0xD800 && unit < 0xDC00 && next >= 0xDC00 && next < 0xE000) {
      append_utf8(result, 0x10000 + ((unit - 0xD800) << 10) + (next - 0xDC00));
      ++i;
    } else {
      append_utf8(result, unit);
    }
  }
  return result;
}

std::string utf8_from_utf32(std::u32string_view text) {
  std::string result;
  for (const char32_t point : text) {
    append_utf8(result, point);
  }
  return result;
}

}  // namespace rheobase::io
