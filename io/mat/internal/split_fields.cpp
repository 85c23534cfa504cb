#include "io/mat/internal/split_fields.hpp"

#include <algorithm>

#include "core/whole_number.hpp"

namespace rheobase::io {

namespace {

std::string member(const char* name) {
  return std::string("trials_file.") + name;
}

std::string text_or_empty(const MatFile& file, const char* name) {
  const MatArray* array = file.find(member(name));
  return array != nullptr && array->class_name == "char" ? array->text : std::string();
}

double number_or_zero(const MatFile& file, const char* name) {
  const MatArray* array = file.find(member(name));
  return array != nullptr && array->values.size() == 1 ? array->values[0] : 0.0;
}

int count_of(const MatFile& file, const char* name) {
  return std::max(0, whole_number<int>(number_or_zero(file, name)).value_or(0));
}

}  // namespace

void add_split(MatFields& fields, const std::optional<rate::TrialSplit>& split) {
  if (!split || split->file.empty()) {
    return;
  }
  fields.text(member("name"), split->file);
  fields.text(member("sha256"), split->hash);
  fields.number(member("test_fraction"), split->test_fraction);
  if (!split->test_file.empty()) {
    fields.text(member("test_name"), split->test_file);
    fields.text(member("test_sha256"), split->test_hash);
  }
  fields.integer(member("training"), split->training);
  fields.integer(member("held_out"), split->held_out);
  fields.text(member("evaluated"), std::string(to_string(split->evaluated)));
}

std::optional<rate::TrialSplit> read_split(const MatFile& file) {
  rate::TrialSplit split;
  split.file = text_or_empty(file, "name");
  split.hash = text_or_empty(file, "sha256");
  const auto evaluated = rate::evaluated_trials_from(text_or_empty(file, "evaluated"));
  const double fraction = number_or_zero(file, "test_fraction");
  if (split.file.empty() || split.hash.empty() || !evaluated ||
      !(fraction >= 0.0 && fraction < 1.0)) {
    return std::nullopt;
  }
  split.test_fraction = fraction;
  split.test_file = text_or_empty(file, "test_name");
  split.test_hash = text_or_empty(file, "test_sha256");
  split.training = count_of(file, "training");
  split.held_out = count_of(file, "held_out");
  split.evaluated = *evaluated;
  return split;
}

}  // namespace rheobase::io
