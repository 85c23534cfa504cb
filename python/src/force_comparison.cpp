#include "rate/learning/force/force_comparison.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <pybind11/stl.h>

#include "core/error.hpp"
#include "io/mat/force_file.hpp"
#include "python/src/arrays.hpp"
#include "python/src/bind.hpp"
#include "python/src/choice.hpp"
#include "python/src/force_session.hpp"
#include "python/src/options.hpp"
#include "python/src/session.hpp"

namespace rheobase::python {

namespace {

std::vector<double> strengths_from(const py::object& given, const char* argument, double most) {
  const Eigen::VectorXd numbers =
      vector_from(at_least_a_vector(given), argument, {.text = "(n,), or one number"});
  for (const double number : numbers) {
    if (!(number >= 0.0 && number <= most)) {
      throw InputError(argument, "", fmt::format("{:g}", number),
                       fmt::format("must be within 0 ... {:g}", most));
    }
  }
  return {numbers.begin(), numbers.end()};
}

/// Shared by both kinds of points: fractions of right answers and what coding says, right, left.
py::dict point_dict(double strength, const Proportion (&correct)[2],
                    const rate::ForceCoding& coding) {
  py::list fractions, endpoints, mean, sd;
  for (const std::size_t side : {0U, 1U}) {
    fractions.append(correct[side].value);
    endpoints.append(array_of(std::vector<double>(coding.endpoint[side])));
    mean.append(array_of(Eigen::VectorXd(coding.projection[side].mean)));
    sd.append(array_of(Eigen::VectorXd(coding.projection[side].sd)));
  }
  return py::dict(py::arg("photoinhibition") = strength, py::arg("correct") = fractions,
                  py::arg("endpoints") = endpoints, py::arg("mean") = mean, py::arg("sd") = sd,
                  py::arg("sample_every") = coding.sample_every);
}

/// The structured model and a trained network on the network's protocol.
py::tuple force_compare(const io::ForceFile& file, const std::string& type,
                        const py::object& levels, const py::object& fractions,
                        const py::dict& given, const py::object& progress) {
  Keywords keywords("compare", given);
  rate::ForceComparisonOptions options;
  const auto& published = rate::published_attractors();
  const auto model = std::ranges::find(published, type, &rate::AttractorModel::name);
  if (model == published.end()) {
    throw InputError("type", "", "'" + type + "'", "must be one of attractor.types()");
  }
  options.model = *model;
  options.levels =
      levels.is_none() ? model->photoinhibition : strengths_from(levels, "levels", 1e6);
  options.fractions = strengths_from(fractions, "fractions", 1.0);
  options.remaining = keywords.take_number("remaining", {0.0, 1.0}).value_or(options.remaining);
  options.photoinhibition_ms =
      keywords.take_number("photoinhibition_ms", {.low = 0.0, .high = 1e6, .above_low = true})
          .value_or(options.photoinhibition_ms);
  rate::ForceTrialOptions& trials = options.trials;
  trials.trials = static_cast<int>(keywords.take_integer("trials", {4.0, 10000.0}).value_or(100));
  trials.noise = keywords.take_number("noise", {0.0, 1e6}).value_or(0.1);
  trials.seed = static_cast<Seed>(keywords.take_integer("seed", {0.0, 4294967295.0}).value_or(1));
  trials.threads = threads_from(keywords);
  trials.mean_steps = std::min(trials.mean_steps, file.task.epochs.cue);
  keywords.finish();
  Session session(progress);
  const rate::ForceComparison found = session.run([&] {
    return rate::compare_with_attractor(
        {file.network, file.task, file.selectivity, file.options.pvar}, options, session.control());
  });
  py::list model_points, network_points;
  for (const rate::AttractorPoint& point : found.model) {
    model_points.append(point_dict(point.level, point.correct, point.coding));
  }
  for (const rate::ForcePoint& point : found.network) {
    network_points.append(point_dict(point.fraction, point.test.correct, point.coding));
  }
  return py::make_tuple(model_points, network_points);
}

}  // namespace

void bind_force_comparison(py::module_& module) {
  module.def("force_compare", &force_compare, py::arg("network"), py::arg("type"),
             py::arg("levels"), py::arg("fractions"), py::arg("options"), py::arg("progress"),
             "The structured model and a trained network on one protocol.");
}

}  // namespace rheobase::python
