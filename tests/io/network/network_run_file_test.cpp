#include "io/network/network_run_file.hpp"

#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "io/mat/mat_file.hpp"
#include "tests/io/network/network_files.hpp"

using namespace rheobase;
using namespace rheobase::io;
using fixture::parsed;
using fixture::TemporaryPlace;

namespace {

constexpr const char* kSpiking = R"(step = 0.1
[population.e]
template = "qif"
size = 3
parameters = {eta = [1.0, 2.0, 30.0]}
noise = {v = 0.1}
[population.r]
template = "tanh"
size = 2
[[edge]]
from = "r.r"
to = "r.r_in"
weights = 0.5
delay = 0.7
[[input]]
to = "r.I_ext"
value = 1.0
[run]
steps = 200
sampling = 3
spikes = true
[[record]]
signal = "e.v"
units = [3, 1]
[[record]]
signal = "e.v"
mean = true
averaged = true
)";

std::string text_in(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

NetworkRun run_of(const NetworkFile& file) {
  NetworkRun run;
  run.seen = fixture::run_file(file);
  run.averaged = {false, true};
  run.populations = {"e", "r"};
  run.sizes = {3, 2};
  run.spikes = true;
  run.step = 0.1;
  run.time_unit = "ms";
  run.solver = "euler";
  run.title = "a title";
  run.seed = 4294967295U;
  run.command = "rheobase network run";
  run.network = file.text;
  return run;
}

std::string read_error(const std::filesystem::path& path) {
  try {
    read_network_run(path);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a run in a .mat file is read as it was written") {
    const TemporaryPlace folder("network-run");
    const NetworkRun run = run_of(parsed(kSpiking));
    REQUIRE(run.seen.spikes.size() > 3);
    write_network_run(folder / "run.mat", run);
    const NetworkRun again = read_network_run(folder / "run.mat");
    CHECK(again.seen.times == run.seen.times);
    REQUIRE(again.seen.recordings.size() == 2);
    for (std::size_t k = 0; k < 2; ++k) {
      CHECK(again.seen.recordings[k].name == "e.v");
      CHECK(again.seen.recordings[k].values == run.seen.recordings[k].values);
      CHECK(again.seen.recordings[k].units == run.seen.recordings[k].units);
    }
    CHECK(again.seen.spikes == run.seen.spikes);
    CHECK(again.averaged == run.averaged);
    CHECK(again.populations == run.populations);
    CHECK(again.sizes == run.sizes);
    CHECK(again.seed == run.seed);
    CHECK(again.step == run.step);
    CHECK(again.title == run.title);
    CHECK(again.trouble.empty());
    CHECK(again.network == run.network);
    // As its users see it: names of MATLAB, units from 1.
    const MatFile file(folder / "run.mat");
    CHECK(file.vector("e_v_units", 2, "") == Eigen::Vector2d(3, 1));
    CHECK(file.matrix("e_v_2", 1, run.seen.times.size(), "") == run.seen.recordings[1].values);
  }

  TEST_CASE("records that are named as what a file says of its run stay apart from it") {
    const TemporaryPlace folder("network-run");
    NetworkRun run = run_of(parsed(kSpiking));
    const std::vector<std::string> names{"seed", "solver", "spike_population", "record_mean"};
    for (const std::string& name : names) {
      run.seen.recordings.push_back(run.seen.recordings[0]);
      run.seen.recordings.back().name = name;
      run.averaged.push_back(false);
      run.record_units.emplace_back();
    }
    write_network_run(folder / "run.mat", run);
    const NetworkRun again = read_network_run(folder / "run.mat");
    REQUIRE(again.seen.recordings.size() == 2 + names.size());
    CHECK(again.seen.recordings[2].name == "seed");
    CHECK(again.seen.recordings[2].values == run.seen.recordings[2].values);
    CHECK(again.seed == run.seed);
    CHECK(again.solver == run.solver);
    CHECK(again.seen.spikes == run.seen.spikes);
  }

  TEST_CASE("a record that is named as another's units stays apart from them, in either order") {
    const TemporaryPlace folder("network-run-units");
    for (const bool before : {false, true}) {
      CAPTURE(before);
      NetworkRun run = run_of(parsed(kSpiking));
      run.seen.recordings[before ? 0 : 1].name = "e.v_units";
      write_network_run(folder / "run.mat", run);
      const NetworkRun again = read_network_run(folder / "run.mat");
      REQUIRE(again.seen.recordings.size() == 2);
      for (std::size_t k = 0; k < 2; ++k) {
        CHECK(again.seen.recordings[k].name == run.seen.recordings[k].name);
        CHECK(again.seen.recordings[k].values == run.seen.recordings[k].values);
        CHECK(again.seen.recordings[k].units == run.seen.recordings[k].units);
      }
    }
  }

  TEST_CASE("a run without samples, records and spikes is a run") {
    const TemporaryPlace folder("network-run-empty");
    NetworkRun run = run_of(parsed(kSpiking));
    run.seen.times.resize(0);
    for (network::Recording& recording : run.seen.recordings) {
      recording.values.conservativeResize(Eigen::NoChange, 0);
    }
    run.seen.spikes.clear();
    write_network_run(folder / "run.mat", run);
    CHECK(read_network_run(folder / "run.mat").seen.times.size() == 0);
    run.seen.recordings.clear();
    run.averaged.clear();
    run.spikes = false;
    write_network_run(folder / "run.mat", run);
    CHECK(read_network_run(folder / "run.mat").seen.recordings.empty());
  }

  TEST_CASE("a run as tables: a row a sample, spikes beside it") {
    const TemporaryPlace folder("network-run-csv");
    const NetworkRun run = run_of(parsed(kSpiking));
    write_network_run(folder / "run.csv", run);
    const std::string table = text_in(folder / "run.csv");
    CHECK(table.starts_with("time,e.v[3],e.v[1],mean(e.v)\n0,-2,-2,-2\n"));
    CHECK(std::count(table.begin(), table.end(), '\n') == run.seen.times.size() + 1);
    const std::string spikes = text_in(folder / "run.spikes.csv");
    CHECK(spikes.starts_with("time,population,unit\n"));
    CHECK(spikes.find(",e,3\n") != std::string::npos);
    CHECK(std::count(spikes.begin(), spikes.end(), '\n') ==
          static_cast<long>(run.seen.spikes.size()) + 1);
    CHECK_THROWS_AS(write_network_run(folder / "run.txt", run), InputError);
  }

  TEST_CASE("other files are no runs") {
    const TemporaryPlace folder("network-run-bad");
    MatFields fields;
    fields.number("x", 1.0);
    write_mat(folder / "x.mat", fields, MatVersion::level5);
    CHECK(read_error(folder / "x.mat").find("as `network run` writes it") != std::string::npos);
    CHECK(read_error(folder / "none.mat").find("none.mat") != std::string::npos);
  }

  TEST_CASE("a saved state goes on bit for bit, with delays and noise, and with no other network") {
    const TemporaryPlace folder("network-state");
    const NetworkFile file = parsed(kSpiking);
    const network::Network network = build_network(file);
    network::NetworkState whole = network::initial_state(network);
    network::RunOptions options = file.run;
    network::run(network, whole, file.inputs, options);
    network::NetworkState half = network::initial_state(network);
    options.steps = 77;
    network::run(network, half, file.inputs, options);
    write_network_state(folder / "state.mat", half, "command");
    network::NetworkState again = read_network_state(folder / "state.mat", network);
    options.steps = 123;
    network::run(network, again, file.inputs, options);
    CHECK(network::to_vector(again) == network::to_vector(whole));

    std::string other = kSpiking;
    other.replace(other.find("size = 3"), 8, "size = 1");
    other.replace(other.find("[1.0, 2.0, 30.0]"), 16, "[1.0]");
    other.replace(other.find("units = [3, 1]"), 14, "");
    const network::Network stranger = build_network(parsed(other));
    CHECK_THROWS_WITH_AS(read_network_state(folder / "state.mat", stranger),
                         doctest::Contains("another network"), InputError);
    CHECK_THROWS_AS(read_network_state(folder / "none.mat", network), InputError);
    write_network_run(folder / "run.mat", run_of(file));
    CHECK_THROWS_WITH_AS(read_network_state(folder / "run.mat", network),
                         doctest::Contains("state of a network"), InputError);
  }
}
