// Exports against the rules of the schemas nwb-schema 2.6.0 and hdmf-common 1.8.0, as facts: what
// pynwb's validator asks of these types. An attribute or dataset may have more precision than
// asked.
#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>

#include <doctest/doctest.h>

#include "io/exchange/exporter.hpp"
#include "io/mat/internal/hdf5_objects.hpp"
#include "tests/io/exchange/comparison_fixture.hpp"
#include "tests/io/mat/fixtures.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::spiking;
using namespace rheobase::test;

namespace {

enum class Kind { text, number, whole, unsigned_whole, reference };

struct Attribute {
  std::string name;
  Kind kind;
};

struct Dataset {
  std::string name;
  Kind kind;
  int rank;
  bool required = true;
  std::string type = {};  ///< neurodata_type; empty: none
  int further = 0;        ///< dimensions that may follow those of `rank`
};

/// What a type asks of a group (of a dataset: `attributes` alone).
struct Rule {
  std::vector<Attribute> attributes;
  std::vector<Dataset> datasets;
  std::vector<std::string> groups;
};

const std::map<std::string, Rule>& rules() {
  static const std::map<std::string, Rule> all{
      {"NWBFile",
       {{{"nwb_version", Kind::text}},
        {{"file_create_date", Kind::text, 1},
         {"identifier", Kind::text, 0},
         {"session_description", Kind::text, 0},
         {"session_start_time", Kind::text, 0},
         {"timestamps_reference_time", Kind::text, 0}},
        {"acquisition", "analysis", "general", "processing", "stimulus", "stimulus/presentation",
         "stimulus/templates"}}},
      {"Subject", {{}, {{"subject_id", Kind::text, 0, false}}, {}}},
      {"DynamicTable",
       {{{"colnames", Kind::text}, {"description", Kind::text}},
        {{"id", Kind::whole, 1, true, "ElementIdentifiers"}},
        {}}},
      {"Units",
       {{{"colnames", Kind::text}, {"description", Kind::text}},
        {{"id", Kind::whole, 1, true, "ElementIdentifiers"},
         {"spike_times", Kind::number, 1, false, "VectorData"},
         {"spike_times_index", Kind::unsigned_whole, 1, false, "VectorIndex"},
         {"obs_intervals", Kind::number, 2, false, "VectorData"},
         {"obs_intervals_index", Kind::unsigned_whole, 1, false, "VectorIndex"}},
        {}}},
      {"TimeIntervals",
       {{{"colnames", Kind::text}, {"description", Kind::text}},
        {{"id", Kind::whole, 1, true, "ElementIdentifiers"},
         {"start_time", Kind::number, 1, true, "VectorData"},
         {"stop_time", Kind::number, 1, true, "VectorData"}},
        {}}},
      {"TimeSeries",
       {{}, {{"data", Kind::number, 1, true, "", 3}, {"starting_time", Kind::number, 0}}, {}}},
      {"ElementIdentifiers", {}},
      {"VectorData", {{{"description", Kind::text}}, {}, {}}},
      {"VectorIndex", {{{"description", Kind::text}, {"target", Kind::reference}}, {}, {}}},
  };
  return all;
}

/// Datasets without a type of their own that must have attributes.
const std::map<std::string, std::vector<Attribute>> kPlainDatasets{
    {"data", {{"unit", Kind::text}, {"conversion", Kind::number}, {"resolution", Kind::number}}},
    {"starting_time", {{"rate", Kind::number}, {"unit", Kind::text}}},
    {"source_script", {{"file_name", Kind::text}}},
};

bool is_of_kind(hid_t type, Kind kind) {
  const H5T_class_t stored = H5Tget_class(type);
  switch (kind) {
    case Kind::text:
      return stored == H5T_STRING;
    case Kind::number:
      return stored == H5T_FLOAT;
    case Kind::whole:
      return stored == H5T_INTEGER;
    case Kind::unsigned_whole:
      return stored == H5T_INTEGER && H5Tget_sign(type) == H5T_SGN_NONE;
    case Kind::reference:
      return stored == H5T_REFERENCE;
  }
  return false;
}

/// Faults of a whole file.
class Judge {
 public:
  explicit Judge(const std::vector<std::byte>& bytes) : file_(open_hdf5_image(bytes, "judged")) {
    visit(file_, "/");
  }
  std::vector<std::string> faults;
  std::map<std::string, int> seen;  ///< objects of every type

 private:
  void check_attributes(hid_t object, const std::string& path,
                        const std::vector<Attribute>& attributes) {
    for (const Attribute& rule : attributes) {
      if (!has_attribute(object, rule.name)) {
        faults.push_back(path + " lacks " + rule.name);
        continue;
      }
      const Hdf5Handle attribute(H5Aopen(object, rule.name.c_str(), H5P_DEFAULT), H5Aclose, path);
      const Hdf5Handle type(H5Aget_type(attribute), H5Tclose, path);
      if (!is_of_kind(type, rule.kind)) {
        faults.push_back(path + " " + rule.name + " of another type");
      }
    }
  }

  void check_dataset(hid_t group, const std::string& path, const Dataset& rule) {
    if (H5Lexists(group, rule.name.c_str(), H5P_DEFAULT) <= 0) {
      if (rule.required) {
        faults.push_back(path + " lacks " + rule.name);
      }
      return;
    }
    const Hdf5Handle set(H5Dopen2(group, rule.name.c_str(), H5P_DEFAULT), H5Dclose, path);
    const Hdf5Handle type(H5Dget_type(set), H5Tclose, path);
    const Hdf5Handle space(H5Dget_space(set), H5Sclose, path);
    const int further = H5Sget_simple_extent_ndims(space) - rule.rank;
    if (!is_of_kind(type, rule.kind) || further < 0 || further > rule.further) {
      faults.push_back(path + rule.name + " of another type or rank");
    }
    if (text_attribute(set, "neurodata_type") != rule.type) {
      faults.push_back(path + rule.name + " is not a " + rule.type);
    }
  }

  /// Every column that a table names must be there, with one row an identifier.
  void check_table(hid_t group, const std::string& path) {
    const Hdf5Handle ids(H5Dopen2(group, "id", H5P_DEFAULT), H5Dclose, path);
    const std::size_t rows = matlab_extents(ids)[0];
    for (const std::string& name : member_names(group)) {
      const Hdf5Handle column(H5Dopen2(group, name.c_str(), H5P_DEFAULT), H5Dclose, path);
      const bool ragged = H5Lexists(group, (name + "_index").c_str(), H5P_DEFAULT) > 0;
      if (!ragged && matlab_extents(column)[0] != rows) {
        faults.push_back(path + name + " has another number of rows");
      }
    }
  }

  void visit(hid_t object, const std::string& path) {
    const std::string type = text_attribute(object, "neurodata_type");
    if (!type.empty()) {
      ++seen[type];
      const auto rule = rules().find(type);
      if (rule == rules().end()) {
        faults.push_back(path + " of unknown type " + type);
        return;
      }
      check_attributes(object, path, {{"namespace", Kind::text}, {"object_id", Kind::text}});
      check_attributes(object, path, rule->second.attributes);
      for (const Dataset& dataset : rule->second.datasets) {
        check_dataset(object, path, dataset);
      }
      for (const std::string& group : rule->second.groups) {
        if (H5Lexists(object, group.c_str(), H5P_DEFAULT) <= 0) {
          faults.push_back(path + " lacks the group " + group);
        }
      }
      if (type == "Units" || type == "TimeIntervals") {
        check_table(object, path);
      }
    }
    if (H5Iget_type(object) == H5I_DATASET) {
      return;
    }
    for (const std::string& name : member_names(object)) {
      const Hdf5Handle member(H5Oopen(object, name.c_str(), H5P_DEFAULT), H5Oclose, path);
      const auto plain = kPlainDatasets.find(name);
      if (plain != kPlainDatasets.end()) {
        check_attributes(member, path + name, plain->second);
      }
      visit(member, path + name + "/");
    }
  }

  Hdf5Handle file_;
};

RunFile run(double first_spike_ms) {
  RunFile file;
  SimulationResult& result = file.result;
  result.spike_unit = {2, 0, 2};
  result.spike_time_ms = {first_spike_ms, 4.0, 9.5};
  result.spike_count = Eigen::VectorXi{{1, 0, 2}};
  result.output = {0.5, 0.5, Eigen::VectorXd::LinSpaced(20, 0.0, 1.9)};
  result.duration_ms = 10.0;
  result.dt_ms = 0.05;
  file.description.condition = "go";
  file.description.unit_type = {0, 1, 2};
  return file;
}

std::vector<std::byte> exported(std::vector<RunFile> runs, const ExportOptions& options = {}) {
  return find_exporter("nwb").make({"a.mat", std::nullopt, std::move(runs)}, options).contents;
}

std::string text_of(const std::vector<std::byte>& bytes, const std::string& path) {
  const Hdf5Handle file = open_hdf5_image(bytes, "f");
  const Hdf5Handle set(H5Dopen2(file, path.c_str(), H5P_DEFAULT), H5Dclose, path);
  return read_scalar_text(set, path);
}

/// All numbers of a dataset, row by row.
std::vector<double> values_of(const std::vector<std::byte>& bytes, const std::string& path) {
  const Hdf5Handle file = open_hdf5_image(bytes, "f");
  const Hdf5Handle set(H5Dopen2(file, path.c_str(), H5P_DEFAULT), H5Dclose, path);
  const Hdf5Handle space(H5Dget_space(set), H5Sclose, path);
  std::vector<double> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  hdf5_check(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), path);
  return values;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("NWB: every object has what the schema asks of its type") {
    ExportOptions named;
    named.subject = "network-7";
    named.institution = "An institute";
    named.keywords = {"spiking", "timing"};
    for (const ExportOptions& options : {ExportOptions{}, named}) {
      for (const auto& runs : {std::vector{run(0.25)}, std::vector{run(0.25), run(1.0)}}) {
        const Judge judge(exported(runs, options));
        CAPTURE(judge.faults.empty() ? std::string() : judge.faults.front());
        CHECK(judge.faults.empty());
        CHECK(judge.seen.at("TimeSeries") == static_cast<int>(runs.size()));
        CHECK(judge.seen.at("Units") == 1);
        CHECK(judge.seen.at("TimeIntervals") == 1);
        CHECK(judge.seen.contains("Subject") == !options.subject.empty());
      }
    }
  }

  TEST_CASE("NWB: subject, keywords and institution as given") {
    ExportOptions options;
    options.subject = "network-7";
    options.institution = "An institute";
    options.keywords = {"spiking", "timing"};
    const std::vector<std::byte> bytes = exported({run(0.25)}, options);
    CHECK(text_of(bytes, "/general/subject/subject_id") == "network-7");
    CHECK(text_of(bytes, "/general/institution") == "An institute");
    const Hdf5Handle file = open_hdf5_image(bytes, "f");
    const Hdf5Handle set(H5Dopen2(file, "/general/keywords", H5P_DEFAULT), H5Dclose, "keywords");
    CHECK(read_texts(set, "keywords") == options.keywords);
  }

  TEST_CASE("NWB: the date is that of the export, or SOURCE_DATE_EPOCH") {
    CHECK(text_of(exported({run(0.25)}), "/session_start_time") >= "2024-01-01T00:00:00+00:00");
    setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
    const std::vector<std::byte> bytes = exported({run(0.25)});
    CHECK(text_of(bytes, "/session_start_time") == "2023-11-14T22:13:20+00:00");
    CHECK(text_of(bytes, "/timestamps_reference_time") == "2023-11-14T22:13:20+00:00");
    CHECK(exported({run(0.25)}) == bytes);
    setenv("SOURCE_DATE_EPOCH", "yesterday", 1);
    CHECK(input_error_of([] { exported({run(0.25)}); }).starts_with("SOURCE_DATE_EPOCH: found"));
    unsetenv("SOURCE_DATE_EPOCH");
  }

  TEST_CASE("NWB: trials of any length and what was seen of every unit meanwhile") {
    RunFile longer = run(1.0);
    longer.result.duration_ms = 25.0;
    const std::vector<std::byte> bytes = exported({run(0.25), longer, run(0.5)});
    CHECK(Judge(bytes).faults.empty());
    const std::vector<double> start = values_of(bytes, "/intervals/trials/start_time");
    const std::vector<double> stop = values_of(bytes, "/intervals/trials/stop_time");
    const std::vector<double> starts{0.0, 1.01, 2.035};
    const std::vector<double> stops{0.01, 1.035, 2.045};
    const std::vector<double> observed = values_of(bytes, "/units/obs_intervals");
    const std::vector<double> ends = values_of(bytes, "/units/obs_intervals_index");
    REQUIRE(observed.size() == 18);
    REQUIRE(ends.size() == 3);
    for (std::size_t unit = 0; unit < 3; ++unit) {
      CHECK(ends[unit] == 3.0 * static_cast<double>(unit + 1));
      for (std::size_t trial = 0; trial < 3; ++trial) {
        CHECK(start[trial] == within(starts[trial], 1e-12));
        CHECK(stop[trial] == within(stops[trial], 1e-12));
        CHECK(observed[6 * unit + 2 * trial] == start[trial]);
        CHECK(observed[6 * unit + 2 * trial + 1] == stop[trial]);
      }
    }
    // Six spikes of the third unit in 45 ms.
    CHECK(values_of(bytes, "/units/mean_rate_hz")[2] == within(6.0 / 0.045, 1e-9));
  }

  TEST_CASE("NWB: copies of a unit are units of their own") {
    RunFile copies = run(0.25);
    copies.result.copies = 2;
    copies.result.spike_copy = {1, 0, 0};
    const std::vector<std::byte> bytes = exported({copies});
    const Judge judge(bytes);
    CHECK(judge.faults.empty());
    CHECK(values_of(bytes, "/units/rate_unit") == std::vector<double>{1, 1, 2, 2, 3, 3});
    CHECK(values_of(bytes, "/units/copy") == std::vector<double>{1, 2, 1, 2, 1, 2});
    CHECK(values_of(bytes, "/units/spike_times_index") == std::vector<double>{1, 1, 1, 1, 2, 3});
    CHECK(values_of(bytes, "/units/spike_times") == std::vector<double>{0.004, 0.0095, 0.00025});
    CHECK(values_of(bytes, "/units/mean_rate_hz") ==
          std::vector<double>{100.0, 0.0, 0.0, 0.0, 100.0, 100.0});
    CHECK(input_error_of([&] {
            exported({run(0.25), copies});
          }).ends_with("must be runs of one network"));
  }

  TEST_CASE("NWB of a comparison: its example trials, the outputs of both networks") {
    ExportSource source;
    source.where = "c.mat";
    source.comparison = small_comparison();
    const ExportResult result = find_exporter("nwb").make(source, {});
    const std::vector<std::byte>& bytes = result.contents;
    const Judge judge(bytes);
    CAPTURE(judge.faults.empty() ? std::string() : judge.faults.front());
    CHECK(judge.faults.empty());
    CHECK(judge.seen.at("TimeSeries") == 4);
    REQUIRE(result.notes.size() == 1);
    CHECK(result.notes.front().starts_with("of 3 trials, the 2 whose spikes"));
    // Three samples are of a trial of four steps: the second example follows 20 ms and a pause of a
    // second.
    const std::vector<double> spikes = values_of(bytes, "/units/spike_times");
    const std::vector<double> expected{0.012, 1.0205, 1.027, 1.0295, 0.0015};
    REQUIRE(spikes.size() == expected.size());
    for (std::size_t k = 0; k < spikes.size(); ++k) {
      CHECK(spikes[k] == within(expected[k], 1e-12));
    }
    CHECK(values_of(bytes, "/units/spike_times_index") == std::vector<double>{3, 4, 5});
    CHECK(values_of(bytes, "/intervals/trials/stop_time")[0] == within(0.020, 1e-12));
    CHECK(values_of(bytes, "/intervals/trials/stop_time")[1] == within(1.035, 1e-12));
    CHECK(values_of(bytes, "/units/obs_intervals")[1] == within(0.020, 1e-12));
    // Three spikes of the first unit in 35 ms.
    CHECK(values_of(bytes, "/units/mean_rate_hz")[0] == within(3.0 / 0.035, 1e-9));
    CHECK(values_of(bytes, "/acquisition/rate_output_0002/data") ==
          std::vector<double>{0.7, 1.7, 0.8, 1.8});
    CHECK(values_of(bytes, "/acquisition/output_0001/data") ==
          std::vector<double>{-0.1, -1.1, -0.2, -1.2, -0.3, -1.3});
    const Hdf5Handle file = open_hdf5_image(bytes, "f");
    const Hdf5Handle set(H5Dopen2(file, "/intervals/trials/rate_outcome", H5P_DEFAULT), H5Dclose,
                         "rate_outcome");
    CHECK(read_texts(set, "rate_outcome") == std::vector<std::string>{"correct", "correct"});
  }

  TEST_CASE("NWB of a comparison: copies of a unit are units of their own") {
    ExportSource source;
    source.where = "c.mat";
    source.comparison = small_comparison();
    source.comparison->options.transfer.copies = 2;
    const auto made = [&] { return find_exporter("nwb").make(source, {}).contents; };
    CHECK(input_error_of(made) ==
          "c.mat: field 'spike_copy': found nothing, in a file of an older version; must say which "
          "of a unit's copies fired: repeat the comparison");
    source.comparison->traces.spikes[0].copy = {1, 0};
    source.comparison->traces.spikes[1].copy = {0, 1, 1};
    const std::vector<std::byte> bytes = made();
    CHECK(values_of(bytes, "/units/rate_unit") == std::vector<double>{1, 1, 2, 2, 3, 3});
    CHECK(values_of(bytes, "/units/copy") == std::vector<double>{1, 2, 1, 2, 1, 2});
    CHECK(values_of(bytes, "/units/spike_times_index") == std::vector<double>{2, 3, 3, 4, 4, 5});
    CHECK(values_of(bytes, "/units/mean_rate_hz")[0] == within(2.0 / 0.035, 1e-9));
  }

  TEST_CASE("NWB: a series starts where its run does and has the rate of its samples") {
    const std::vector<std::byte> bytes = exported({run(0.25), run(1.0)});
    const Hdf5Handle file = open_hdf5_image(bytes, "f");
    const auto number_at = [&](const std::string& path) {
      const Hdf5Handle set(H5Dopen2(file, path.c_str(), H5P_DEFAULT), H5Dclose, path);
      double value = 0.0;
      hdf5_check(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value), path);
      return value;
    };
    CHECK(std::abs(number_at("/acquisition/output_0001/starting_time") - 0.0005) <= 1e-15);
    CHECK(std::abs(number_at("/acquisition/output_0002/starting_time") - 1.0105) <= 1e-15);
    const Hdf5Handle set(H5Dopen2(file, "/acquisition/output_0002/starting_time", H5P_DEFAULT),
                         H5Dclose, "time");
    const Hdf5Handle rate(H5Aopen(set, "rate", H5P_DEFAULT), H5Aclose, "rate");
    double value = 0.0;
    hdf5_check(H5Aread(rate, H5T_NATIVE_DOUBLE, &value), "rate");
    CHECK(std::abs(value - 2000.0) <= 1e-9);
  }
}
