#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <pybind11/complex.h>
#include <pybind11/stl.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/field_table.hpp"
#include "core/option_names.hpp"
#include "io/mat/attractor_file.hpp"
#include "python/src/apart.hpp"
#include "python/src/arrays.hpp"
#include "python/src/bind.hpp"
#include "python/src/options.hpp"
#include "python/src/session.hpp"
#include "rate/models/attractor/attractor_analysis.hpp"
#include "rate/models/attractor/attractor_continuation.hpp"
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
      with_option_names([&] { rate::validate(own); }, rate::attractor_fields());
      return own;
    }
  }
  throw InputError(
      "type", "", "'" + type + "'",
      "must be one of " + py::cast<std::string>(py::str(", ").attr("join")(attractor_types())));
}

using Simulated = std::shared_ptr<io::AttractorFile>;

py::dict trials_dict(const rate::AttractorTrials& trials, py::handle owner) {
  py::list rates;
  for (const Eigen::MatrixXd& rate : trials.rate) {
    rates.append(view_of(rate, owner));
  }
  py::dict dict;
  dict["side"] = array_of(std::vector<std::int32_t>(trials.side.begin(), trials.side.end()));
  dict["cue"] = view_of(trials.cue, owner);
  dict["correct"] = array_of(trials.correct);
  dict["choice_rate"] = view_of(trials.choice_rate, owner);
  dict["endpoint_rate"] = view_of(trials.endpoint_rate, owner);
  dict["sample_every_ms"] = trials.sample_every_ms;
  dict["rates"] = rates;
  return dict;
}

/// Trials at every level of photoinhibition, numbered on from level to level.
Simulated attractor_simulate(const std::string& type, const py::object& levels,
                             const py::dict& given, const std::string& command,
                             const py::object& progress) {
  Keywords keywords("simulate", given);
  const rate::AttractorModel model = attractor_from(keywords, type);
  rate::AttractorProtocol protocol;
  keywords.take(rate::attractor_protocol_fields(), protocol);
  with_option_names([&] { rate::validate(protocol, model); }, rate::attractor_fields(),
                    rate::attractor_protocol_fields());
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
    wanted = vector_from(at_least_a_vector(levels), "levels", {.text = "(n,), or one number"});
    if (wanted.size() < 1 || wanted.size() > io::kMostAttractorLevels) {
      throw InputError("levels", "", counted(wanted.size(), "level"),
                       fmt::format("must be 1 to {}", io::kMostAttractorLevels));
    }
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
      done.push_back(
          with_option_names([&] { return rate::simulate_attractor(model, protocol, own, control); },
                            rate::attractor_trial_fields()));
    }
    return done;
  });
  auto file = std::make_shared<io::AttractorFile>();
  file->model = model;
  file->protocol = protocol;
  file->options = options;
  file->levels.assign(wanted.begin(), wanted.end());
  file->trials = std::move(results);
  file->command = command;
  return file;
}

py::list attractor_trials(const py::object& self) {
  const auto& file = py::cast<const io::AttractorFile&>(self);
  py::list list;
  for (std::size_t level = 0; level < file.trials.size(); ++level) {
    py::dict dict = trials_dict(file.trials[level], self);
    dict["photoinhibition"] = file.levels[level];
    list.append(dict);
  }
  return list;
}

py::dict outcome_dict(const rate::AttractorOutcome& outcome) {
  return py::dict(py::arg("trials") = outcome.projection.trials,
                  py::arg("mean") = array_of(Eigen::VectorXd(outcome.projection.mean)),
                  py::arg("sd") = array_of(Eigen::VectorXd(outcome.projection.sd)),
                  py::arg("endpoint") = array_of(std::vector<double>(outcome.endpoint)));
}

py::dict summary_dict(const rate::AttractorSummary& summary,
                      const rate::AttractorProtocol& protocol) {
  py::list correct, right, wrong, switched, fluctuation;
  for (const std::size_t side : {0U, 1U}) {
    const Proportion& fraction = summary.correct[side];
    correct.append(py::make_tuple(fraction.value, fraction.low, fraction.high));
    right.append(outcome_dict(summary.correct_trials[side]));
    wrong.append(outcome_dict(summary.error_trials[side]));
    switched.append(summary.switched[side]);
    fluctuation.append(
        array_of(rate::relative_fluctuation(summary, protocol, static_cast<int>(side))));
  }
  return py::dict(py::arg("correct") = correct, py::arg("correct_trials") = right,
                  py::arg("error_trials") = wrong, py::arg("switched") = switched,
                  py::arg("relative_fluctuation") = fluctuation,
                  py::arg("sample_every_ms") = summary.sample_every_ms);
}

/// The coding direction of the level without photoinhibition, and every level seen along it.
py::list attractor_analyse(const Simulated& simulated) {
  const io::AttractorFile& file = *simulated;
  const auto undisturbed = std::ranges::find(file.levels, 0.0);
  if (undisturbed == file.levels.end()) {
    throw InputError("levels", "", "none of 0",
                     "must hold 0: the coding direction is that without photoinhibition");
  }
  const auto without = static_cast<std::size_t>(undisturbed - file.levels.begin());
  const auto summaries = run_apart([simulated, without](const Stop&) {
    const analysis::CodingDirection direction =
        rate::attractor_coding_direction(simulated->trials[without]);
    std::vector<rate::AttractorSummary> found;
    for (const rate::AttractorTrials& trials : simulated->trials) {
      found.push_back(rate::summarise(trials, simulated->protocol, direction));
    }
    return found;
  });
  py::list list;
  for (std::size_t level = 0; level < file.trials.size(); ++level) {
    py::dict dict = summary_dict(summaries[level], file.protocol);
    dict["photoinhibition"] = file.levels[level];
    list.append(dict);
  }
  return list;
}

/// Branches of equilibria over the common input, with what lies on them.
py::list attractor_branches(const std::string& type, const py::dict& given) {
  Keywords keywords("bifurcations", given);
  rate::ContinuationOptions options;
  const Range any{};
  options.low = keywords.take_number("low", any).value_or(options.low);
  options.high = keywords.take_number("high", any).value_or(options.high);
  options.arc_step = keywords.take_number("arc_step", kPositive).value_or(options.arc_step);
  const rate::AttractorModel model = attractor_from(keywords, type);
  keywords.finish();
  if (!(options.low < options.high)) {
    throw InputError("low", "", fmt::format("{:g}", options.low),
                     fmt::format("must be below high, {:g}", options.high));
  }
  const std::vector<rate::Branch> branches = run_apart(
      [model, options](const Stop&) { return rate::bifurcation_diagram(model, options); });
  py::list list;
  for (const rate::Branch& branch : branches) {
    const auto points = static_cast<Eigen::Index>(branch.points.size());
    Eigen::VectorXd input(points);
    Eigen::MatrixXd state(points == 0 ? 0 : branch.points[0].state.size(), points);
    std::vector<std::int32_t> unstable;
    for (Eigen::Index i = 0; i < points; ++i) {
      const rate::BranchPoint& point = branch.points[static_cast<std::size_t>(i)];
      input[i] = point.input;
      state.col(i) = point.state;
      unstable.push_back(point.unstable_directions);
    }
    py::list found;
    for (const rate::Bifurcation& one : branch.bifurcations) {
      found.append(
          py::dict(py::arg("kind") = one.kind == rate::BifurcationKind::fold ? "fold" : "pitchfork",
                   py::arg("input") = one.point.input,
                   py::arg("state") = array_of(Eigen::VectorXd(one.point.state)),
                   py::arg("supercritical") = one.supercritical));
    }
    list.append(py::dict(py::arg("input") = array_of(std::move(input)),
                         py::arg("state") = array_of(std::move(state)),
                         py::arg("unstable_directions") = array_of(std::move(unstable)),
                         py::arg("bifurcations") = found));
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
  for (rate::FixedPoint& point :
       run_apart([model, input](const Stop&) { return rate::fixed_points(model, input); })) {
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
  py::class_<io::AttractorFile, Simulated>(module, "AttractorFile",
                                           "Trials at levels of photoinhibition.")
      .def("trials", &attractor_trials)
      .def("analyse", &attractor_analyse)
      .def(
          "save",
          [](const Simulated& file, const std::string& path) {
            run_apart([file, path](const Stop& stop) { io::write_attractor(path, *file, stop); });
          },
          py::arg("path"));
  module.def(
      "read_attractor",
      [](const std::string& path) {
        return run_apart([path](const Stop&) {
          return std::make_shared<io::AttractorFile>(io::read_attractor(path));
        });
      },
      py::arg("path"), "The trials of a file.");
  module.def("attractor_branches", &attractor_branches, py::arg("type"), py::arg("options"),
             "Branches of equilibria over the common input.");
  module.def("attractor_simulate", &attractor_simulate, py::arg("type"), py::arg("levels"),
             py::arg("options"), py::arg("command"), py::arg("progress"),
             "Trials at levels of photoinhibition.");
  module.def("attractor_fixed_points", &attractor_fixed_points, py::arg("type"), py::arg("ramp"),
             py::arg("cue"), py::arg("side"), py::arg("photoinhibition"), py::arg("options"),
             "Equilibria without noise.");
}

}  // namespace rheobase::python
