#include <cmath>
#include <limits>
#include <sstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "apps/cli/option.hpp"
#include "core/error.hpp"
#include "io/comparison/json_values.hpp"
#include "io/mat/internal/field_values.hpp"
#include "mapping/comparison/compare.hpp"
#include "mapping/conversion/conversion_search.hpp"
#include "mapping/conversion/transfer_fields.hpp"
#include "rate/learning/force/force_targets.hpp"
#include "rate/learning/force/force_training.hpp"
#include "rate/learning/force/session.hpp"
#include "rate/learning/innate/innate_experiment.hpp"
#include "rate/learning/train.hpp"
#include "rate/models/attractor/attractor_trials.hpp"
#include "rate/models/force/force_simulation.hpp"
#include "rate/models/initialise.hpp"
#include "spiking/simulate.hpp"
#include "tests/apps/cli/cli_harness.hpp"

/// Every table of options: what help says is what is accepted, on the command line, from a .mat
/// field, from JSON and by the library, with the same refusal.
namespace rheobase {

using namespace cli_test;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Trial {
  FieldValue value;
  bool accepted;
};

/// The ends of the range and what lies just outside; every word and another.
std::vector<Trial> trials_of(const FieldInfo& field) {
  std::vector<Trial> trials;
  if (field.kind == FieldKind::truth) {
    return {{true, true}, {false, true}};
  }
  if (field.kind == FieldKind::word) {
    for (const std::string& word : field.words) {
      trials.push_back({word, true});
    }
    trials.push_back({std::string("no-such-word"), false});
    return trials;
  }
  const bool integer = field.kind == FieldKind::integer;
  const Range& range = field.range;
  const auto beyond = [integer](double end, double direction) {
    return integer ? end + direction : std::nextafter(end, direction * kInfinity);
  };
  const auto add = [&](double end, bool open, double outwards) {
    if (std::isfinite(end)) {
      trials.push_back({end, !open});
      trials.push_back({beyond(end, -outwards), true});
      const double outside = beyond(end, outwards);
      trials.push_back({outside, outside == range.special});
    }
  };
  add(range.low, range.above_low, -1.0);
  add(range.high, range.below_high, 1.0);
  if (range.special) {
    trials.push_back({*range.special, true});
  }
  if (integer) {
    trials.push_back({range.low + 0.5, false});
  }
  return trials;
}

std::string spelled(const FieldValue& value) {
  return value_text(value);
}

/// What the command line says to a value: nothing, or the requirement.
std::string told_by_command_line(const FieldInfo& field, const FieldValue& value) {
  const cli::Program program("test", "", "");
  std::optional<FieldValue> taken;
  const cli::Option option = cli::add_field(program.root(), field, "",
                                            [&taken](const FieldValue& given) { taken = given; });
  CHECK(option.help().find(describe(field.range)) != std::string::npos);
  std::string name = field.option.substr(0, field.option.find(','));
  std::ostringstream out;
  try {
    program.run({name, spelled(value)}, out);
  } catch (const cli::UsageError& error) {
    const std::string text = error.what();
    return text.substr(text.find("must be"));
  }
  REQUIRE(taken.has_value());
  CHECK(spelled(*taken) == spelled(value));
  return "";
}

std::string told_by_mat(const FieldInfo& field, const io::MatFile& file, const std::string& name) {
  try {
    const FieldValue read = io::read_value(file, name, field);
    CHECK_FALSE(value_fault(field, read));
  } catch (const InputError& error) {
    CHECK(error.field() == "field '" + name + "'");
    return error.required();
  }
  return "";
}

std::string told_by_json(const FieldInfo& field, const FieldValue& value) {
  nlohmann::ordered_json json;
  io::put_value(json, "a.b", value);
  const std::optional<FieldValue> read = io::json_value(json["a"]["b"]);
  REQUIRE(read.has_value());
  const std::optional<FieldFault> fault = value_fault(field, *read);
  return fault ? fault->required : "";
}

template <class Options>
std::string told_by_library(const FieldTable<Options>& table, const Field<Options>& field,
                            const FieldValue& value) {
  Options options;
  field.set(options, value);
  try {
    check(options, table, "options");
  } catch (const InputError& error) {
    CHECK(error.field() == field.name);
    return error.required();
  }
  return "";
}

template <class Options>
void check_table(const FieldTable<Options>& table) {
  for (const Field<Options>& field : table) {
    CAPTURE(field.name);
    CHECK_FALSE(field.label.empty());
    CHECK((field.option.empty() || !field.help.empty()));
    CHECK_FALSE(value_fault(field, field.get(Options{})));  // defaults
    const std::vector<Trial> trials = trials_of(field);
    io::MatFields fields;
    for (std::size_t i = 0; i < trials.size(); ++i) {
      io::add_value(fields, fmt::format("value_{}", i), trials[i].value);
    }
    fields.number("anything", 0.0);
    io::write_mat("values.mat", fields, io::MatVersion::level5);
    const io::MatFile file("values.mat");
    for (std::size_t i = 0; i < trials.size(); ++i) {
      const FieldValue& value = trials[i].value;
      CAPTURE(spelled(value));
      const std::string told = trials[i].accepted ? "" : requirement(field);
      CHECK(told_by_mat(field, file, fmt::format("value_{}", i)) == told);
      CHECK(told_by_json(field, value) == told);
      if (!field.option.empty() && !field.flag) {
        CHECK(told_by_command_line(field, value) == told);
      }
      // A value that the member's type cannot hold never reaches the library.
      if (field.kind == FieldKind::number) {
        CHECK(told_by_library(table, field, value) == told);
      }
    }
    if (field.kind == FieldKind::number) {
      for (const double none : {kInfinity, -kInfinity, std::nan("")}) {
        CHECK(told_by_library(table, field, none) == requirement(field));
      }
    }
  }
}

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("every field accepts what its help says, everywhere, and nothing beyond") {
    const WorkingFolder folder;
    check_table(spiking::neuron_fields());
    check_table(spiking::synapse_fields());
    check_table(spiking::stimulation_fields());
    check_table(spiking::simulation_fields());
    check_table(mapping::transfer_fields());
    check_table(mapping::search_fields());
    check_table(mapping::conversion_fields());
    check_table(mapping::stored_compare_fields());
    check_table(rate::training_fields());
    check_table(rate::network_fields());
    check_table(rate::reservoir_fields());
    check_table(rate::rls_fields());
    check_table(rate::update_schedule_fields());
    check_table(rate::trial_clock_fields());
    check_table(rate::timing_target_fields());
    check_table(rate::innate_fields());
    check_table(rate::attractor_fields());
    check_table(rate::attractor_protocol_fields());
    check_table(rate::attractor_trial_fields());
    check_table(rate::force_network_fields());
    check_table(rate::force_input_fields());
    check_table(rate::trial_epoch_fields());
    check_table(rate::force_trial_fields());
    check_table(rate::force_clamp_fields());
    check_table(rate::session_fields());
    check_table(rate::generated_target_fields());
    check_table(rate::force_training_fields());
  }

  TEST_CASE("the names of a table's fields are different") {
    const auto check_names = [](const auto& table) {
      std::map<std::string, int> names;
      for (const auto& field : table) {
        CAPTURE(field.name);
        CHECK(++names[field.name] == 1);
      }
    };
    check_names(mapping::transfer_fields());
    check_names(spiking::simulation_fields());
    check_names(mapping::stored_compare_fields());
    check_names(rate::training_fields());
    check_names(rate::network_fields());
    check_names(rate::reservoir_fields());
    check_names(rate::innate_fields());
    check_names(rate::attractor_fields());
    check_names(rate::attractor_protocol_fields());
    check_names(rate::attractor_trial_fields());
    check_names(rate::force_network_fields());
    check_names(rate::force_trial_fields());
    check_names(rate::force_training_fields());
  }
}

}  // namespace rheobase
