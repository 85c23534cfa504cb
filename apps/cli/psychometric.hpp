#pragma once

#include <string>
#include <vector>

#include "apps/cli/json_output.hpp"
#include "apps/report/chart.hpp"
#include "mapping/comparison/compare.hpp"
#include "rate/tasks/task.hpp"

namespace rheobase::cli {

/// Trials of one value, or of a range of values.
struct PsychometricPoint {
  double low = 0.0, high = 0.0, mean = 0.0;  ///< of the value
  Proportion rate, spiking;
  /// Means over the trials of the output's mean over its scored part (first output).
  double rate_output = 0.0, spiking_output = 0.0;
};

/// @throws InputError unless the task's trials have numbers of this name
void require_value(const rate::Task& task, const std::string& name);

/// Trials of a comparison by a number that belongs to each: by value where there are twelve values
/// or fewer, else in eight parts of as many trials each.
std::vector<PsychometricPoint> psychometric(const mapping::Comparison& comparison,
                                            const rate::Task& task, const std::string& name);

std::string psychometric_table(const std::vector<PsychometricPoint>& points,
                               const std::string& name);
Json to_json(const std::vector<PsychometricPoint>& points);
report::Chart psychometric_chart(const std::vector<PsychometricPoint>& points,
                                 const std::string& name, const rate::Task& task);

}  // namespace rheobase::cli
