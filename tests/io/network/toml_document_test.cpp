#include "io/network/toml_document.hpp"

#include <string>

#include <doctest/doctest.h>

#include "core/error.hpp"

using namespace rheobase;
using namespace rheobase::io;

namespace {

std::string toml_error(const std::string& text) {
  try {
    parse_toml(text, "net.toml");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

/// Equal values, wherever they stand.
bool same(const DocumentValue& a, const DocumentValue& b) {
  if (a.value.index() != b.value.index()) {
    return false;
  }
  if (a.array() != nullptr) {
    bool equal = a.array()->size() == b.array()->size();
    for (std::size_t k = 0; equal && k < a.array()->size(); ++k) {
      equal = same((*a.array())[k], (*b.array())[k]);
    }
    return equal;
  }
  if (a.table() == nullptr) {
    return std::visit(
        [&b](const auto& value) {
          using Value = std::decay_t<decltype(value)>;
          if constexpr (std::is_same_v<Value, DocumentValue::Array> ||
                        std::is_same_v<Value, DocumentValue::Table>) {
            return false;
          } else {
            return value == std::get<Value>(b.value);
          }
        },
        a.value);
  }
  bool equal = a.table()->size() == b.table()->size();
  for (const DocumentEntry& entry : *a.table()) {
    const DocumentValue* other = b.find(entry.key);
    equal = equal && other != nullptr && same(entry.value, *other);
  }
  return equal;
}

constexpr const char* kDocument = R"(title = "a \"word\" \\ more"
step = 0.1
whole = 3
large = 1e300
list = [1, 2.5, [true, "x"]]
[population.exc]
equations = """
v' = -v/tau  # "quoted" \\ text
"""
parameters = {tau = 1.0, "a b" = -0.0}
[[edge]]
from = "a"
[[edge]]
from = "b"
[fit]
method = "rls"
[[fit.trial]]
targets = "t.mat:z"
)";

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a TOML document keeps values, order and places") {
    const DocumentValue document = parse_toml(kDocument, "net.toml");
    CHECK(*document.find("title")->text() == "a \"word\" \\ more");
    CHECK(std::get<double>(document.find("step")->value) == 0.1);
    CHECK(std::get<std::int64_t>(document.find("whole")->value) == 3);
    CHECK(document.find("list")->array()->size() == 3);
    CHECK(document.find("nothing") == nullptr);
    const DocumentValue& exc = *document.find("population")->find("exc");
    CHECK(exc.find("parameters")->position.line == 10);
    CHECK(exc.find("parameters")->position.column == 14);
    CHECK((*exc.find("parameters")->table())[1].key == "a b");
    CHECK(document.table()->front().key == "title");
    CHECK(document.table()->front().position.column == 1);
  }

  TEST_CASE("what is written is read again, value for value") {
    const DocumentValue document = parse_toml(kDocument, "net.toml");
    const DocumentValue again = parse_toml(write_toml(document), "written");
    CHECK(same(document, again));
    CHECK_FALSE(same(document, parse_toml("title = 'other'", "other")));
    DocumentValue changed = again;
    changed.find("population")->find("exc")->set("size", {std::int64_t{4}});
    changed.set("new", {0.5});
    const DocumentValue third = parse_toml(write_toml(changed), "changed");
    CHECK(std::get<std::int64_t>(third.find("population")->find("exc")->find("size")->value) == 4);
    CHECK(std::get<double>(third.find("new")->value) == 0.5);
  }

  TEST_CASE("faults of TOML are one line with line and column") {
    for (const auto& [text, place] : {std::pair{"step = \n", "net.toml: line 1, column"},
                                      {"a = 1\na = 2\n", "line 2"},
                                      {"[x\n", "line 1"},
                                      {"when = 2020-01-01\n", "line 1, column 8"},
                                      {"MATLAB 5.0 MAT-file", "found a .mat or HDF5 file"}}) {
      const std::string line = toml_error(text);
      CAPTURE(line);
      CHECK(line.find(place) != std::string::npos);
      CHECK(line.find('\n') == std::string::npos);
    }
  }

  TEST_CASE("values and keys that nest without end are refused at their place") {
    const auto repeated = [](const std::string& text, int times) {
      std::string all;
      for (int k = 0; k < times; ++k) {
        all += text;
      }
      return all;
    };
    for (const auto& [text, place] :
         {std::pair{repeated("a.", 20000) + "a = 1\n", "line 1, column 102"},
          {"x = 1\n[" + repeated("a . ", 20000) + "a]\n", "line 2, column 200"},
          {repeated("\"a.b\".'c'.", 20000) + "a = 1\n", "line 1, column"},
          {"x = " + repeated("[", 100000), "line 1, column 55"},
          {"x = " + repeated("[", 100000) + repeated("]", 100000), "line 1, column 55"},
          {"x = " + repeated("{a.a.a = ", 100000), "line 1, column"},
          {repeated("a.", 30) + "a = " + repeated("[", 30), "line 1, column"}}) {
      const std::string line = toml_error(text);
      CAPTURE(line.substr(0, 300));
      CHECK(line.starts_with(std::string("net.toml: ") + place));
      CHECK(line.find("must nest at most 50 deep") != std::string::npos);
    }
  }

  TEST_CASE("dots and brackets that do not nest are no depth") {
    std::string text = "title = \"[[[[ a.b.c\"\n# [[[[[ {{{{ a.b.c.d\ny = '''\n[[[[[ a.b.'''\n";
    text += "x = [\n";
    for (int k = 0; k < 200; ++k) {
      text += "[1.5, -2.5, {a.b = 0.5}], # [\n";
    }
    text += "]\n[a.b.c]\nd.e = \"\\\"[[\"\n";
    for (int k = 0; k < 200; ++k) {
      text += "k" + std::to_string(k) + ".a.b = 1.5\n";
    }
    CHECK(toml_error(text) == "");
    CHECK(toml_error("x = " + std::string(50, '[') + "1" + std::string(50, ']')) == "");
    // Numbers without commas between them are the parser's to report.
    std::string row = "x = [";
    for (int k = 0; k < 200; ++k) {
      row += "0.5 ";
    }
    CHECK(toml_error(row + "]\n").find("nest") == std::string::npos);
  }
}
