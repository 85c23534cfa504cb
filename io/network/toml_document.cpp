#include "io/network/toml_document.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "core/error.hpp"
#include "io/network/internal/toml_nesting.hpp"

namespace rheobase::io {

namespace {

constexpr std::size_t kDeepestToml = 50;

TextPosition place_of(const toml::source_region& region) {
  return {static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
}

std::string place_text(const TextPosition& place) {
  return fmt::format("line {}, column {}", place.line, place.column);
}

DocumentValue converted(const toml::node& node, const std::string& where);

DocumentValue::Table converted_table(const toml::table& table, const std::string& where) {
  DocumentValue::Table entries;
  for (const auto& [key, node] : table) {
    entries.push_back({std::string(key.str()), place_of(key.source()), converted(node, where)});
  }
  std::ranges::stable_sort(entries, {}, [](const DocumentEntry& entry) {
    return std::tuple(entry.position.line, entry.position.column);
  });
  return entries;
}

DocumentValue converted(const toml::node& node, const std::string& where) {
  DocumentValue made{false, place_of(node.source())};
  switch (node.type()) {
    case toml::node_type::table:
      made.value = converted_table(*node.as_table(), where);
      break;
    case toml::node_type::array: {
      DocumentValue::Array items;
      for (const toml::node& item : *node.as_array()) {
        items.push_back(converted(item, where));
      }
      made.value = std::move(items);
      break;
    }
    case toml::node_type::string:
      made.value = node.as_string()->get();
      break;
    case toml::node_type::integer:
      made.value = node.as_integer()->get();
      break;
    case toml::node_type::floating_point:
      made.value = node.as_floating_point()->get();
      break;
    case toml::node_type::boolean:
      made.value = node.as_boolean()->get();
      break;
    default:
      throw InputError(where, place_text(made.position), "a date or time",
                       "must be a number, a text, true, false, an array or a table");
  }
  return made;
}

std::string_view line_at(std::string_view document, int number) {
  for (int line = 1; line < number && !document.empty(); ++line) {
    document.remove_prefix(std::min(document.find('\n'), document.size() - 1) + 1);
  }
  return document.substr(0, document.find_first_of("\r\n"));
}

/// The number that does not parse, around the place where the parser gave up: what its author
/// wrote. Without text: no number.
struct TomlFault {
  std::string text;
  TextPosition place;
};

TomlFault wrong_number(std::string_view document, const toml::parse_error& error) {
  if (error.description().find("floating-point") == std::string_view::npos &&
      error.description().find("integer") == std::string_view::npos) {
    return {};
  }
  TextPosition place = place_of(error.source());
  const std::string_view line = line_at(document, place.line);
  constexpr std::string_view kBetween = " \t,=[]{}#";
  const auto at = std::min(static_cast<std::size_t>(std::max(place.column - 1, 0)), line.size());
  // The place may be the one behind the number's last character.
  const std::size_t inside =
      at > 0 && (at == line.size() || kBetween.find(line[at]) != std::string_view::npos) ? at - 1
                                                                                         : at;
  const std::size_t before = line.substr(0, inside + 1).find_last_of(kBetween);
  const std::size_t first = before == std::string_view::npos ? 0 : before + 1;
  const std::size_t end = std::min(line.find_first_of(kBetween, first), line.size());
  place.column = static_cast<int>(first) + 1;
  return {one_line(line.substr(first, end - first)), place};
}

/// "'size' a second time" with the place of the key; without text where that is not the fault.
TomlFault repeated_key(std::string_view document, const toml::parse_error& error) {
  constexpr std::string_view kMark = "cannot redefine existing ";
  const std::string_view what = error.description();
  const std::size_t mark = what.find(kMark);
  const std::size_t open = mark == std::string_view::npos ? mark : what.find('\'', mark);
  const std::size_t close = open == std::string_view::npos ? open : what.find('\'', open + 1);
  if (close == std::string_view::npos) {
    return {};
  }
  const std::string_view key = what.substr(open + 1, close - open - 1);
  TextPosition place = place_of(error.source());
  // That of a value lies behind its key, that of a table before it.
  const std::string_view line = line_at(document, place.line);
  const auto column = static_cast<std::size_t>(std::max(place.column, 1));
  const std::size_t before = line.substr(0, column).rfind(key);
  const std::size_t at = before == std::string_view::npos ? line.find(key) : before;
  if (at != std::string_view::npos) {
    place.column = static_cast<int>(at) + 1;
  }
  // " as array-of-tables", where it was something else before.
  return {one_line(fmt::format("'{}' a second time{}", key, what.substr(close + 1))), place};
}

bool is_bare(std::string_view key) {
  return !key.empty() && std::ranges::all_of(key, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-';
  });
}

std::string escaped(std::string_view text, bool lines) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n' && lines) {
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
  return out;
}

std::string key_text(const std::string& key) {
  return is_bare(key) ? key : fmt::format("\"{}\"", escaped(key, false));
}

std::string number_text(double number) {
  const std::string text = fmt::format("{}", number);
  // Without a point or an exponent it would be read as an integer.
  return text.find_first_of(".ein") == std::string::npos ? text + ".0" : text;
}

std::string inline_text(const DocumentValue& value) {
  struct Visitor {
    std::string operator()(bool truth) const { return truth ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(double number) const { return number_text(number); }
    std::string operator()(const std::string& text) const {
      return text.find('\n') == std::string::npos
                 ? fmt::format("\"{}\"", escaped(text, false))
                 : fmt::format("\"\"\"\n{}\"\"\"", escaped(text, true));
    }
    std::string operator()(const DocumentValue::Array& items) const {
      std::string out = "[";
      for (const DocumentValue& item : items) {
        out += (out.size() > 1 ? ", " : "") + inline_text(item);
      }
      return out + "]";
    }
    std::string operator()(const DocumentValue::Table& entries) const {
      std::string out = "{";
      for (const DocumentEntry& entry : entries) {
        out += fmt::format("{}{} = {}", out.size() > 1 ? ", " : "", key_text(entry.key),
                           inline_text(entry.value));
      }
      return out + "}";
    }
  };
  return std::visit(Visitor{}, value.value);
}

bool is_table_array(const DocumentValue& value) {
  const DocumentValue::Array* items = value.array();
  return items != nullptr && !items->empty() &&
         std::ranges::all_of(*items,
                             [](const DocumentValue& item) { return item.table() != nullptr; });
}

void write_table(std::string& out, const std::string& path, const DocumentValue::Table& entries,
                 int depth);

/// Tables of tables ([population.exc]) have a heading each, one level further down they are in
/// line.
void write_entry(std::string& out, const std::string& path, const DocumentEntry& entry, int depth) {
  const std::string name = path.empty() ? key_text(entry.key) : path + "." + key_text(entry.key);
  if (is_table_array(entry.value)) {
    for (const DocumentValue& item : *entry.value.array()) {
      out += fmt::format("\n[[{}]]\n", name);
      write_table(out, name, *item.table(), depth + 1);
    }
    return;
  }
  const DocumentValue::Table& inner = *entry.value.table();
  const bool only_tables =
      !inner.empty() && std::ranges::all_of(inner, [](const DocumentEntry& one) {
        return one.value.table() != nullptr;
      });
  if (!(only_tables && depth == 0)) {
    out += fmt::format("\n[{}]\n", name);
  }
  write_table(out, name, inner, depth + 1);
}

void write_table(std::string& out, const std::string& path, const DocumentValue::Table& entries,
                 int depth) {
  const auto has_heading = [&](const DocumentEntry& entry) {
    return depth < 2 && (entry.value.table() != nullptr || is_table_array(entry.value)) &&
           (depth == 0 || path == "population" || path == "node" || path == "fit");
  };
  for (const DocumentEntry& entry : entries) {
    if (!has_heading(entry)) {
      out += fmt::format("{} = {}\n", key_text(entry.key), inline_text(entry.value));
    }
  }
  for (const DocumentEntry& entry : entries) {
    if (has_heading(entry)) {
      write_entry(out, path, entry, depth);
    }
  }
}

}  // namespace

DocumentValue parse_toml(std::string_view text, const std::string& where) {
  if (text.starts_with("MATLAB ") || text.starts_with("\x89HDF")) {
    throw InputError(where, "", "a .mat or HDF5 file", "must be TOML (docs/network.md, docs/studies.md)");
  }
  if (const auto place = toml_nesting_beyond(text, kDeepestToml)) {
    throw InputError(where, place_text(*place),
                     fmt::format("values or parts of a key that nest {} deep", kDeepestToml + 1),
                     fmt::format("must nest at most {} deep", kDeepestToml));
  }
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& error) {
    if (const TomlFault key = repeated_key(text, error); !key.text.empty()) {
      throw InputError(where, place_text(key.place), key.text, "must stand there once");
    }
    if (const TomlFault number = wrong_number(text, error); !number.text.empty()) {
      throw InputError(where, place_text(number.place), fmt::format("'{}'", number.text),
                       "must be a number in TOML, such as 5, 0.5 or 1e-3, at most 1.8e308 (whole "
                       "ones 9.2e18); texts stand in quotation marks");
    }
    std::string what(error.description());
    what = one_line(what);
    throw InputError(where, place_text(place_of(error.source())), what, "must be valid TOML");
  }
  return {converted_table(table, where), {1, 1}};
}

std::string write_toml(const DocumentValue& document) {
  std::string out;
  write_table(out, "", std::get<DocumentValue::Table>(document.value), 0);
  return out;
}

}  // namespace rheobase::io
