#include "rate/learning/motif/internal/descent.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"
#include "rate/dynamics/internal/kernels.hpp"
#include "rate/learning/optimisers/training_rule.hpp"

namespace rheobase::rate {

namespace {

void check_numbers(const std::vector<float>& values, std::string_view field, std::size_t expected,
                   const std::string& where) {
  if (values.size() != expected) {
    throw InputError(where, field, fmt::format("{} values", values.size()),
                     fmt::format("must have {}, one per parameter", expected));
  }
  if (!std::ranges::all_of(values, [](float v) { return std::isfinite(v); })) {
    throw InputError(where, field, "a value that is not finite", "must be finite");
  }
}

}  // namespace

MotifCourse initial_course(std::vector<float> parameters) {
  MotifCourse course;
  course.moments.assign(2, std::vector<float>(parameters.size(), 0.0F));
  course.parameters = std::move(parameters);
  return course;
}

void descend(const ParameterBlocks& blocks, std::span<float> gradient, double loss,
             const DescentOptions& options, MotifCourse& course) {
  const double norm = std::sqrt(
      RHEOBASE_SIMD_DISPATCH(simd_level(), squared_norm)(gradient.data(), gradient.size()));
  const std::string when = fmt::format("batch {}", course.batches_done + 1);
  if (!std::isfinite(loss)) {
    throw NonFiniteError("training loss", when, -1);
  }
  if (!std::isfinite(norm)) {
    throw NonFiniteError("gradient", when, -1);
  }
  if (options.clip_norm > 0.0 && norm > options.clip_norm) {
    const auto factor = static_cast<float>(options.clip_norm / norm);
    for (float& value : gradient) {
      value *= factor;
    }
  }
  const TrainingRuleDefinition& adam = training_rule_named("adam");
  for (const ParameterBlock& block : blocks.all()) {
    const auto part = [&](std::vector<float>& values) {
      return std::span(values).subspan(block.offset, block.size());
    };
    adam.apply({.number = course.batches_done + 1,
                .learning_rate = options.rate_of(block.name),
                .gradient = gradient.subspan(block.offset, block.size()),
                .parameters = part(course.parameters),
                .moments = {part(course.moments[0]), part(course.moments[1])},
                .beta1 = options.beta1,
                .beta2 = options.beta2});
  }
  course.losses.push_back(loss);
  ++course.batches_done;
}

void check_course(const MotifCourse& course, std::size_t parameters, const std::string& where) {
  check_numbers(course.parameters, "parameters", parameters, where);
  if (course.moments.size() != 2) {
    throw InputError(where, "moments", fmt::format("{} vectors", course.moments.size()),
                     "must have 2");
  }
  for (const std::vector<float>& moment : course.moments) {
    check_numbers(moment, "moments", parameters, where);
  }
  if (!course.best.empty()) {
    check_numbers(course.best, "best", parameters, where);
  }
  if (course.batches_done < 0 ||
      course.losses.size() != static_cast<std::size_t>(course.batches_done)) {
    throw InputError(where, "batches_done",
                     fmt::format("{} with {} losses", course.batches_done, course.losses.size()),
                     "must be as many as the losses");
  }
}

}  // namespace rheobase::rate
