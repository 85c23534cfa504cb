#pragma once

#include <string>

#include "io/comparison/task_names.hpp"
#include "mapping/comparison/compare.hpp"

namespace rheobase::io {

/// Checks the figures of a comparison against each other and against its task: counts that must add
/// up, ranges, names and durations. @throws InputError with the name of the field
void validate_figures(const mapping::Comparison& comparison, const std::string& where,
                      TaskNames names);

/// Checks the traces against the figures, which were checked before: shapes, finite samples, counts
/// of conditions and of right answers, spikes within the trial. @throws InputError
void validate_traces(const mapping::Comparison& comparison, const std::string& where);

/// The first field that is not as it must be ends the reading.
struct ComparisonCheck {
  const std::string& where;

  /// @param found  text or number that was there
  template <class Found>
  void require(bool holds, const std::string& field, const Found& found,
               const std::string& required) const {
    if (!holds) {
      fail(field, describe(found), required);
    }
  }
  /// Within low ... high; NaN is not.
  void within(const std::string& field, double value, double low, double high) const;
  void positive(const std::string& field, double value) const;
  void not_negative(const std::string& field, double value) const;

 private:
  [[noreturn]] void fail(const std::string& field, const std::string& found,
                         const std::string& required) const;
  static std::string describe(const std::string& text) { return text; }
  static std::string describe(const char* text) { return text; }
  static std::string describe(double value);
};

/// Is this a task whose trials a file holds: `file`, or trajectories of innate training?
bool has_given_trials(const std::string& task);

/// Whether trials of the task may be of different lengths: given ones, or those of several tasks.
bool may_end_early(const std::string& task);

}  // namespace rheobase::io
