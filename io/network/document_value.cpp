#include "io/network/document_value.hpp"

#include <utility>

#include <fmt/format.h>

namespace rheobase::io {

std::string one_line(std::string_view text) {
  std::string line(text);
  for (char& c : line) {
    c = static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  }
  return line;
}

std::string DocumentValue::describe() const {
  struct Visitor {
    std::string operator()(const std::string& text) const {
      return fmt::format("the text '{}'",
                         one_line(text.size() > 40 ? text.substr(0, 37) + "..." : text));
    }
    std::string operator()(const Array& items) const {
      return fmt::format("an array of {}", items.size());
    }
    std::string operator()(const Table&) const { return "a table"; }
    std::string operator()(bool truth) const { return truth ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(double number) const { return fmt::format("{}", number); }
  };
  return std::visit(Visitor{}, value);
}

const DocumentValue* DocumentValue::find(std::string_view key) const {
  if (const Table* entries = table()) {
    for (const DocumentEntry& entry : *entries) {
      if (entry.key == key) {
        return &entry.value;
      }
    }
  }
  return nullptr;
}

DocumentValue* DocumentValue::find(std::string_view key) {
  return const_cast<DocumentValue*>(std::as_const(*this).find(key));
}

void DocumentValue::set(const std::string& key, DocumentValue to) {
  if (DocumentValue* known = find(key)) {
    *known = std::move(to);
  } else {
    std::get<Table>(value).push_back({key, {}, std::move(to)});
  }
}

void DocumentValue::remove(std::string_view key) {
  std::erase_if(std::get<Table>(value),
                [key](const DocumentEntry& entry) { return entry.key == key; });
}

}  // namespace rheobase::io
