#include <doctest/doctest.h>

#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;

TEST_SUITE("cli") {
  TEST_CASE("export and import: the model file is the same again, byte for byte") {
    const WorkingFolder folder;
    copy_model();
    REQUIRE(run({"map", "model.mat", "--trials", "2", "--scaling", "50"}).code == 0);
    for (const char* format : {"nir", "hdf5"}) {
      CAPTURE(format);
      const Outcome exported = run({"export", "model.lif.mat", "--format", format, "-o", "m.h5"});
      CAPTURE(exported.err);
      CHECK(exported.code == 0);
      CHECK(run({"import", "m.h5", "-o", "again.mat"}).code == 0);
      CHECK(read_text("again.mat") == read_text("model.lif.mat"));
    }
  }

  TEST_CASE("export of runs") {
    const WorkingFolder folder;
    copy_model();
    for (const char* trial : {"0", "1"}) {
      REQUIRE(run({"simulate", "model.mat", "--scaling", "50", "--trial", trial, "-o",
                   "run" + std::string(trial) + ".mat"})
                  .code == 0);
    }
    CHECK(run({"export", "run0.mat", "run1.mat", "--format", "nwb", "-o", "runs.nwb"}).code == 0);
    CHECK(run({"export", "run0.mat", "--format", "hdf5", "-o", "run.h5"}).code == 0);
    CHECK(run({"export", "run0.mat", "--format", "csv", "-o", "spikes.csv"}).code == 0);
    CHECK(read_text("spikes.csv").starts_with("unit,time_ms\n"));
  }

  TEST_CASE("exports that cannot be are refused, and nothing is left") {
    const WorkingFolder folder;
    copy_model();
    const auto refused = [&](const std::vector<std::string>& args, const std::string& part) {
      const auto before = folder.files();
      const Outcome outcome = run(args);
      CAPTURE(outcome.err);
      CHECK(outcome.code == 2);
      CHECK(outcome.err.find(part) != std::string::npos);
      CHECK(folder.files() == before);
    };
    refused({"export", "model.mat", "--format", "nir", "-o", "x"}, "run `rheobase map` first");
    refused({"export", "model.mat", "--format", "xml", "-o", "x"}, "--format: found 'xml'");
    refused({"export", "model.mat", "--format", "nwb", "-o", "x"}, "must be a run");
    refused({"export", "model.mat", "--format", "csv", "--profile", "exact", "-o", "x"},
            "--profile: found --format csv; must come with --format nir");
    refused({"export", "model.mat", "--format", "hdf5", "-o", "model.mat"}, "an input file");
    REQUIRE(
        run({"compare", "model.mat", "--scaling", "50", "--trials", "2", "-o", "both.mat"}).code ==
        0);
    refused({"export", "both.mat", "--format", "hdf5", "-o", "x"},
            "both.mat: found a comparison; must be a run, from `rheobase simulate`");
    refused({"export", "both.mat", "both.mat", "--format", "nwb", "-o", "x"},
            "both.mat: found a comparison among several files; must be exported alone");
    refused({"export", "both.mat", "--format", "csv", "--table", "rates", "-o", "x"},
            "must be, for a comparison, one of conditions, spikes, output, trials, units");
    for (const char* format : {"nwb", "csv"}) {
      CHECK(run({"export", "both.mat", "--format", format, "-o", "both"}).code == 0);
    }
    CHECK(read_text("both").starts_with("condition,trials,rate_correct,"));
    REQUIRE(run({"map", "model.mat", "--trials", "2", "--scaling", "50", "--synaptic-delay", "1",
                 "--delay-spread", "0.2", "-o", "late.lif.mat"})
                .code == 0);
    refused(
        {"export", "late.lif.mat", "--format", "nir", "-o", "x"},
        "found delays of connections (field connection_delay_ms, --delay-spread); must be none");
    refused({"import", "model.mat", "-o", "x.mat"}, "a .mat file, which needs no import");
    refused({"import", "none.h5", "-o", "x.mat"}, "found no such file");
  }
}

}  // namespace rheobase
