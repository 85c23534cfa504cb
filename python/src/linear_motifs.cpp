#include <cmath>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>
#include <pybind11/stl.h>

#include "core/error.hpp"
#include "core/partial_progress.hpp"
#include "io/mat/linear_motif_file.hpp"
#include "python/src/apart.hpp"
#include "python/src/arrays.hpp"
#include "python/src/bind.hpp"
#include "python/src/motif.hpp"
#include "python/src/session.hpp"
#include "rate/learning/motif/linear_evaluation.hpp"

namespace rheobase::python {

namespace {

using Linear = std::shared_ptr<rate::LinearModel>;

/// The linear thalamocortical model of motifs.
Linear motif_linear(const py::list& targets, double step_tau, const py::dict& given,
                    const py::object& progress) {
  constexpr std::string_view kOfTargets[] = {"step_tau"};
  Keywords keywords("linear", given);
  rate::LinearOptions options;
  keywords.take(rate::linear_fields(), options, kOfTargets);
  keywords.finish();
  options.step_tau = step_tau;
  const std::vector<rate::MotifTarget> added = motif_targets_from(targets);
  if (added.empty()) {
    throw InputError("targets", "", "none", "must name a motif or more");
  }
  auto model = run_apart([options](const Stop&) {
    return std::make_shared<rate::LinearModel>(rate::make_linear_model(options));
  });
  Session session(progress);
  session.run_aside([&] {
    const RunControl control = session.control();
    rate::add_linear_motifs(*model, added, part_of(control, 0.0, 0.5));
    rate::prepare_linear_model(*model, part_of(control, 0.5, 1.0));
    return true;
  });
  return model;
}

std::size_t linear_index(const rate::LinearModel& model, const std::string& name) {
  std::string known;
  for (std::size_t k = 0; k < model.motifs.size(); ++k) {
    if (model.motifs[k].target.name == name) {
      return k;
    }
    known += (k == 0 ? "" : ", ") + model.motifs[k].target.name;
  }
  throw InputError("motifs", "", "'" + name + "'", "must be one of " + known);
}

/// Preparation, which has no target, before every motif.
py::dict linear_chain(const rate::LinearModel& model, const std::vector<std::string>& names,
                      const py::dict& given) {
  Keywords keywords("chain", given);
  const double deviation = keywords.take_number("std", kNonNegative).value_or(1.0);
  const Seed seed = motif_seed_from(keywords);
  keywords.finish();
  std::vector<std::size_t> links;
  for (const std::string& name : names) {
    links.push_back(linear_index(model, name));
  }
  if (links.empty()) {
    throw InputError("motifs", "", "none", "must name a motif or more");
  }
  const Eigen::Index prepared = rate::preparation_steps(model);
  std::vector<std::int64_t> start;
  Eigen::Index at = 0;
  for (const std::size_t link : links) {
    start.push_back(at + prepared);
    at += prepared + model.motifs[link].target.samples.size();
  }
  Eigen::VectorXd target = Eigen::VectorXd::Constant(at, std::nan(""));
  for (std::size_t i = 0; i < links.size(); ++i) {
    const Eigen::VectorXd& samples = model.motifs[links[i]].target.samples;
    target.segment(start[i], samples.size()) = samples;
  }
  Session session;
  rate::LinearRun run = session.run([&] {
    return rate::play_linear_chain(model, links,
                                   rate::random_start(model.a.rows(), deviation, seed, 0));
  });
  return py::dict(py::arg("output") = array_of(Eigen::VectorXd(run.y.head(at))),
                  py::arg("norm") = array_of(Eigen::VectorXd(run.norm.head(at))),
                  py::arg("target") = array_of(std::move(target)), py::arg("start") = start,
                  py::arg("rmse") = array_of(std::move(run.rmse)),
                  py::arg("distance") = array_of(std::move(run.distance)));
}

py::dict linear_scores(const rate::LinearModel& model, const py::dict& given,
                       const py::object& progress) {
  Keywords keywords("scores", given);
  rate::MotifEvaluationOptions options;
  options.trials = static_cast<int>(keywords.take_integer("trials", {1.0, 1e3}).value_or(9));
  options.initial_std = keywords.take_number("std", kNonNegative).value_or(1.0);
  options.seed = motif_seed_from(keywords);
  options.threads = static_cast<int>(keywords.take_integer("threads", {0.0, 1024.0}).value_or(0));
  keywords.finish();
  Session session(progress);
  rate::MotifScores scores =
      session.run([&] { return rate::evaluate_linear(model, options, session.control()); });
  return motif_scores_dict(std::move(scores));
}

py::dict linear_facts(const rate::LinearModel& model) {
  std::vector<rate::MotifTarget> targets;
  std::vector<double> fit, cost, random_cost;
  for (const rate::LinearMotif& motif : model.motifs) {
    targets.push_back(motif.target);
    fit.push_back(motif.fit.rmse);
    cost.push_back(motif.cost);
    random_cost.push_back(motif.random_cost);
  }
  py::dict dict;
  dict["units"] = model.a.rows();
  dict["step_tau"] = model.options.step_tau;
  dict["motifs"] = motif_target_list(std::move(targets));
  dict["fit_rmse"] = array_of(std::move(fit));
  dict["cost"] = array_of(std::move(cost));
  dict["random_cost"] = array_of(std::move(random_cost));
  dict["preparation_cost"] = model.preparation_cost;
  dict["random_preparation_cost"] = model.random_preparation_cost;
  dict["a"] = array_of(Eigen::MatrixXd(model.a));
  dict["w"] = array_of(Eigen::VectorXd(model.w));
  return dict;
}

}  // namespace

void bind_linear_motifs(py::module_& module) {
  py::class_<rate::LinearModel, Linear>(module, "LinearMotifs", "The linear model of motifs.")
      .def("facts", &linear_facts)
      .def("chain", &linear_chain, py::arg("motifs"), py::arg("options"))
      .def("scores", &linear_scores, py::arg("options"), py::arg("progress"))
      .def(
          "save",
          [](const Linear& model, const std::string& path, const std::string& command) {
            run_apart([model, path, command](const Stop& stop) {
              io::write_linear_model(path, *model, command, stop);
            });
          },
          py::arg("path"), py::arg("command"));
  module.def("motif_linear", &motif_linear, py::arg("targets"), py::arg("step_tau"),
             py::arg("options"), py::arg("progress"), "The linear model of motifs.");
  module.def(
      "read_linear_motifs",
      [](const std::string& path) {
        return run_apart([path](const Stop&) {
          return std::make_shared<rate::LinearModel>(io::read_linear_model(path));
        });
      },
      py::arg("path"), "The linear model of a file.");
  module.def(
      "holds_linear_motifs",
      [](const std::string& path) {
        return run_apart([path](const Stop&) { return io::holds_linear_model(path); });
      },
      py::arg("path"), "Whether a file holds a linear model.");
}

}  // namespace rheobase::python
