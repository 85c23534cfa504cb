// Comparisons as tables.
#include <string>

#include <doctest/doctest.h>

#include "io/comparison/comparison_file.hpp"
#include "io/exchange/exporter.hpp"
#include "tests/io/exchange/comparison_fixture.hpp"
#include "tests/io/mat/fixtures.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::test;

namespace {

ExportSource source_of(mapping::Comparison comparison) {
  ExportSource source;
  source.where = "c.mat";
  source.comparison = std::move(comparison);
  return source;
}

std::string table_of(const mapping::Comparison& comparison, const std::string& name) {
  ExportOptions options;
  options.table = name;
  const std::vector<std::byte> bytes =
      find_exporter("csv").make(source_of(comparison), options).contents;
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("CSV of a comparison: conditions, units, trials, outputs and spikes of both networks") {
    const mapping::Comparison comparison = small_comparison();
    CHECK(table_of(comparison, "") == table_of(comparison, "conditions"));
    CHECK(table_of(comparison, "conditions") ==
          "condition,trials,rate_correct,spiking_correct,mcnemar_p,output_rmse,"
          "output_correlation,onset_difference_ms,peak_difference_ms,rate_correlation,"
          "rate_synchrony,spiking_synchrony,mean_activity,mean_rate_hz\n"
          "\"go\",3,3,2,1,0.25,,,,,,,,12.5\n"
          "\"no \"\"go\"\"\",1,3,2,1,,,2.5,,,,,,12.5\n"
          "\"all\",3,3,2,1,0.25,,,,,,,,12.5\n");
    CHECK(table_of(comparison, "units") ==
          "unit,type,tau_ms,rate_activity,spiking_hz,correlation,trial_correlation,isi_cv,"
          "isi_cv2,drive_gain_mv,bias_mv\n"
          "1,E,0.5,0.5,0.5,0.5,0.5,0.5,0.5,,\n"
          "2,I,,,,,,,,,\n"
          "3,SOM,2,2,2,2,2,2,2,,\n");
    CHECK(table_of(comparison, "trials") ==
          "trial,number,trial_of_file,condition,rate_correct,spiking_correct\n"
          "1,7,,\"go\",1,1\n"
          "2,8,,\"no \"\"go\"\"\",1,0\n"
          "3,9,5,\"go\",1,1\n");
    CHECK(table_of(comparison, "output") ==
          "trial,time_ms,rate,spiking,rate_2,spiking_2\n"
          "1,5,0.1,-0.1,1.1,-1.1\n1,10,0.2,-0.2,1.2,-1.2\n1,15,0.3,-0.3,1.3,-1.3\n"
          "2,5,0.4,-0.4,1.4,-1.4\n2,10,0.5,-0.5,1.5,-1.5\n2,15,0.6,-0.6,1.6,-1.6\n"
          "3,5,0.7,-0.7,1.7,-1.7\n3,10,0.8,-0.8,1.8,-1.8\n");
    CHECK(table_of(comparison, "spikes") ==
          "trial,unit,time_ms\n1,3,1.5\n1,1,12\n3,1,0.5\n3,1,7\n3,2,9.5\n");
    mapping::Comparison copies = comparison;
    copies.traces.spikes[0].copy = {1, 0};
    copies.traces.spikes[1].copy = {0, 1, 1};
    CHECK(table_of(copies, "spikes") ==
          "trial,unit,copy,time_ms\n1,3,2,1.5\n1,1,1,12\n3,1,1,0.5\n3,1,2,7\n3,2,2,9.5\n");
  }

  TEST_CASE("what a comparison or a format has not is named") {
    mapping::Comparison bare = small_comparison();
    CHECK(input_error_of([&] { table_of(bare, "weights"); }) ==
          "--table: found 'weights'; must be, for a comparison, one of conditions, spikes, output, "
          "trials, units");
    const auto refusal = [](const mapping::Comparison& comparison, const char* format) {
      return input_error_of([&] { find_exporter(format).make(source_of(comparison), {}); });
    };
    CHECK(refusal(bare, "nir") == "c.mat: found a comparison; must be a model: nir holds networks");
    CHECK(refusal(bare, "hdf5").starts_with("c.mat: found a comparison; must be a run"));
    bare.traces.spikes.clear();
    CHECK(refusal(bare, "nwb") ==
          "c.mat: spikes of trials: found none; must hold some: `rheobase compare MODEL --examples "
          "K -o FILE.mat`");
    bare.traces = {};
    for (const char* table : {"trials", "output", "spikes"}) {
      CHECK(
          input_error_of([&] { table_of(bare, table); }).starts_with("c.mat: trials: found none"));
    }
    CHECK(table_of(bare, "conditions") == table_of(small_comparison(), "conditions"));
  }
}
