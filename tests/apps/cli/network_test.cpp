#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>
#include <tuple>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "apps/cli/network/example_networks.hpp"
#include "apps/report/internal/gnuplot.hpp"
#include "core/error.hpp"
#include "io/network/network_run_file.hpp"
#include "network/templates/neuron_template_registry.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;

namespace {

constexpr const char* kNetworkOfFour = R"(title = "four units"
step = 0.1
[population.p]
template = "tanh"
size = 4
[[edge]]
from = "p.r"
to = "p.r_in"
weights = {kind = "normal", gain = 2.0}
[[input]]
to = "p.I_ext"
value = 1.0
[run]
steps = 100
[[record]]
signal = "p.v"
)";

/// Presses Ctrl-C five times a second as long as it lives: the run may not have begun at the first.
class Hand {
 public:
  Hand()
      : before_(std::signal(SIGINT, SIG_IGN)), thread_([this] {
          while (!done_) {
            std::this_thread::sleep_for(std::chrono::milliseconds(200));
            std::raise(SIGINT);
          }
        }) {}
  ~Hand() {
    done_ = true;
    thread_.join();
    std::signal(SIGINT, before_);
  }
  Hand(const Hand&) = delete;
  Hand& operator=(const Hand&) = delete;

 private:
  std::atomic<bool> done_ = false;
  void (*before_)(int);
  std::thread thread_;
};

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("every example of network new runs as it is, and those that fit, fit and run again") {
    for (const cli::ExampleNetwork& example : cli::example_networks()) {
      CAPTURE(example.name);
      const WorkingFolder folder;
      REQUIRE(run({"network", "new", "net.toml", "--example", example.name}).code == 0);
      CHECK(read_text("net.toml") == example.text);
      CHECK(run({"network", "new", "--example", example.name}).out == example.text);
      CHECK(run({"network", "check", "net.toml"}).out.starts_with("net.toml: good"));
      CHECK(run({"network", "show", "net.toml", "--equations"}).code == 0);
      const Outcome outcome = run({"network", "run", "net.toml", "-o", "run.mat", "--json"});
      CAPTURE(outcome.err);
      CHECK(outcome.code == 0);
      // No doubts about an example.
      CHECK(outcome.err.find("population '") == std::string::npos);
      CHECK(outcome.err.find("edge ") == std::string::npos);
      if (read_text("net.toml").find("[fit]") == std::string::npos) {
        continue;
      }
      const auto fit = run({"network", "fit", "net.toml", "-o", "fitted.toml", "--json"}).json();
      // Each learns its sine of variance 1/2 (1/8), all but a twentieth of it.
      CHECK(fit.at("last_loss") < (example.name == "bptt" ? 0.00625 : 0.025));
      REQUIRE(fit.at("r_squared").size() == 1);
      CHECK(fit.at("r_squared")[0] > 0.9);
      CHECK(fit.at("r_squared")[0] <= 1.0);
      CHECK(run({"network", "fit", "net.toml", "-o", "fitted.toml"}).out.find("\nR^2 ") !=
            std::string::npos);
      CHECK(run({"network", "run", "fitted.toml", "-o", "run.mat"}).code == 0);
      CHECK(io::read_network_run("run.mat").seen["readout"].values.cols() > 0);
    }
  }

  TEST_CASE("the files of data/networks are the examples") {
    for (const auto& [file, name] : {std::pair{"random-tanh", "rate"},
                                     {"spiking", "spiking"},
                                     {"reservoir-ridge", "ridge"},
                                     {"reservoir-rls", "rls"},
                                     {"trained-tanh", "bptt"}}) {
      CAPTURE(file);
      const std::filesystem::path path =
          std::filesystem::path(RHEOBASE_DATA).parent_path() / "networks" / file;
      CHECK(read_text(path.string() + ".toml") == run({"network", "new", "--example", name}).out);
    }
  }

  TEST_CASE("the example of 100 tanh units: 10,000 steps, saturated and moving") {
    const WorkingFolder folder;
    run({"network", "new", "net.toml"});
    REQUIRE(run({"network", "run", "net.toml", "-o", "run.mat"}).code == 0);
    const io::NetworkRun saved = io::read_network_run("run.mat");
    REQUIRE(saved.seen.times.size() == 1000);
    const Eigen::MatrixXd& v = saved.seen["rnn.v"].values;
    CHECK(v.rows() == 5);
    CHECK(v.col(0).isZero(0.0));
    CHECK((v.col(999) - v.col(900)).norm() > 0.5);
    CHECK(std::abs(saved.seen["rnn.r"].values(0, 999)) < 1.0);
  }

  TEST_CASE("network run: spikes and mean rate by population, in Hz where time has a unit") {
    const WorkingFolder folder;
    const std::string text = R"(step = 0.01
[population.fast]
template = "lif"
size = 5
parameters = {eta = 60.0, reset = 0.0, threshold = 10.0}
[population.still]
template = "lif"
size = 2
[run]
duration = 200
spikes = true
)";
    write_text("net.toml", text);
    const Outcome outcome = run({"network", "run", "net.toml", "-o", "run.mat", "--json"});
    const auto json = outcome.json();
    CHECK(json.at("rate_unit") == "Hz");
    const auto& by = json.at("spikes_by_population");
    REQUIRE(by.size() == 2);
    const double count = by[0].at("spikes");
    CHECK(count > 100.0);
    CHECK(count == json.at("spikes"));
    // spikes / (5 units x 0.2 s)
    CHECK(std::abs(by[0].at("mean_rate").get<double>() - count / 1.0) <= 1e-9 * count);
    CHECK(by[1].at("population") == "still");
    CHECK(by[1].at("spikes") == 0);
    const std::string shown = run({"network", "run", "net.toml", "-o", "run.mat"}).out;
    CAPTURE(shown);
    CHECK(shown.find(fmt::format("{} spikes, ", static_cast<long>(count))) != std::string::npos);
    CHECK(shown.find("0 spikes, 0 Hz a unit") != std::string::npos);
  }

  TEST_CASE("network run, check and fit note what may not be meant, once and on stderr") {
    const WorkingFolder folder;
    std::string text = kNetworkOfFour;
    text.replace(text.find("gain = 2.0"), 10, "gain = 0.0");
    text.replace(text.find("step = 0.1"), 10, "step = 11 ");
    write_text("net.toml", text);
    const std::string notes =
        "rheobase: note: population 'p': the step, 11, is longer than tau, 10: euler does not "
        "resolve it\n"
        "rheobase: note: edge p.r -> p.r_in: no connection: all its weights are 0\n";
    CHECK(run({"network", "check", "net.toml"}).err == notes);
    const Outcome outcome = run({"network", "run", "net.toml", "-o", "run.mat"});
    CHECK(outcome.code == 0);
    CHECK(outcome.err == notes);
    CHECK(run({"network", "run", "net.toml", "-o", "run.mat", "--quiet"}).err.empty());
    CHECK(run({"network", "run", "net.toml", "-o", "run.mat", "--solver", "exponential-euler"})
              .err.find("resolve") == std::string::npos);
    write_text("late.toml", std::string(kNetworkOfFour) +
                                "[[input]]\nto = \"p.I_ext\"\npulse = {start = 100, stop = 200}\n");
    CHECK(run({"network", "check", "late.toml"}).err ==
          "rheobase: note: late.toml: line 19, column 9: input 2: it is 0 in every step of the "
          "run\n");
    write_text("qif.toml",
               "step = 0.03\n[population.q]\ntemplate = \"qif\"\nsize = 2\n"
               "parameters = {eta = 10.0}\n[run]\nduration = 20\nspikes = true\n");
    CHECK(run({"network", "run", "qif.toml", "-o", "run.mat"})
              .err.starts_with("rheobase: note: population 'q': 2 units fired in every step or "
                               "every second one"));
  }

  TEST_CASE("network run --steps 0 and a cutoff beyond the run: one line that says it") {
    const WorkingFolder folder;
    write_text("net.toml", kNetworkOfFour);
    check_refused_in_a_line({"network", "run", "net.toml", "-o", "run.mat", "--steps", "0"},
                            {"--steps: found 0; must be at least 1: no input of net.toml has"});
    check_refused_in_a_line({"network", "run", "net.toml", "-o", "run.mat", "--cutoff", "100"},
                            {"net.toml: line 13, column 1: run: cutoff: found 100 steps",
                             "must leave a sample: the run has 100 steps"});
    CHECK(run({"network", "run", "net.toml", "-o", "run.mat", "--cutoff", "99"}).code == 0);
    CHECK(io::read_network_run("run.mat").seen.times.size() == 1);
  }

  TEST_CASE("network run: states go on bit for bit; the same seed is the same run") {
    const WorkingFolder folder;
    write_text("net.toml", kNetworkOfFour);
    REQUIRE(run({"network", "run", "net.toml", "-o", "all.mat", "--save-state", "end.mat"}).code ==
            0);
    REQUIRE(run({"network", "run", "net.toml", "-o", "a.mat", "--steps", "37", "--save-state",
                 "state.mat"})
                .code == 0);
    REQUIRE(run({"network", "run", "net.toml", "-o", "b.mat", "--steps", "63", "--state",
                 "state.mat", "--save-state", "state.mat"})
                .code == 0);
    const Eigen::MatrixXd all = io::read_network_run("all.mat").seen["p.v"].values;
    CHECK(io::read_network_run("a.mat").seen["p.v"].values == all.leftCols(37));
    CHECK(io::read_network_run("b.mat").seen["p.v"].values == all.rightCols(63));
    CHECK(io::read_network_run("b.mat").seen.times[0] == 3.7);
    check_refused_in_a_line({"network", "run", "net.toml", "-o", "c.mat", "--state", "a.mat"},
                            {"a.mat", "state of a network"});
    std::string other = kNetworkOfFour;
    write_text("other.toml", other.replace(other.find("size = 4"), 8, "size = 5"));
    check_refused_in_a_line(
        {"network", "run", "other.toml", "-o", "c.mat", "--state", "state.mat"},
        {"state.mat: state", "another network", "the same step, populations and edges"});
  }

  TEST_CASE("network run writes tables, and never over what it reads") {
    const WorkingFolder folder;
    write_text("net.toml", kNetworkOfFour);
    CHECK(run({"network", "run", "net.toml", "-o", "run.csv", "--solver", "rk4"}).code == 0);
    CHECK(read_text("run.csv").starts_with("time,p.v[1],p.v[2],p.v[3],p.v[4]\n0,0,0,0,0\n0.1,"));
    const std::string silent = kNetworkOfFour;
    write_text("silent.toml", silent.substr(0, silent.find("[[record]]")));
    const Outcome nothing = run({"network", "run", "silent.toml", "-o", "silent.mat"});
    CHECK(nothing.code == 0);
    CHECK(nothing.err.find("silent.toml records nothing") != std::string::npos);
    check_refused_in_a_line({"network", "run", "net.toml", "-o", "net.toml"},
                            {"must be .mat or .csv"});
    check_refused_in_a_line({"network", "new", "net.toml"}, {"must be a new one"});
    check_refused_in_a_line(
        {"network", "run", "net.toml", "-o", "run.mat", "--save-state", "net.toml"},
        {"--save-state", "must be .mat"});
    std::string counted = kNetworkOfFour;
    write_text("spikes.toml", counted.replace(counted.find("steps"), 5, "spikes = true\nsteps"));
    for (const auto& [file, output, state, part] :
         {std::tuple{"spikes.toml", "run.csv", "run.spikes.csv", "must be .mat"},
          {"spikes.toml", "run.csv", "state", "must be .mat"},
          {"net.toml", "run.mat", "run.mat", "the name of another output"},
          {"net.toml", "new.mat", "./new.mat", "the name of another output"}}) {
      CAPTURE(state);
      check_refused_in_a_line({"network", "run", file, "-o", output, "--save-state", state},
                              {"--save-state: ", part});
    }
    CHECK_FALSE(std::filesystem::exists("run.spikes.csv"));
    check_refused_in_a_line({"network", "run", "net.toml", "-o", "nowhere/run.mat"},
                            {"no folder nowhere"});
    check_refused_in_a_line({"network", "run", "none.toml", "-o", "run.mat"}, {"none.toml"});
    check_refused_in_a_line({"network", "run", "net.toml", "-o", "run.mat", "--steps", "0.5"},
                            {"--steps"});
    std::string huge = kNetworkOfFour;
    write_text("huge.toml", huge.replace(huge.find("100"), 3, "1000000000000"));
    check_refused_in_a_line(
        {"network", "run", "huge.toml", "-o", "run.mat"},
        {"huge.toml: line 16, column 10: record: p.v", "GiB", "must fit into memory"});
  }

  TEST_CASE("a network that diverges: population, variable, unit and time; the records are kept") {
    const WorkingFolder folder;
    write_text("net.toml",
               "step = 1\n[population.p]\nsize = 2\nequations = \"v' = v^3\"\n"
               "initial = {v = [0, 2]}\n[run]\nsteps = 50\n[[record]]\nsignal = \"p.v\"\n");
    check_refused_in_a_line({"network", "run", "net.toml", "-o", "run.mat"},
                            {"net.toml", "diverges", "p.v at time 7, unit 2", "is in run.mat"});
    const io::NetworkRun saved = io::read_network_run("run.mat");
    CHECK(saved.seen.times.size() == 7);
    CHECK(saved.trouble.find("p.v") != std::string::npos);
  }

  TEST_CASE("Ctrl-C keeps the records and a state that goes on") {
    const WorkingFolder folder;
    std::string text = kNetworkOfFour;
    text.replace(text.find("steps = 100"), 11, "steps = 2000000000\nsampling = 1000000");
    write_text("net.toml", text);
    const Outcome outcome = [] {
      const Hand hand;
      return run({"network", "run", "net.toml", "-o", "run.mat", "--solver", "euler", "--seed", "7",
                  "--steps", "1900000000"});
    }();
    CAPTURE(outcome.err);
    CHECK(outcome.code == 130);
    CHECK(outcome.err.find("go on with: rheobase network run net.toml --state run.state.mat") !=
          std::string::npos);
    CHECK(outcome.err.find(" --seed 7 --solver euler -o next.mat\n") != std::string::npos);
    CHECK(outcome.err.find("--steps") == outcome.err.rfind("--steps"));
    const io::NetworkRun saved = io::read_network_run("run.mat");
    CHECK(saved.seen.times.size() >= 1);
    CHECK(saved.trouble.starts_with("stopped after"));
    CHECK(run({"network", "run", "net.toml", "-o", "next.mat", "--state", "run.state.mat",
               "--steps", "1000010"})
              .code == 0);
    CHECK(io::read_network_run("next.mat").seen.times[0] > 0.0);
    CHECK(outcome.err.find("`values`") == std::string::npos);
    // Rows begin anew with every run: where to go on in them is told.
    std::string rows;
    for (int row = 0; row < 40000; ++row) {
      rows += "1\n";
    }
    write_text("rows.csv", rows);
    text.replace(text.find("size = 4"), 8, "size = 2000");
    text.replace(text.find("value = 1.0"), 11, "values = \"rows.csv\"");
    write_text("rows.toml", text.replace(text.find("2000000000"), 10, "40000"));
    const Outcome driven = [] {
      const Hand hand;
      return run({"network", "run", "rows.toml", "-o", "rows.mat"});
    }();
    CAPTURE(driven.err);
    const std::string stopped =
        io::read_network_run("rows.mat").trouble;  // "stopped after 64 of .."
    const long done = std::stol(stopped.substr(stopped.find("after ") + 6));
    CHECK(driven.err.find(
              fmt::format("`values` of the inputs, so that they begin with row {}, and go "
                          "on with: rheobase network run rows.toml --state "
                          "rows.state.mat --steps {} -o next.mat",
                          done + 1, 40000 - done)) != std::string::npos);
  }

  TEST_CASE("network fit: what is wrong with it, and what it leaves") {
    const WorkingFolder folder;
    write_text("net.toml", kNetworkOfFour);
    check_refused_in_a_line({"network", "fit", "net.toml", "-o", "fitted.toml"},
                            {"no table [fit]"});
    run({"network", "new", "rls.toml", "--example", "rls"});
    check_refused_in_a_line({"network", "fit", "rls.toml", "-o", "rls.toml"}, {"input file"});
    check_refused_in_a_line({"network", "fit", "rls.toml", "-o", "fitted.mat"}, {"must be .toml"});
    CHECK(run({"network", "fit", "rls.toml", "-o", "fitted.toml", "--save-state", "s.mat"}).code ==
          0);
    // A fit goes on from the fitted network and its state.
    const auto again =
        run({"network", "fit", "fitted.toml", "-o", "again.toml", "--state", "s.mat", "--json"})
            .json();
    CHECK(again.at("first_loss") < 0.1);
    const Outcome into_own = run({"network", "fit", "fitted.toml", "-o", "fitted.toml"});
    CHECK(into_own.code == 2);
  }

  TEST_CASE("report of a run: lines, spikes, maps and the network on a page of its own") {
    const WorkingFolder folder;
    run({"network", "new", "net.toml", "--example", "spiking"});
    REQUIRE(run({"network", "run", "net.toml", "-o", "run.mat"}).code == 0);
    const Outcome outcome = run({"report", "run.mat", "-o", "run.html"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    const std::string page = read_text("run.html");
    CHECK(page.find("<h2>Network file</h2>") != std::string::npos);
    CHECK(page.find("population exc") != std::string::npos);
    if (report::gnuplot_available()) {
      CHECK(page.find("<figure id=\"lines\">") != std::string::npos);
      CHECK(page.find("<figure id=\"raster\">") != std::string::npos);
      CHECK(page.find("data:image/png;base64,iVBORw0KGgo") != std::string::npos);
      CHECK(run({"report", "run.mat", "-o", "run.html", "--figures", "drawn", "--format", "svg"})
                .code == 0);
      CHECK(std::filesystem::file_size("drawn/lines.svg") > 1000);
      CHECK(std::filesystem::file_size("drawn/raster.svg") > 1000);
    }
    check_refused_in_a_line({"report", "run.mat", "-o", "x.html", "--trials", "7"},
                            {"--trials", "a run of a network beside it", "must be left out"});
    check_refused_in_a_line({"report", "run.mat", "-o", "run.mat"}, {"input file"});
    check_refused_in_a_line(
        {"report", "run.mat", "-o", "lines.svg", "--figures", ".", "--format", "svg"},
        {"--figures", "the page itself"});
    write_text("four.toml", kNetworkOfFour);
    REQUIRE(run({"network", "run", "four.toml", "-o", "four.mat"}).code == 0);
    REQUIRE(run({"report", "four.mat", "-o", "four.html"}).code == 0);
    const std::string four = read_text("four.html");
    CHECK((four.find("<figure id=\"matrix\">") != std::string::npos) ==
          report::gnuplot_available());
    CHECK(four.find("<figure id=\"raster\">") == std::string::npos);
  }

  TEST_CASE("network plot draws lines, rasters and maps, and says what a run does not hold") {
    const WorkingFolder folder;
    run({"network", "new", "net.toml", "--example", "spiking"});
    REQUIRE(run({"network", "run", "net.toml", "-o", "run.mat", "--steps", "2500"}).code == 0);
    for (const char* kind : {"lines", "raster", "matrix"}) {
      const Outcome outcome =
          run({"network", "plot", "run.mat", "--kind", kind, "-o", std::string(kind) + ".svg"});
      CAPTURE(outcome.err);
      CHECK(outcome.code == 0);
      CHECK(read_text(std::string(kind) + ".svg").find("</svg>") != std::string::npos);
    }
    CHECK(run({"network", "plot", "run.mat", "-o", "run.pdf", "--record", "exc.s", "--time",
               "100:200"})
              .code == 0);
    check_refused_in_a_line({"network", "plot", "run.mat", "-o", "x.svg", "--record", "exc.q"},
                            {"'exc.q'", "did you mean 'exc.s'?"});
    check_refused_in_a_line(
        {"network", "plot", "run.mat", "-o", "x.svg", "--kind", "raster", "--record", "ecx"},
        {"did you mean 'exc'?"});
    check_refused_in_a_line({"network", "plot", "run.mat", "-o", "x.gif"}, {".png, .svg or .pdf"});
    check_refused_in_a_line({"network", "plot", "run.mat", "-o", "run.mat"}, {"input file"});
    check_refused_in_a_line({"network", "plot", "net.toml", "-o", "x.svg"}, {"net.toml"});
    check_refused_in_a_line(
        {"network", "plot", "run.mat", "-o", "x.svg", "--record", "inh.v", "--units", "7"},
        {"units"});
    write_text("rate.toml", kNetworkOfFour);
    run({"network", "run", "rate.toml", "-o", "rate.mat"});
    check_refused_in_a_line({"network", "plot", "rate.mat", "-o", "x.svg", "--kind", "raster"},
                            {"without spikes", "spikes = true"});
    for (const char* kind : {"lines", "matrix"}) {
      check_refused_in_a_line(
          {"network", "plot", "rate.mat", "-o", "x.svg", "--kind", kind, "--time", "200:300"},
          {"plot: time: found 200 to 300", "a part of the run, 0 to 10"});
      check_refused_in_a_line(
          {"network", "plot", "rate.mat", "-o", "x.svg", "--kind", kind, "--time", "1.01:1.09"},
          {"must hold a sample"});
    }
    CHECK(std::filesystem::exists("x.svg") == false);
  }

  TEST_CASE("network plot: time ends with the run, quantities stand above their bars") {
    const WorkingFolder folder;
    write_text("rate.toml", std::string(kNetworkOfFour) +
                                "[population.spiking]\ntemplate = \"lif\"\nsize = 3\n");
    std::string text = read_text("rate.toml");
    text.replace(text.find("steps = 100"), 11, "steps = 100\nspikes = true");
    write_text("rate.toml", text);
    REQUIRE(run({"network", "run", "rate.toml", "-o", "rate.mat"}).code == 0);
    const auto drawn = [](const std::string& kind) {
      const Outcome outcome = run({"network", "plot", "rate.mat", "-o", "x.svg", "--kind", kind});
      CAPTURE(outcome.err);
      CHECK(outcome.code == 0);
      return read_text("x.svg");
    };
    // Where a text stands: "x,y", and whether it is turned.
    const auto place = [](const std::string& svg, const std::string& shown) {
      const std::size_t at = svg.find("<text>" + shown + "</text>");
      REQUIRE(at != std::string::npos);
      const std::size_t open = svg.rfind("translate(", at) + 10;
      return svg.substr(open, svg.find(')', open) - open) +
             (svg.substr(open, at - open).find("rotate") == std::string::npos ? "" : " turned");
    };
    // The last sample is that of 9.9 ms.
    CHECK(drawn("lines").find("<text>10</text>") != std::string::npos);
    const std::string map = drawn("matrix");
    CHECK(map.find("<text>10</text>") != std::string::npos);
    const std::string title = place(map, "p.v");
    const std::string quantity = place(map, "v");
    CHECK(quantity.substr(quantity.find(',')) == title.substr(title.find(',')));
    // Units of a raster count from 1, and a population of rate units has none.
    const std::string raster = drawn("raster");
    CHECK(raster.find("spiking: 0 spikes") != std::string::npos);
    CHECK(raster.find("p: 0 spikes") == std::string::npos);
    for (const char* unit : {"1", "2", "3"}) {
      CHECK(raster.find(std::string("<text>") + unit + "</text>") != std::string::npos);
    }
  }

  TEST_CASE("network templates shows every template with equations, units, defaults and source") {
    const Outcome list = run({"network", "templates"});
    for (const network::NeuronTemplateDefinition* definition :
         network::registered_neuron_templates()) {
      CAPTURE(definition->name);
      CHECK(list.out.find(definition->help) != std::string::npos);
      const Outcome one = run({"network", "templates", definition->name});
      CHECK(one.code == 0);
      CHECK(one.out.find(definition->citation) != std::string::npos);
      CHECK(one.out.find("v' = ") != std::string::npos);
      const auto json = run({"network", "templates", definition->name, "--json"}).json();
      for (const auto& parameter : json.at("parameters")) {
        CHECK(one.out.find(parameter.at("name").get<std::string>()) != std::string::npos);
      }
    }
    check_refused_in_a_line({"network", "templates", "tahn"}, {"did you mean 'tanh'?"});
  }
}

}  // namespace rheobase
