#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "rate/dynamics/parameter_blocks.hpp"
#include "rate/learning/motif/motif_training.hpp"

namespace rheobase::rate {

struct DescentOptions {
  std::function<double(const std::string& block)> rate_of = {};
  double beta1 = 0.9, beta2 = 0.999;
  double clip_norm = 0.0;
};

/// Before the first batch: Adam's moments are 0.
MotifCourse initial_course(std::vector<float> parameters);

/// One update by Adam, every block at its own rate; notes loss and batch.
/// @throws NonFiniteError (with the batch) where loss or gradient are not finite
void descend(const ParameterBlocks& blocks, std::span<float> gradient, double loss,
             const DescentOptions& options, MotifCourse& course);

/// The numbers of a course as arrays whose names end in _`suffix`.
void add_course(const MotifCourse& course, const std::string& suffix, NamedArrays& arrays);

/// @throws InputError unless there is one finite number per parameter everywhere, and one loss a
///         batch
MotifCourse course_from(const NamedArrays& arrays, const std::string& suffix,
                        std::size_t parameters);

}  // namespace rheobase::rate
