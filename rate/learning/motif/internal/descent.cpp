#include "rate/learning/motif/internal/descent.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "rate/dynamics/internal/kernels.hpp"
#include "rate/learning/optimisers/training_rule.hpp"

namespace rheobase::rate {

namespace {

constexpr const char* kCourse = "motif training state";

const std::vector<double>& any_length(const NamedArrays& arrays, const std::string& name) {
  for (const NamedArray& array : arrays) {
    if (array.name == name) {
      return array.values;
    }
  }
  throw InputError(kCourse, name, "nothing", "must be there");
}

std::vector<double> doubles(const std::vector<float>& values) {
  return {values.begin(), values.end()};
}

std::vector<float> finite_floats(const std::vector<double>& values, const std::string& name,
                                 std::size_t expected) {
  if (values.size() != expected) {
    throw InputError(kCourse, name, counted(values.size(), "value"),
                     fmt::format("must have {}", expected));
  }
  std::vector<float> numbers;
  for (const double value : values) {
    numbers.push_back(static_cast<float>(value));
    if (!std::isfinite(numbers.back())) {
      throw InputError(kCourse, name, fmt::format("{}", value),
                       "must be finite in single precision");
    }
  }
  return numbers;
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

void add_course(const MotifCourse& course, const std::string& suffix, NamedArrays& arrays) {
  const auto add = [&](const std::string& name, std::vector<double> values) {
    arrays.push_back({name + "_" + suffix, std::move(values)});
  };
  std::vector<double> evaluations;
  for (const MotifEvaluationPoint& point : course.evaluations) {
    evaluations.insert(evaluations.end(), {static_cast<double>(point.batch), point.rmse});
  }
  add("counts", {static_cast<double>(course.batches_done), static_cast<double>(course.since_best)});
  add("parameters", doubles(course.parameters));
  add("mean", doubles(course.moments[0]));
  add("square", doubles(course.moments[1]));
  add("best", doubles(course.best));
  add("losses", course.losses);
  add("evaluations", evaluations);
}

MotifCourse course_from(const NamedArrays& arrays, const std::string& suffix,
                        std::size_t parameters) {
  const auto named = [&](const char* name) { return std::string(name) + "_" + suffix; };
  const auto floats = [&](const char* name, std::size_t expected) {
    return finite_floats(any_length(arrays, named(name)), named(name), expected);
  };
  MotifCourse course = initial_course(floats("parameters", parameters));
  course.moments = {floats("mean", parameters), floats("square", parameters)};
  course.best = floats("best", any_length(arrays, named("best")).empty() ? 0 : parameters);
  const std::vector<double>& counts = named_array(arrays, named("counts"), 2);
  course.losses = any_length(arrays, named("losses"));
  if (counts[0] != static_cast<double>(course.losses.size()) || counts[1] < 0.0 ||
      counts[1] > counts[0]) {
    throw InputError(
        kCourse, named("counts"),
        fmt::format("{} and {} with {} losses", counts[0], counts[1], course.losses.size()),
        "must be batches done, one loss each, and evaluations since the minimum");
  }
  course.batches_done = static_cast<int>(counts[0]);
  course.since_best = static_cast<int>(counts[1]);
  const std::vector<double>& evaluations = any_length(arrays, named("evaluations"));
  for (std::size_t i = 0; i + 1 < evaluations.size(); i += 2) {
    course.evaluations.push_back({static_cast<int>(evaluations[i]), evaluations[i + 1]});
    course.best_rmse = std::min(course.best_rmse, evaluations[i + 1]);
  }
  return course;
}

}  // namespace rheobase::rate
