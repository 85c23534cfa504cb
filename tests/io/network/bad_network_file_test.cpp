#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/random.hpp"
#include "tests/fuzz/mutate.hpp"
#include "tests/io/network/network_files.hpp"

using namespace rheobase;
using namespace rheobase::io;
using fixture::file_error;

namespace {

/// A good file, with a mark in front of every line that the cases below put a fault into.
constexpr const char* kGood = R"(step = 0.1
time_unit = "ms"
[population.exc]
template = "tanh"
size = 4
parameters = {tau = 10.0}
[population.own]
size = 2
equations = """
parameter tau = 5 [ms]
input x
v' = (x - v)/tau
"""
[node.f]
size = 2
[[edge]]
from = "exc.r"
to = "exc.r_in"
weights = 0.5
[[edge]]
from = "own.v"
to = "f"
[[input]]
to = "exc.I_ext"
value = 1.0
[run]
steps = 10
solver = "euler"
[[record]]
signal = "exc.v"
units = [1, 4]
)";

std::string changed_file(const std::string& from, const std::string& to) {
  std::string text = kGood;
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

/// The error of the good file with a change: one line that begins with the place.
void check_place(const std::string& from, const std::string& to, const std::string& place,
                 const std::vector<std::string>& parts) {
  const std::string line = file_error(changed_file(from, to));
  CAPTURE(from);
  CAPTURE(to);
  CAPTURE(line);
  CHECK(line.starts_with("net.toml: " + place + ": "));
  CHECK(line.find('\n') == std::string::npos);
  for (const std::string& part : parts) {
    CAPTURE(part);
    CHECK(line.find(part) != std::string::npos);
  }
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("the file of these tests is good") {
    CHECK(file_error(kGood) == "");
  }

  TEST_CASE("a key that stands there twice is said to, at its second place") {
    check_place("size = 4", "size = 4\nsize = 5", "line 6, column 1",
                {"found 'size' a second time", "must stand there once"});
    check_place("tau = 10.0", "tau = 10.0, tau = 5", "line 6, column 27", {"'tau' a second time"});
    check_place("size = 4", "size = 4\n  template = \"lif\"", "line 6, column 3",
                {"'template' a second time"});
    check_place("[[input]]", "[edge]", "line 23, column 2", {"'edge' a second time"});
    check_place("[node.f]", "[population.exc]", "line 14, column 2",
                {"'population.exc' a second time"});
  }

  TEST_CASE("names of [fit]: the place of the very key") {
    const auto fit = [](const std::string& keys) {
      return "units = [1, 4]\n[fit]\n" + keys + "targets = [1, 2]\n";
    };
    check_place("units = [1, 4]\n", fit("method = \"ridge\"\nfrom = \"exc.x\"\n"),
                "line 34, column 8", {"fit: from", "'x'", "must be one of v, r"});
    check_place("units = [1, 4]\n", fit("method = \"ridge\"\nfrom = \"own.r\"\n"),
                "line 34, column 8", {"fit: from", "'r'"});
    check_place("units = [1, 4]\n", fit("method = \"ridge\"\nfrom = \"exc.r\"\nreadout = \"f\"\n"),
                "line 35, column 11", {"readout: found 'f'", "must be a new name"});
    check_place("units = [1, 4]\n",
                fit("method = \"ridge\"\nfrom = \"exc.r\"\nreadout = \"exc\"\n"),
                "line 35, column 11", {"readout: found 'exc'"});
    const std::string learning = changed_file("weights = 0.5", "weights = 0.5\ntrain = true");
    const std::string line =
        file_error(learning + "[fit]\nmethod = \"bptt\"\noutput = \"exc.x\"\ntargets = [1, 2]\n");
    CHECK(line.starts_with("net.toml: line 35, column 10: fit: output: "));
  }

  TEST_CASE("keys of [fit] without effect are refused") {
    check_place("units = [1, 4]\n",
                "units = [1, 4]\n[fit]\nmethod = \"ridge\"\nfrom = \"exc.r\"\n"
                "targets = [1, 2]\nsteps = 2\n",
                "line 36, column 9", {"steps: found 2", "[[fit.target]] alone"});
    const std::string learning = changed_file("weights = 0.5", "weights = 0.5\ntrain = true");
    const std::string line =
        file_error(learning + "[fit]\nmethod = \"ridge\"\nfrom = \"exc.r\"\ntargets = [1, 2]\n");
    CHECK(line.starts_with("net.toml: line 34, column 10: fit (ridge): "));
    CHECK(line.find("1 edge and 0 parameters with train; must be none") != std::string::npos);
  }

  TEST_CASE("unknown keys, templates and names: line, column and a suggestion") {
    check_place("step = 0.1", "stepp = 0.1", "line 1, column 1",
                {"key: found 'stepp'", "did you mean 'step'?"});
    check_place("size = 4", "sise = 4", "line 5, column 1",
                {"population 'exc'", "'sise'", "did you mean 'size'?"});
    check_place("\"tanh\"", "\"tahn\"", "line 4, column 12",
                {"template: found 'tahn'", "did you mean 'tanh'?"});
    check_place("{tau =", "{tua =", "line 6, column 15",
                {"parameter: found 'tua'", "did you mean 'tau'?"});
    check_place("parameters = {tau = 10.0}", "initial = {w = 1}", "line 6, column 12",
                {"initial value of: found 'w'", "must be one of v"});
    check_place("parameters = {tau = 10.0}", "noise = {r = 1}", "line 6, column 10", {"'r'"});
    check_place("\"exc.r\"", "\"ecx.r\"", "line 17, column 8",
                {"edge ecx.r -> exc.r_in", "'ecx'", "did you mean 'exc'?"});
    check_place("\"exc.r\"", "\"exc.rr\"", "line 17, column 8", {"'rr'", "did you mean 'r'?"});
    check_place("\"exc.r_in\"", "\"exc.rin\"", "line 18, column 6",
                {"'rin'", "did you mean 'r_in'?"});
    check_place("\"exc.I_ext\"", "\"exc.I_exd\"", "line 24, column 6",
                {"input to exc.I_exd", "did you mean 'I_ext'?"});
    check_place("\"euler\"", "\"eulre\"", "line 28, column 10",
                {"run: solver: found 'eulre'", "did you mean 'euler'?"});
    check_place("\"exc.v\"", "\"exc.w\"", "line 30, column 10", {"'w'"});
    check_place("\"exc.v\"", "\"ecx.v\"", "line 30, column 10",
                {"record: population: found 'ecx'", "did you mean 'exc'?"});
    check_place("solver = ", "solvr = ", "line 28, column 1", {"did you mean 'solver'?"});
    check_place("[[edge]]\nfrom", "[[edges]]\nfrom", "line 16, column 3", {"did you mean 'edge'?"});
  }

  TEST_CASE("values of another type or out of range") {
    check_place("step = 0.1", "step = -1", "line 1, column 8",
                {"step: found -1", "1e-12 to 1000000"});
    check_place("step = 0.1", "step = nan", "line 1, column 8", {"step: found nan"});
    check_place("step = 0.1", "step = \"ms\"", "line 1, column 8", {"the text 'ms'"});
    check_place("\"ms\"", "\"msec\"", "line 2, column 13", {"time_unit", "'msec'", "ms"});
    check_place("size = 4", "size = 4.5", "line 5, column 8", {"whole number"});
    check_place("size = 4", "size = 0", "line 5, column 8", {"1 to 100000000"});
    check_place("{tau = 10.0}", "{tau = \"x\"}", "line 6, column 21", {"parameters.tau", "'x'"});
    check_place("{tau = 10.0}", "{tau = inf}", "line 6, column 21", {"inf"});
    check_place("weights = 0.5", "weights = nan", "line 19, column 11", {"weights", "finite"});
    check_place("weights = 0.5", "weights = \"J.mat:J\"", "line 19, column 11",
                {"J.mat", "weights"});
    check_place("weights = 0.5", "weights = {kind = \"norml\"}", "line 19, column 19",
                {"did you mean 'normal'?"});
    check_place("weights = 0.5", "weights = {kind = \"random\", probability = 2}",
                "line 19, column 43", {"probability: found 2"});
    check_place("weights = 0.5", "storage = \"dens\"", "line 19, column 11", {"'dense'"});
    check_place("steps = 10", "steps = 1.5", "line 27, column 9", {"steps"});
    check_place("steps = 10", "steps = 0", "line 27, column 9",
                {"run: steps: found 0; must be at least 1 where no input"});
    check_place("steps = 10", "steps = 0\nduration = 2", "line 28, column 12", {"one of the two"});
    check_place("step = 0.1", "step = 1e308", "line 1, column 8", {"1e-12 to 1000000"});
    check_place("steps = 10", "duration = 0.01", "line 27, column 12", {"at least a step"});
    check_place("steps = 10", "trial = 1", "line 26, column 1", {"neither steps nor duration"});
    check_place("steps = 10", "steps = 10\nduration = 2", "line 28, column 12", {"one of the two"});
    check_place("units = [1, 4]", "units = [0]", "line 31, column 9", {"counted from 1"});
    check_place("units = [1, 4]", "units = [5]", "line 31, column 9", {"unit 5", "1 to 4"});
    check_place("value = 1.0", "level = 1.0", "line 25, column 1", {"'level'"});
    check_place("value = 1.0", "", "line 23, column 1", {"0 of value, values, pulse and sine"});
    check_place("value = 1.0", "pulse = {start = 3, stop = 2}", "line 25, column 28",
                {"later than start"});
    check_place("template = \"tanh\"\n", "", "line 3, column 13", {"neither"});
  }

  TEST_CASE("shapes that do not fit, delays below a step, cycles of function nodes") {
    check_place("weights = 0.5", "weights = [[1, 2], [3, 4]]", "line 19, column 11",
                {"weights: found 2 x 2", "4 x 4"});
    check_place("weights = 0.5", "weights = [[1, 2], [3]]", "line 19, column 20",
                {"a row of 1", "2 numbers"});
    check_place("weights = 0.5", "mask = [[1, 2], [3, 4]]", "line 19, column 8", {"mask", "4 x 4"});
    check_place("weights = 0.5", "delay = 0.01", "line 19, column 9",
                {"delay: found 0.01", "at least a step, 0.1"});
    check_place("weights = 0.5", "filter = [0.5, 0.5]", "line 19, column 10",
                {"filter: found 2 x 1"});
    check_place("{tau = 10.0}", "{tau = [1, 2]}", "line 6, column 15",
                {"parameter 'tau'", "2 values", "4, one per unit"});
    check_place("value = 1.0", "value = [1, 2]", "line 25, column 9", {"columns", "1 or 4"});
    check_place("value = 1.0", "values = [[1], [2]]", "line 25, column 10",
                {"2 rows", "at least 10"});
    check_place("to = \"f\"", "to = \"f\"\n[[edge]]\nfrom = \"f\"\nto = \"f\"", "line 14, column 7",
                {"a cycle of function nodes: f"});
    check_place("size = 2\n[[edge]]", "size = 3\n[[edge]]", "line 20, column 1",
                {"one to one of 2 to 3"});
  }

  TEST_CASE("equations point at their place in the file") {
    check_place("(x - v)/tau", "(x - w)/tau", "line 12, column 11", {"'w'"});
    check_place("(x - v)/tau", "(x - v/tau", "line 13, column 1",
                {"equations of population 'own'"});
    check_place("equations = \"\"\"\nparameter tau = 5 [ms]\ninput x\nv' = (x - v)/tau\n\"\"\"",
                "equations = \"v' = -w\"", "line 9, column 20", {"'w'"});
    check_place("equations = \"\"\"\nparameter", "equations = \"\"\"parameterr",
                "line 9, column 27", {"'tau'"});
  }

  TEST_CASE("one unit of time: the file's, the templates', that of the equations") {
    check_place("\"ms\"", "\"s\"", "line 3, column 13",
                {"population 'exc'", "unit of time: found 'ms'", "'s'"});
    check_place("[ms]", "[s]", "line 7, column 13", {"population 'own'", "found 's'", "'ms'"});
    CHECK(file_error(changed_file("time_unit = \"ms\"\n", "")) == "");
    check_place("[ms]\n", "[ms]\nparameter q = 1 [1/s]\n", "line 11, column 17",
                {"'[1/s]'", "in ms"});
    check_place("[ms]\n", "\ntime [min]\n", "line 7, column 13", {"found 'min'"});
    check_place("[ms]\n", "\ntime [mV]\n", "line 11, column 6", {"'[mV]'"});
  }

  TEST_CASE("what no memory holds is refused before it is asked for") {
    std::string huge = changed_file("size = 4\n", "size = 4000000\n");
    huge.replace(huge.find("weights = 0.5"), 13, "weights = {kind = \"normal\", gain = 1}");
    CHECK(
        file_error(huge).starts_with("net.toml: line 19, column 11: edge exc.r -> exc.r_in: "
                                     "weights: found 1.6e+13 weights between"));
    check_place(
        "weights = 0.5", "delay = 9e12", "line 19, column 9",
        {"edge exc.r -> exc.r_in: delay: found 9000000000000, 90000000000000 steps of 4 units",
         "must fit into memory: it takes 5.36e+06 GiB"});
    check_place("steps = 10", "duration = 9e12", "line 30, column 10",
                {"record: exc.v: found 9e+13 samples of 2 numbers", "must fit into memory"});
    check_place("steps = 10", "steps = 10\ncutoff = 10", "line 28, column 10",
                {"run: cutoff: found 10 steps; must leave a sample"});
    check_place("value = 1.0\n[run]\nsteps = 10",
                "sine = {period = 1}\n[run]\nsteps = 900000000000000", "line 25, column 8",
                {"steps of 1 column", "must fit into memory"});
  }

  TEST_CASE("numbers that are none are shown as they were written, where they stand") {
    for (const char* number : {"1e400", "-1e400", "2v", "0.5.5", "0x1g", "1.", "1e"}) {
      CAPTURE(number);
      check_place("weights = 0.5", std::string("weights = ") + number, "line 19, column 11",
                  {std::string("found '") + number + "'; must be a number in TOML"});
      check_place("units = [1, 4]", std::string("units = [1, ") + number + "]",
                  "line 31, column 13", {std::string("found '") + number + "'"});
    }
    check_place("size = 4", "size = 99999999999999999999", "line 5, column 8",
                {"'99999999999999999999'"});
    check_place("{tau = 10.0}", "{tau = 1e999}  # too large", "line 6, column 21", {"'1e999'"});
  }

  TEST_CASE("a storage that the weights cannot have is refused, not passed over") {
    for (const char* word : {"single", "sparse"}) {
      check_place("weights = 0.5", std::string("weights = 0.5\nstorage = \"") + word + "\"",
                  "line 20, column 11", {"edge exc.r -> exc.r_in: storage", "must be left out"});
    }
    check_place("weights = 0.5",
                "weights = [[1, 2, 3, 4], [1, 1e39, 3, 4], [0, 0, 0, 0], [1, 2, 3, 4]]\n"
                "storage = \"single\"",
                "line 19, column 11", {"weights: found 1e+39 from unit 2 to 2"});
    CHECK(file_error(changed_file("weights = 0.5", "weights = 0.5\nstorage = \"dense\"")) == "");
  }

  TEST_CASE("damaged files are refused or read, and nothing else") {
    RandomStream random(1, 0, Purpose::task);
    const std::string good = kGood;
    const auto* begin = reinterpret_cast<const std::byte*>(good.data());
    int refused = 0;
    for (int k = 0; k < 600; ++k) {
      const std::vector<std::byte> bytes = test::mutate({begin, begin + good.size()}, random);
      try {
        parse_network_file({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, "net.toml",
                           "/nowhere");
      } catch (const InputError& error) {
        const std::string line = error.what();
        CHECK(line.starts_with("net.toml: "));
        CHECK(line.find('\n') == std::string::npos);
        ++refused;
      }
    }
    CHECK(refused > 300);
  }

  TEST_CASE("fits that cannot be") {
    const auto fit = [](const std::string& text) { return file_error(kGood + text); };
    CHECK(fit("[fit]\n").find("line 32, column 1: fit: method") != std::string::npos);
    CHECK(fit("[fit]\nmethod = \"ridg\"\n").find("did you mean 'ridge'?") != std::string::npos);
    CHECK(fit("[fit]\nmethod = \"rls\"\nlearning_rate = 1\n").find("'learning_rate'") !=
          std::string::npos);
    CHECK(fit("[fit]\nmethod = \"rls\"\ntargets = [1, 2]\n").find("0 edges and 0 parameters") !=
          std::string::npos);
    CHECK(fit("[fit]\nmethod = \"ridge\"\nfrom = \"exc.r\"\n").find("0 of targets, target") !=
          std::string::npos);
    CHECK(fit("[fit]\nmethod = \"ridge\"\nfrom = \"exc.r\"\nreadout = \"f\"\ntargets = [1]\n")
              .find("a new name") != std::string::npos);
    CHECK(fit("[fit]\nmethod = \"ridge\"\nfrom = \"exc.r\"\nalpha = 0\ntargets = [1]\n")
              .find("line 35, column 9: fit (ridge): alpha") != std::string::npos);
    CHECK(fit("[fit]\nmethod = \"bptt\"\noutput = \"f\"\noptimiser = \"adma\"\ntargets = [1]\n")
              .find("did you mean 'adam'?") != std::string::npos);
  }
}
