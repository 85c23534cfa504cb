#include "io/mat/session_file.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/whole_number.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/mat_file.hpp"

namespace rheobase::io {

namespace {

constexpr std::array<std::string_view, 1> kUnits{"unit"};

/// All that is inside `unit` by its name: a session has tens of thousands of parts.
using Parts = std::map<std::string_view, const MatArray*>;

/// The fields of one element of `unit`.
class UnitReader {
 public:
  UnitReader(const MatFile& file, const Parts& parts, std::string element)
      : file_(file), parts_(parts), element_(std::move(element)) {}

  std::string name(std::string_view field) const { return fmt::format("{}.{}", element_, field); }
  bool has(std::string_view field) const { return parts_.contains(name(field)); }

  std::vector<double> numbers(std::string_view field) const {
    constexpr const char* kRequired = "must be a row or column of numbers";
    const MatArray& array = part(field, kRequired);
    const std::size_t length = array.values.size();
    const bool line = array.dims.size() == 2 && (array.dims[0] == 1 || array.dims[1] == 1);
    if (!array.numeric() || (length > 0 && !line)) {
      fail(field, array.describe(), kRequired);
    }
    return array.values;
  }
  std::vector<int> integers(std::string_view field) const {
    std::vector<int> whole;
    for (const double value : numbers(field)) {
      const std::optional<int> number = whole_number<int>(value);
      if (!number) {
        file_.fail(name(field), fmt::format("{}", value), "must hold whole numbers");
      }
      whole.push_back(*number);
    }
    return whole;
  }
  double number(std::string_view field) const {
    const std::vector<double> values = numbers(field);
    if (values.size() != 1) {
      fail(field, counted(values.size(), "number"), "must be one number");
    }
    return values[0];
  }
  std::string text(std::string_view field) const {
    const MatArray& array = part(field, "must be text");
    if (array.class_name != "char") {
      fail(field, array.describe(), "must be text");
    }
    return array.text;
  }
  [[noreturn]] void fail(std::string_view field, const std::string& found,
                         const std::string& required) const {
    file_.fail(name(field), found, required);
  }

 private:
  const MatArray& part(std::string_view field, const std::string& required) const {
    const auto found = parts_.find(name(field));
    if (found == parts_.end()) {
      fail(field, "nothing", required);
    }
    return *found->second;
  }

  const MatFile& file_;
  const Parts& parts_;
  std::string element_;
};

/// From the vector or, where it is missing or empty, from the texts of the trial types.
std::vector<int> read_stimulation(const UnitReader& unit, std::size_t trials) {
  constexpr const char* kVector = "Behavior.stim_trial_vector";
  if (unit.has(kVector)) {
    std::vector<int> stimulation = unit.integers(kVector);
    if (!stimulation.empty()) {
      return stimulation;
    }
  }
  std::vector<int> stimulation;
  for (std::size_t trial = 0; trial < trials; ++trial) {
    const std::string type = unit.text(fmt::format("Trial_info.Trial_types{{{}}}", trial + 1));
    stimulation.push_back(type.find("_s_") != std::string::npos ? 1 : 0);
  }
  return stimulation;
}

rate::SessionTrials read_session_trials(const UnitReader& unit) {
  rate::SessionTrials trials;
  trials.response = unit.integers("Behavior.Trial_types_of_response_vector");
  trials.stimulation = read_stimulation(unit, trials.response.size());
  const bool sampling = !unit.has("Behavior.Sample_start") && unit.has("Behavior.Sampling_start");
  trials.sample_s = unit.numbers(sampling ? "Behavior.Sampling_start" : "Behavior.Sample_start");
  trials.delay_s = unit.numbers("Behavior.Delay_start");
  trials.cue_s = unit.numbers("Behavior.Cue_start");
  return trials;
}

rate::SessionUnit read_unit(const UnitReader& reader, std::size_t number) {
  rate::SessionUnit unit;
  unit.name = std::to_string(number);
  if (reader.has("channel")) {
    unit.name += fmt::format(" (channel {:g})", reader.number("channel"));
  }
  unit.spike_times_s = reader.numbers("SpikeTimes");
  unit.spike_trial = reader.integers("Trial_idx_of_spike");
  if (reader.has("SpikeWidth")) {
    unit.spike_width_ms = reader.number("SpikeWidth");
  }
  const std::vector<int> range = reader.integers("Trial_info.Trial_range_to_analyze");
  if (range.size() != 2) {
    reader.fail("Trial_info.Trial_range_to_analyze", counted(range.size(), "number"),
                "must be the first and the last trial");
  }
  unit.first_trial = range[0];
  unit.last_trial = range[1];
  return unit;
}

}  // namespace

rate::Session read_session(const std::filesystem::path& path) {
  return parse_session(read_bytes(path), path.string());
}

rate::Session parse_session(std::span<const std::byte> bytes, const std::string& where) {
  return parse_session(MatFile(bytes, where, kUnits));
}

rate::Session parse_session(const MatFile& file) {
  const MatArray* units = file.find("unit");
  constexpr const char* kRequired = "must be an array of structures, one a unit";
  if (units == nullptr || units->class_name != "struct") {
    file.fail("unit", units == nullptr ? "nothing" : units->describe(), kRequired);
  }
  const std::size_t count = units->element_count().value_or(0);
  if (count == 0) {
    file.fail("unit", units->describe(), kRequired);
  }
  Parts parts;
  for (const MatArray& array : file.arrays()) {
    parts[array.name] = &array;
  }
  rate::Session session;
  session.name = file.where();
  for (std::size_t k = 0; k < count; ++k) {
    const UnitReader reader(file, parts, count == 1 ? "unit" : fmt::format("unit({})", k + 1));
    if (k == 0) {
      session.trials = read_session_trials(reader);
      session.edges_s = reader.numbers("Meta_data.parameters.T_Axis_PSTH");
    } else if (reader.integers("Behavior.Trial_types_of_response_vector") !=
               session.trials.response) {
      reader.fail("Behavior.Trial_types_of_response_vector", "other trials than unit 1 has",
                  "must be the same in all units");
    }
    session.units.push_back(read_unit(reader, k + 1));
  }
  validate(session);
  return session;
}

bool holds_session(const std::filesystem::path& path) {
  static constexpr std::array<std::string_view, 1> kNoContents{""};
  const MatFile file(path, kNoContents);
  const MatArray* units = file.find("unit");
  return units != nullptr && units->class_name == "struct";
}

}  // namespace rheobase::io
