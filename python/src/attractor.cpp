#include <filesystem>

#include <pybind11/complex.h>
#include <pybind11/stl.h>

#include "core/error.hpp"
#include "core/field_table.hpp"
#include "python/src/arrays.hpp"
#include "python/src/bind.hpp"
#include "python/src/options.hpp"
#include "python/src/session.hpp"
#include "rate/models/attractor/attractor_fixed_points.hpp"
#include "rate/models/attractor/attractor_trials.hpp"

namespace rheobase::python {

namespace {

py::list attractor_types() {
  py::list names;
  for (const rate::AttractorModel& model : rate::published_attractors()) {
    names.append(model.name);
  }
  return names;
}

rate::AttractorModel attractor_from(Keywords& keywords, const std::string& type) {
  for (const rate::AttractorModel& model : rate::published_attractors()) {
    if (model.name == type) {
      rate::AttractorModel own = model;
      keywords.take(rate::attractor_fields(), own);
      rate::validate(own);
      return own;
    }
  }
  throw InputError(
      "type", "", "'" + type + "'",
      "must be one of " + py::cast<std::string>(py::str(", ").attr("join")(attractor_types())));
}

py::dict trials_dict(rate::AttractorTrials&& trials) {
  py::list rates;
  for (Eigen::MatrixXd& rate : trials.rate) {
    rates.append(array_of(std::move(rate)));
  }
  py::dict dict;
  dict["side"] = array_of(std::vector<std::int32_t>(trials.side.begin(), trials.side.end()));
  dict["cue"] = array_of(std::move(trials.cue));
  dict["correct"] = array_of(trials.correct);
  dict["choice_rate"] = array_of(std::move(trials.choice_rate));
  dict["endpoint_rate"] = array_of(std::move(trials.endpoint_rate));
  dict["sample_every_ms"] = trials.sample_every_ms;
  dict["rates"] = rates;
  return dict;
}

/// Trials at every level of photoinhibition, numbered on from level to level.
py::list attractor_simulate(const std::string& type, const py::object& levels,
                            const py::dict& given, const py::object& progress) {
  Keywords keywords("simulate", given);
  const rate::AttractorModel model = attractor_from(keywords, type);
  rate::AttractorProtocol protocol;
  keywords.take(rate::attractor_protocol_fields(), protocol);
  rate::validate(protocol, model);
  rate::AttractorTrialOptions options;
  keywords.take(rate::attractor_trial_fields(), options);
  keywords.finish();
  if (options.hemispheres != rate::PhotoinhibitedSide::both && model.hemispheres == 1) {
    throw InputError("inhibit", "", "one hemisphere alone",
                     "must be both for a type with one hemisphere");
  }
  Eigen::VectorXd wanted = Eigen::Map<const Eigen::VectorXd>(
      model.photoinhibition.data(), static_cast<Eigen::Index>(model.photoinhibition.size()));
  if (!levels.is_none()) {
    wanted = vector_from(
        py::array::ensure(levels).ndim() == 0 ? py::object(py::make_tuple(levels)) : levels,
        "levels", {.text = "(n,), or one number"});
    if (!(wanted.array() >= 0.0).all()) {
      throw InputError("levels", "", "a number below 0", "must be 0 or more");
    }
  }
  Session session(progress);
  std::vector<rate::AttractorTrials> results = session.run([&] {
    std::vector<rate::AttractorTrials> done;
    for (Eigen::Index level = 0; level < wanted.size(); ++level) {
      rate::AttractorTrialOptions own = options;
      own.photoinhibition = wanted[level];
      own.first_trial = options.first_trial + static_cast<std::uint32_t>(level) *
                                                  static_cast<std::uint32_t>(options.trials);
      RunControl control = session.control();
      if (control.report) {
        control.report = [report = control.report, level,
                          count = wanted.size()](const Progress& now) {
          report({(static_cast<double>(level) + now.fraction) / static_cast<double>(count),
                  now.status});
        };
      }
      done.push_back(rate::simulate_attractor(model, protocol, own, control));
    }
    return done;
  });
  py::list list;
  for (std::size_t level = 0; level < results.size(); ++level) {
    py::dict dict = trials_dict(std::move(results[level]));
    dict["photoinhibition"] = wanted[static_cast<Eigen::Index>(level)];
    list.append(dict);
  }
  return list;
}

py::list attractor_fixed_points(const std::string& type, double ramp, double cue, int side,
                                double photoinhibition, const py::dict& given) {
  Keywords keywords("fixed_points", given);
  const rate::AttractorModel model = attractor_from(keywords, type);
  keywords.finish();
  py::list list;
  const Eigen::VectorXd input = rate::epoch_input(model, ramp, cue, side, photoinhibition);
  for (rate::FixedPoint& point : rate::fixed_points(model, input)) {
    py::dict dict;
    dict["stable"] = point.stable();
    dict["state"] = array_of(std::move(point.state));
    dict["eigenvalues"] =
        std::vector<std::complex<double>>(point.eigenvalues.begin(), point.eigenvalues.end());
    list.append(dict);
  }
  return list;
}

py::list attractor_options() {
  py::list list;
  describe_options(list, rate::attractor_fields(), rate::published_attractors().front());
  describe_options(list, rate::attractor_protocol_fields(), rate::AttractorProtocol{});
  describe_options(list, rate::attractor_trial_fields(), rate::AttractorTrialOptions{});
  return list;
}

}  // namespace

void bind_attractor(py::module_& module) {
  module.def("attractor_types", &attractor_types, "Names of the published models.");
  module.def("attractor_options", &attractor_options, "Keyword arguments of attractor_simulate.");
  module.def("attractor_simulate", &attractor_simulate, py::arg("type"), py::arg("levels"),
             py::arg("options"), py::arg("progress"), "Trials at levels of photoinhibition.");
  module.def("attractor_fixed_points", &attractor_fixed_points, py::arg("type"), py::arg("ramp"),
             py::arg("cue"), py::arg("side"), py::arg("photoinhibition"), py::arg("options"),
             "Equilibria without noise.");
}

}  // namespace rheobase::python
