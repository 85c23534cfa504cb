#include <doctest/doctest.h>

#include "io/mat/mat_file.hpp"
#include "io/mat/rate_model_file.hpp"
#include "io/mat/run_file.hpp"
#include "tests/apps/cli/cli_harness.hpp"
#include "tests/tolerances.hpp"

namespace rheobase {

using namespace cli_test;

namespace {

std::vector<std::string> eval(const std::vector<std::string>& more) {
  return std::vector<std::string>{"eval",      "model.mat", "--network", "spiking",
                                  "--scaling", "50",        "--trials",  "4"} +
         more;
}

/// "engine" of the simulation that eval reports.
std::string engine_of(const std::vector<std::string>& more) {
  const Outcome outcome = run(eval(more) + std::vector<std::string>{"--json"});
  CAPTURE(outcome.err);
  REQUIRE(outcome.code == 0);
  return outcome.json()["simulation"]["engine"];
}

void check_refused(const std::vector<std::string>& more, const std::vector<std::string>& parts) {
  const Outcome outcome = run(eval(more));
  CAPTURE(outcome.err);
  CHECK(outcome.code == 2);
  for (const std::string& part : parts) {
    CAPTURE(part);
    CHECK(outcome.err.find(part) != std::string::npos);
  }
}

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("auto is the default, and an option of one engine asks for it") {
    const WorkingFolder folder;
    copy_model();
    CHECK(engine_of({}) == "bridge");
    CHECK(engine_of({"--noise", "0"}) == "event");
    CHECK(engine_of({"--parity"}) == "clock");
    CHECK(engine_of({"--parity", "--downsample", "2"}) == "clock");
    CHECK(engine_of({"--dt", "0.1"}) == "clock");
    CHECK(engine_of({"--precision", "single"}) == "clock");
    CHECK(engine_of({"--step", "0.5"}) == "bridge");
    CHECK(engine_of({"--noise", "0", "--engine", "event", "--dt", "0.1"}) == "event");
    CHECK(engine_of({"--neuron", "qif"}) == "bridge");
    CHECK(engine_of({"--rise", "0.2"}) == "clock");
  }

  TEST_CASE("--verbose says which engine was taken and why, on map, eval and simulate") {
    const WorkingFolder folder;
    copy_model();
    const std::string reason = "bridge: noise: the bridge engine has no grid bias";
    CHECK(run(eval({})).out.find("chosen") == std::string::npos);
    CHECK(run(eval({})).out.find("bridge engine, step 0.25 ms, noise 0.2") != std::string::npos);
    CHECK(run(eval({"--verbose"})).out.find(reason) != std::string::npos);
    CHECK(run(eval({"--engine", "clock", "--verbose"})).out.find("clock: asked for") !=
          std::string::npos);
    CHECK(run({"map", "model.mat", "--scaling", "50", "--trials", "2", "--verbose", "-o", "m.mat"})
              .out.find(reason) != std::string::npos);
    CHECK(run({"simulate", "model.mat", "--scaling", "50", "--verbose", "-o", "run.mat"})
              .out.find(reason) != std::string::npos);
    const auto json = run({"simulate", "model.mat", "--scaling", "50", "--json", "-o", "run.mat"})
                          .json()["simulation"];
    CHECK(json["engine_reason"] == "noise: the bridge engine has no grid bias");
    CHECK(json["step_ms"] == 0.25);
  }

  TEST_CASE("an option that the engine has no use for is refused") {
    const WorkingFolder folder;
    copy_model();
    check_refused({"--engine", "bridge", "--dt", "0.1"}, {"--dt", "--engine bridge", "clock"});
    check_refused({"--engine", "clock", "--step", "0.1"}, {"--step", "--engine clock", "bridge"});
    check_refused({"--dt", "0.1", "--step", "0.1"}, {"--step", "bridge"});
    check_refused({"--engine", "event", "--noise", "0", "--precision", "single"},
                  {"--precision", "event", "clock"});
    check_refused({"--engine", "bridge", "--parity"}, {"--parity", "clock"});
    check_refused({"--downsample", "2"}, {"--downsample", "--parity"});
    check_refused({"--synapse", "single", "--rise", "5"}, {"--rise", "--synapse double"});
    check_refused({"--noise", "0.1", "--noise-sd", "1"}, {"--noise-sd", "--noise", "alone"});
    check_refused({"--neuron", "qif", "--noise-sd", "1"}, {"--noise-sd", "qif", "lif"});
  }

  TEST_CASE("engine options out of range name the option and what is allowed") {
    const WorkingFolder folder;
    copy_model();
    check_refused({"--tau-membrane", "0"}, {"--tau-membrane", "found 0", "above 0"});
    check_refused({"--rise", "-2"}, {"--rise", "-2", "above 0"});
    check_refused({"--refractory", "-1"}, {"--refractory", "-1", "0 to 1000 ms"});
    check_refused({"--refractory", "1001"}, {"--refractory", "1001", "0 to 1000 ms"});
    check_refused({"--noise", "-1"}, {"--noise", "-1", "0 to 1e+12"});
    check_refused({"--noise-sd", "-1"}, {"--noise-sd", "-1", "at least 0"});
    check_refused({"--dt", "1.5"}, {"--dt", "1.5", "0.0001 to 1 ms"});
    check_refused({"--dt", "0.6", "--refractory", "0.5"},
                  {"time step dt (ms)", "0.6", "refractory period of 0.5 ms"});
    check_refused({"--step", "1.5"}, {"--step", "1.5", "0.0001 to 1 ms"});
    check_refused({"--step", "1", "--tau-membrane", "2"}, {"step (ms)", "at most 0.5 ms"});
    check_refused({"--engine", "event"}, {"noise intensity", "0.2", "must be 0"});
    check_refused({"--engine", "bridge", "--noise", "0"}, {"noise intensity", "event engine"});
    check_refused({"--neuron", "hh"}, {"--neuron", "hh", "lif, qif"});
    check_refused({"--synapse", "triple"}, {"--synapse", "triple", "double, single"});
  }

  TEST_CASE("values in other units, and levels that do not fit, are told by their options") {
    const WorkingFolder folder;
    copy_model();
    check_refused(
        {"--tau-membrane", "0.02"},
        {"--tau-membrane: found 0.02 ms; must not be shorter than the clock engine's time "
         "step of 0.05 ms (--dt): are these seconds?"});
    check_refused({"--threshold", "50"},
                  {"--threshold: found 50 mV; must be at most 30 mV, the voltage recorded"});
    check_refused({"--threshold", "-70"},
                  {"--threshold: found -70 mV; must be above the reset, -65 mV"});
    check_refused({"--reset", "50"}, {"--reset: found 50 mV; must be below the threshold, -40 mV"});
    check_refused({"--bias", "1e300"}, {"--bias: found 1e300; must be", "1000000 mV"});
    check_refused({"--drive", "all", "--drive-window", "0.5:0.7"},
                  {"--drive-window: found 0.5:0.7; ", ": are these seconds?"});
    const auto notes = [](const std::vector<std::string>& more) {
      const Outcome outcome = run(eval(more));
      CAPTURE(outcome.err);
      CHECK(outcome.code == 0);
      return outcome.err;
    };
    CHECK(notes({"--synaptic-delay", "0.002"}) ==
          "rheobase: note: --synaptic-delay of 0.002 ms: are these seconds?\n");
    CHECK(notes({"--threshold", "-0.04", "--refractory", "0.002"}) ==
          "rheobase: note: --refractory of 0.002 ms: are these seconds?\n"
          "rheobase: note: --threshold of -0.04 mV: are these volts?\n");
    CHECK(
        notes({"--drive", "all", "--drive-window", "0:0.7"}) ==
        "rheobase: note: --drive-window 0:0.7 ends 0.7 ms after the start of the trial: are these "
        "seconds?\n");
    CHECK(notes({"--synaptic-delay", "0.5", "--drive", "all", "--drive-window", "0:50"}).empty());
    CHECK(notes({"--neuron", "lif", "--tau-membrane", "0.02", "--noise", "0"}) ==
          "rheobase: note: --tau-membrane of 0.02 ms: are these seconds?\n");
  }

  TEST_CASE("thresholds and biases that the units have for themselves are told") {
    const WorkingFolder folder;
    copy_model();
    io::ModelFile model = io::read_model("model.mat");
    model.scaling_factor = 50.0;
    const auto units = static_cast<std::size_t>(model.network.units());
    model.transfer.emplace().unit_bias_mv.assign(units, 0.5);
    io::write_model("model.mat", model);
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"info", "model.mat", "--no-spectrum"}, eval({})}) {
      CHECK(says(run(command).out, "biases of the units\n"));
    }
  }

  TEST_CASE("inputs and initial voltages of the wrong size are refused by simulate") {
    const WorkingFolder folder;
    copy_model();
    io::MatFields fields;
    fields.matrix("one", Eigen::MatrixXd::Zero(1, 1));
    fields.matrix("empty", Eigen::MatrixXd::Zero(1, 0));
    fields.matrix("v0", Eigen::VectorXd::Zero(199));
    io::write_mat("in.mat", fields, io::MatVersion::level5);
    const auto refused = [](const std::vector<std::string>& more,
                            const std::vector<std::string>& parts) {
      const Outcome outcome =
          run(std::vector<std::string>{"simulate", "model.mat", "--scaling", "50", "-o", "r.mat"} +
              more);
      CAPTURE(outcome.err);
      CHECK(outcome.code == 2);
      for (const std::string& part : parts) {
        CHECK(outcome.err.find(part) != std::string::npos);
      }
    };
    refused({"--input", "in.mat:one"}, {"1 x 1", "at least 2"});
    refused({"--input", "in.mat:empty"}, {"1 x 0", "at least 2"});
    refused({"--initial-voltage", "in.mat:v0"}, {"--initial-voltage", "200 units"});
  }

  TEST_CASE("noise as a stationary sd is the intensity 2 sd^2 / tau_m") {
    const WorkingFolder folder;
    copy_model();
    const auto spiking = [](const std::vector<std::string>& more) {
      const auto json = run(eval(more) + std::vector<std::string>{"--json"}).json();
      return std::pair(json["simulation"]["noise_mv2_per_ms"].get<double>(),
                       json["spiking"]["mean_rate_hz"].get<double>());
    };
    CHECK(spiking({"--noise-sd", "1"}) == spiking({"--noise", "0.2"}));
    CHECK(spiking({"--noise-sd", "2", "--tau-membrane", "20"}).first == near(0.4, 1e-12));
  }

  TEST_CASE(
      "--start-up relaxed: nobody fires at time 0, and the clock engine says that it cannot") {
    const WorkingFolder folder;
    copy_model();
    const auto first_spike_ms = [](const std::vector<std::string>& more) {
      const Outcome outcome = run(std::vector<std::string>{"simulate", "model.mat", "--scaling",
                                                           "50", "--noise", "0", "-o", "run.mat"} +
                                  more);
      CAPTURE(outcome.err);
      REQUIRE(outcome.code == 0);
      return io::read_run("run.mat").result.spike_time_ms.front();
    };
    CHECK(first_spike_ms({}) == 0.0);
    CHECK(io::read_run("run.mat").description.simulation.start_up == spiking::StartUp::reference);
    CHECK(first_spike_ms({"--start-up", "relaxed"}) > 0.0);
    CHECK(io::read_run("run.mat").description.simulation.start_up == spiking::StartUp::relaxed);
    CHECK(first_spike_ms({"--start-up", "relaxed", "--engine", "odeint"}) > 0.0);
    CHECK(engine_of({"--start-up", "relaxed"}) == "bridge");
    check_refused({"--start-up", "relaxed", "--engine", "clock"},
                  {"--start-up relaxed", "--engine clock", "event or bridge"});
    check_refused({"--start-up", "relaxed", "--dt", "0.1"}, {"--start-up relaxed", "clock"});
    check_refused({"--start-up", "cold"}, {"--start-up", "cold", "reference, relaxed"});
  }

  TEST_CASE("parity mode reports the noise that its step makes of it") {
    const WorkingFolder folder;
    copy_model();
    const Outcome outcome = run(eval({"--parity", "--downsample", "4", "--json"}));
    REQUIRE(outcome.code == 0);
    CHECK(outcome.json()["simulation"]["noise_mv2_per_ms"].get<double>() == near(0.05, 1e-12));
    CHECK(run(eval({"--parity", "--verbose"}))
              .out.find("clock: parity mode repeats the published grid") != std::string::npos);
  }

  TEST_CASE("an engine that an option asks for is named with that option") {
    const WorkingFolder folder;
    copy_model();
    CHECK(run(eval({"--dt", "0.1", "--verbose"})).out.find("clock: --dt asks for it") !=
          std::string::npos);
    check_refused({"--dt", "0.1", "--step", "0.1"}, {"--dt, which asks for the clock engine"});
    check_refused({"--parity", "--step", "0.1"}, {"--parity, which asks for the clock engine"});
  }

  TEST_CASE("no file that is read is ever overwritten") {
    const WorkingFolder folder;
    copy_model();
    io::MatFields fields;
    fields.matrix("u", Eigen::MatrixXd::Zero(1, 11));
    fields.matrix("v0", Eigen::VectorXd::Constant(200, -65.0));
    io::write_mat("in.mat", fields, io::MatVersion::level5);
    const auto base = std::vector<std::string>{"simulate", "model.mat", "--scaling", "50"};
    for (const std::vector<std::string>& more :
         {std::vector<std::string>{"--input", "in.mat:u", "-o", "in.mat"},
          {"--initial-voltage", "in.mat:v0", "-o", "in.mat"}}) {
      const Outcome outcome = run(base + more);
      CHECK(outcome.code == 2);
      CHECK(outcome.err.find("inputs are never changed") != std::string::npos);
    }
    REQUIRE(
        run({"compare", "model.mat", "--scaling", "50", "--trials", "2", "-o", "base.json"}).code ==
        0);
    const Outcome outcome = run({"compare", "model.mat", "--scaling", "50", "--trials", "2",
                                 "--baseline", "base.json", "-o", "base.json"});
    CHECK(outcome.code == 2);
    CHECK(outcome.err.find("inputs are never changed") != std::string::npos);
  }

  TEST_CASE("QIF end to end: mapped, remembered, evaluated by every engine") {
    const WorkingFolder folder;
    copy_model();
    const Outcome mapped = run({"map", "model.mat", "--neuron", "qif", "--scaling", "20:10:60",
                                "--trials", "20", "--json", "-o", "qif.mat"});
    CAPTURE(mapped.err);
    REQUIRE(mapped.code == 0);
    CHECK(mapped.json()["spiking_network"]["neuron"] == "qif");
    CHECK(mapped.json()["best"]["accuracy"]["successes"] >= 18);
    for (const std::vector<std::string>& engine : {std::vector<std::string>{"--engine", "clock"},
                                                   {"--engine", "bridge"},
                                                   {"--engine", "event", "--noise", "0"}}) {
      const Outcome outcome =
          run(std::vector<std::string>{"eval", "qif.mat", "--trials", "20", "--json"} + engine);
      CAPTURE(outcome.err);
      REQUIRE(outcome.code == 0);
      const auto json = outcome.json();
      CHECK(json["spiking_network"]["neuron"] == "qif");
      CHECK(json["spiking"]["accuracy"]["successes"] >= 17);
    }
  }

  TEST_CASE("QIF end to end on context integration") {
    const WorkingFolder folder;
    copy_model("mante_N250_s5");
    const Outcome mapped = run({"map", "model.mat", "--neuron", "qif", "--scaling", "20:10:60",
                                "--trials", "24", "--json", "-o", "qif.mat"});
    CAPTURE(mapped.err);
    REQUIRE(mapped.code == 0);
    const Outcome outcome = run({"eval", "qif.mat", "--trials", "24", "--json"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    CHECK(outcome.json()["spiking"]["accuracy"]["successes"] >= 21);
  }
}

}  // namespace rheobase
