#include "apps/cli/text_format.hpp"

#include <algorithm>
#include <new>
#include <string_view>

#include <fmt/format.h>

namespace rheobase::cli {

std::string percent(double fraction) {
  return fmt::format("{:.1f} %", 100.0 * fraction);
}

std::string interval(const Proportion& proportion) {
  return fmt::format("{:.1f} to {:.1f} %", 100.0 * proportion.low, 100.0 * proportion.high);
}

std::string seconds_text(double seconds) {
  return fmt::format("{:.3g} s", seconds);
}

std::string short_number(double value) {
  return fmt::format("{:.4g}", value);
}

std::string yes_no(bool value) {
  return value ? "yes" : "no";
}

std::string failure_text(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) {
    return "not enough memory: fewer units, trials, recorded voltages or threads, or a smaller "
           "--batch, take less";
  }
  return error.what();
}

namespace {

/// Bytes of the character that begins at `at`; 0 where they are not UTF-8 (RFC 3629).
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t k) {
    return static_cast<unsigned char>(at + k < text.size() ? text[at + k] : '\0');
  };
  const unsigned first = byte(0);
  const std::size_t length = first < 0x80                     ? 1
                             : first >= 0xC2 && first <= 0xDF ? 2
                             : first >= 0xE0 && first <= 0xEF ? 3
                             : first >= 0xF0 && first <= 0xF4 ? 4
                                                              : 0;
  for (std::size_t k = 1; k < length; ++k) {
    if ((byte(k) & 0xC0U) != 0x80U) {
      return 0;
    }
  }
  const unsigned second = byte(1);
  const bool other_form = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                          (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
  return other_form ? 0 : length;
}

}  // namespace

std::string visible(const std::string& text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t length = utf8_length(text, i);
    const bool control = byte < 0x20 || byte == 0x7F;
    const bool c1 = length == 2 && byte == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (length == 0 || control) {
      shown += fmt::format("\\x{:02x}", byte);
    } else if (c1) {
      shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[i + 1]));
    } else {
      shown.append(text, i, length);
    }
    i += std::max<std::size_t>(length, 1);
  }
  return shown;
}

std::string csv_text(const std::string& text) {
  std::string field = "\"";
  for (const char c : text) {
    field += c == '"' ? std::string("\"\"") : std::string(1, c == '\n' || c == '\r' ? ' ' : c);
  }
  return field + '"';
}

std::vector<std::string> csv_cells(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      cells.back() += line[++i];
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (line[i] == ',' && !quoted) {
      cells.emplace_back();
    } else {
      cells.back() += line[i];
    }
  }
  return cells;
}

std::string joined(const std::vector<std::string>& parts, const std::string& separator) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    text += (i == 0 ? "" : separator) + parts[i];
  }
  return text;
}

}  // namespace rheobase::cli
