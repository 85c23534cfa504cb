#include "rate/models/attractor/attractor_protocol.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "core/elementary.hpp"
#include "core/error.hpp"

namespace rheobase::rate {

namespace {

Eigen::VectorXd window(double on_ms, double off_ms, double smoothing_ms, Eigen::Index steps,
                       const AttractorModel& model) {
  Eigen::VectorXd course = Eigen::VectorXd::Zero(steps);
  const Eigen::Index on = step_at(on_ms, model);
  const Eigen::Index off = step_at(off_ms, model);
  course.segment(on, off - on).setOnes();
  if (smoothing_ms > 0.0) {
    const double follow = -elementary::expm1(-model.step_ms / smoothing_ms);
    double value = 0.0;
    for (double& entry : course) {
      value += follow * (entry - value);
      entry = value;
    }
  }
  return course;
}

}  // namespace

Eigen::Index step_at(double time_ms, const AttractorModel& model) {
  return static_cast<Eigen::Index>(std::ceil(time_ms / model.step_ms - 1e-9));
}

Eigen::Index attractor_steps(const AttractorProtocol& protocol, const AttractorModel& model) {
  return step_at(protocol.duration_ms, model);
}

void validate(const AttractorProtocol& protocol, const AttractorModel& model) {
  struct Time {
    std::string_view field;
    double value, low, high;
    std::string_view required;
  };
  const double end = protocol.duration_ms;
  const std::array<Time, 8> times{
      {{"duration_ms", end, 10.0 * model.step_ms, 1e7, "must be between 10 steps and 1e7"},
       {"sample_ms", protocol.sample_ms, 0.0, end, "must lie inside the trial"},
       {"delay_ms", protocol.delay_ms, protocol.sample_ms, end,
        "must lie between the sample and the end of the trial"},
       {"go_ms", protocol.go_ms, protocol.delay_ms + model.step_ms, end,
        "must lie between the start of the delay and the end of the trial"},
       {"cue_on_ms", protocol.cue_on_ms, 0.0, end, "must lie inside the trial"},
       {"cue_off_ms", protocol.cue_off_ms, protocol.cue_on_ms, end,
        "must lie between cue_on_ms and the end of the trial"},
       {"photoinhibition_on_ms", protocol.photoinhibition_on_ms, 0.0, end,
        "must lie inside the trial"},
       {"photoinhibition_off_ms", protocol.photoinhibition_off_ms, protocol.photoinhibition_on_ms,
        end, "must lie between photoinhibition_on_ms and the end of the trial"}}};
  for (const Time& time : times) {
    if (!(time.value >= time.low && time.value <= time.high)) {
      throw InputError("attractor protocol", time.field, fmt::format("{}", time.value),
                       time.required);
    }
  }
  if (!(protocol.smoothing_ms >= 0.0) || !std::isfinite(protocol.initial_state)) {
    throw InputError("attractor protocol", "smoothing_ms and initial_state",
                     fmt::format("{} and {}", protocol.smoothing_ms, protocol.initial_state),
                     "must be at least 0, and finite");
  }
}

AttractorCourses input_courses(const AttractorProtocol& protocol, const AttractorModel& model) {
  const Eigen::Index steps = attractor_steps(protocol, model);
  AttractorCourses courses;
  courses.ramp.resize(steps);
  for (Eigen::Index k = 0; k < steps; ++k) {
    const double since = static_cast<double>(k) * model.step_ms - protocol.sample_ms;
    courses.ramp[k] = std::clamp(since / model.ramp_duration_ms, 0.0, 1.0);
  }
  courses.cue =
      window(protocol.cue_on_ms, protocol.cue_off_ms, protocol.smoothing_ms, steps, model);
  courses.photoinhibition = window(protocol.photoinhibition_on_ms, protocol.photoinhibition_off_ms,
                                   protocol.smoothing_ms, steps, model);
  return courses;
}

}  // namespace rheobase::rate
