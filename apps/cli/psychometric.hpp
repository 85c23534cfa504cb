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
  /// Of every output, the mean over the trials of its mean over the scored steps: those of the
  /// score window with a target. Not-a-number where no trial asks for the output.
  std::vector<double> rate_outputs, spiking_outputs;
};

/// @throws InputError unless the task's trials have numbers of this name
void require_value(const rate::Task& task, const std::string& name);

/// Trials of a comparison by a number that belongs to each: by value where there are twelve values
/// or fewer, else in at most eight parts of about as many trials each, trials of one value in one.
std::vector<PsychometricPoint> psychometric(const mapping::Comparison& comparison,
                                            const rate::Task& task, const std::string& name);

/// Values of the file, where it has twelve or fewer, that no trial of the comparison has.
std::vector<double> values_left_out(const std::vector<PsychometricPoint>& points,
                                    const rate::Task& task, const std::string& name);

/// Of every point "0.5", or "0.5 to 1.25", with as many digits as tell the values apart, four at
/// least.
std::vector<std::string> point_texts(const std::vector<PsychometricPoint>& points);

std::string psychometric_table(const std::vector<PsychometricPoint>& points,
                               const std::string& name, const rate::Task& task);
Json psychometric_json(const std::vector<PsychometricPoint>& points, const std::string& name,
                       const rate::Task& task);
report::Chart psychometric_chart(const std::vector<PsychometricPoint>& points,
                                 const std::string& name, const rate::Task& task);

}  // namespace rheobase::cli
