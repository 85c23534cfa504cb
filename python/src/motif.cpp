#include <cmath>
#include <filesystem>
#include <numeric>
#include <string_view>

#include <fmt/format.h>
#include <pybind11/stl.h>

#include "core/error.hpp"
#include "core/partial_progress.hpp"
#include "io/mat/linear_motif_file.hpp"
#include "io/mat/motif_file.hpp"
#include "io/mat/rate_model_file.hpp"
#include "python/src/arrays.hpp"
#include "python/src/bind.hpp"
#include "python/src/options.hpp"
#include "python/src/session.hpp"
#include "rate/learning/motif/linear_evaluation.hpp"
#include "rate/learning/motif/motif_evaluation.hpp"

namespace rheobase::python {

namespace {

using io::MotifLibraryFile;
using Library = std::shared_ptr<MotifLibraryFile>;

/// (name, samples) of every motif.
py::list target_list(std::vector<rate::MotifTarget>&& targets) {
  py::list list;
  for (rate::MotifTarget& target : targets) {
    list.append(py::make_tuple(target.name, array_of(std::move(target.samples))));
  }
  return list;
}

std::vector<rate::MotifTarget> targets_from(const py::list& given) {
  std::vector<rate::MotifTarget> targets;
  for (const py::handle one : given) {
    const auto pair = py::cast<py::tuple>(one);
    auto name = py::cast<std::string>(pair[0]);
    const std::string argument = "targets['" + name + "']";
    targets.push_back({std::move(name), vector_from(pair[1], argument, {.text = "(samples,)"})});
  }
  return targets;
}

py::list motif_targets(const py::dict& given) {
  Keywords keywords("targets", given);
  rate::MotifTargetOptions options;
  keywords.take(rate::motif_target_fields(), options);
  keywords.finish();
  return target_list(rate::make_motif_targets(options));
}

/// @throws Cancelled where Ctrl-C or a progress function stopped it
bool learn_all(rate::Learner& learner, const RunControl& control) {
  if (rate::learn(learner, {}, control) == rate::LearningOutcome::cancelled) {
    throw Cancelled("stopped within a batch");
  }
  return true;
}

/// A network without motifs; its preparatory module is trained where it has one.
Library motif_prepare(const py::dict& given, const std::string& command,
                      const py::object& progress) {
  Keywords keywords("prepare", given);
  rate::MotifOptions network;
  rate::PreparationOptions training;
  keywords.take(rate::motif_fields(), network);
  training.seed = network.seed;
  keywords.take(rate::preparation_fields(), training);
  keywords.finish();
  auto file = std::make_shared<MotifLibraryFile>();
  file->library = rate::make_motif_library(network);
  file->preparation = training;
  file->command = command;
  if (!file->library.definition().preparation) {
    return file;
  }
  Session session(progress);
  rate::PreparationLearner learner(file->library, training);
  learner.abandon_when(session.stop());
  session.run([&] { return learn_all(learner, session.control()); });
  file->library = learner.library();
  file->preparation_losses = learner.course().losses;
  return file;
}

/// What is trained: the motifs named, or those just added, or all.
std::vector<std::size_t> motifs_from(const rate::MotifLibrary& library, const py::object& names,
                                     std::size_t added) {
  std::vector<std::size_t> motifs;
  if (!names.is_none()) {
    for (const auto& name : py::cast<std::vector<std::string>>(names)) {
      motifs.push_back(library.index_of(name, "motifs"));
    }
    return motifs;
  }
  const std::size_t first = added > 0 ? library.motifs.size() - added : 0;
  motifs.resize(library.motifs.size() - first);
  std::iota(motifs.begin(), motifs.end(), first);
  return motifs;
}

/// Another library with `targets` added and their motifs, or those named, trained.
Library motif_train(const MotifLibraryFile& start, const py::list& targets, const py::object& names,
                    const py::dict& given, const std::string& command, const py::object& progress) {
  Keywords keywords("train", given);
  rate::MotifTrainingOptions options;
  keywords.take(rate::motif_training_fields(), options);
  keywords.finish();
  auto file = std::make_shared<MotifLibraryFile>(start);
  const std::vector<rate::MotifTarget> added = targets_from(targets);
  rate::add_motifs(file->library, added);
  if (file->library.motifs.empty()) {
    throw InputError("targets", "", "none", "must name a motif or more: the library has none");
  }
  file->command = command;
  file->training.reset();
  Session session(progress);
  rate::MotifLearner learner(file->library, motifs_from(file->library, names, added.size()),
                             options);
  learner.abandon_when(session.stop());
  session.run_aside([&] { return learn_all(learner, session.control()); });
  file->library = learner.library();
  file->courses.resize(file->library.motifs.size());
  for (std::size_t i = 0; i < learner.motifs().size(); ++i) {
    // The control network has one course for all.
    const std::size_t course = std::min(i, learner.courses().size() - 1);
    file->courses[learner.motifs()[i]] = learner.courses()[course].evaluations;
  }
  return file;
}

py::list course_of(const MotifLibraryFile& file, std::size_t motif) {
  py::list points;
  if (motif < file.courses.size()) {
    for (const rate::MotifEvaluationPoint& point : file.courses[motif]) {
      points.append(py::make_tuple(point.batch, point.rmse));
    }
  }
  return points;
}

/// Deviations and noise of played motifs; None: the library's.
struct Playing {
  double deviation, noise, spike_noise;
};

Playing playing_from(Keywords& keywords, const rate::MotifLibrary& library) {
  return {keywords.take_number("std", kNonNegative).value_or(library.options.initial_std),
          keywords.take_number("noise", kNonNegative).value_or(library.options.noise),
          keywords.take_number("spike_noise", kNonNegative).value_or(0.0)};
}

Seed seed_from(Keywords& keywords) {
  return static_cast<Seed>(
      keywords.take_integer("seed", {.low = 0.0, .high = 9007199254740992.0}).value_or(1));
}

py::dict scores_dict(rate::MotifScores&& scores) {
  py::dict dict;
  dict["random"] = array_of(std::move(scores.random));
  dict["others"] = array_of(std::move(scores.others));
  dict["pair"] = array_of(std::move(scores.pair));
  dict["end_states"] = array_of(std::move(scores.end_states));
  dict["end_std"] = scores.end_std;
  dict["p_value"] = scores.difference.p_value;
  dict["interrupted"] = py::none();
  return dict;
}

py::dict motif_scores(const MotifLibraryFile& file, const py::object& fractions,
                      const py::dict& given, const py::object& progress) {
  Keywords keywords("scores", given);
  const Playing playing = playing_from(keywords, file.library);
  rate::MotifEvaluationOptions options{
      .trials = static_cast<int>(keywords.take_integer("trials", {1.0, 1e6}).value_or(9)),
      .initial_std = playing.deviation,
      .noise = playing.noise,
      .spike_noise = playing.spike_noise,
      .seed = seed_from(keywords),
      .threads = static_cast<int>(keywords.take_integer("threads", {0.0, 1024.0}).value_or(0))};
  keywords.finish();
  std::vector<double> shares;
  if (!fractions.is_none()) {
    const Eigen::VectorXd values = vector_from(fractions, "fractions", {.text = "(n,)"});
    shares.assign(values.begin(), values.end());
  }
  Session session(progress);
  rate::MotifScores scores =
      session.run([&] { return rate::evaluate_motifs(file.library, options, session.control()); });
  py::dict dict = scores_dict(std::move(scores));
  if (!shares.empty()) {
    dict["interrupted"] = array_of(session.run([&] {
      return rate::evaluate_interrupted(file.library, shares, options, session.control());
    }));
  }
  return dict;
}

/// A chain as it is played, its network as any other, and its trial.
py::tuple motif_chain(const MotifLibraryFile& file, const std::vector<std::string>& names,
                      const py::dict& given) {
  Keywords keywords("chain", given);
  const rate::MotifLibrary& library = file.library;
  const Playing playing = playing_from(keywords, library);
  const Seed seed = seed_from(keywords);
  keywords.finish();
  std::vector<rate::ChainLink> links;
  for (const std::string& name : names) {
    links.push_back({library.index_of(name, "motifs")});
  }
  if (links.empty()) {
    throw InputError("motifs", "", "none", "must name a motif or more");
  }
  Session session;
  rate::ChainRun run = session.run([&] {
    return rate::play_chain(library, links,
                            rate::random_start(library.units(), playing.deviation, seed, 0),
                            {playing.noise, seed, 0, playing.spike_noise});
  });
  rate::MotifChain chain = rate::chain_of(library, links);
  auto model = std::make_shared<io::ModelFile>();
  model->network = chain.network;
  model->provenance.command = file.command;
  py::dict dict;
  dict["output"] = array_of(std::move(run.output));
  dict["norm"] = array_of(std::move(run.norm));
  dict["target"] = array_of(Eigen::VectorXd(chain.target.row(0)));
  dict["input"] = array_of(std::move(chain.input));
  dict["start"] = std::vector<std::int64_t>(chain.start.begin(), chain.start.end());
  return py::make_tuple(model, dict);
}

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
  const std::vector<rate::MotifTarget> added = targets_from(targets);
  if (added.empty()) {
    throw InputError("targets", "", "none", "must name a motif or more");
  }
  auto model = std::make_shared<rate::LinearModel>(rate::make_linear_model(options));
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
  const Seed seed = seed_from(keywords);
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
  options.trials = static_cast<int>(keywords.take_integer("trials", {1.0, 1e6}).value_or(9));
  options.initial_std = keywords.take_number("std", kNonNegative).value_or(1.0);
  options.seed = seed_from(keywords);
  options.threads = static_cast<int>(keywords.take_integer("threads", {0.0, 1024.0}).value_or(0));
  keywords.finish();
  Session session(progress);
  rate::MotifScores scores =
      session.run([&] { return rate::evaluate_linear(model, options, session.control()); });
  return scores_dict(std::move(scores));
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
  dict["motifs"] = target_list(std::move(targets));
  dict["fit_rmse"] = array_of(std::move(fit));
  dict["cost"] = array_of(std::move(cost));
  dict["random_cost"] = array_of(std::move(random_cost));
  dict["preparation_cost"] = model.preparation_cost;
  dict["random_preparation_cost"] = model.random_preparation_cost;
  dict["a"] = array_of(Eigen::MatrixXd(model.a));
  dict["w"] = array_of(Eigen::VectorXd(model.w));
  return dict;
}

void bind_linear(py::module_& module) {
  py::class_<rate::LinearModel, Linear>(module, "LinearMotifs", "The linear model of motifs.")
      .def("facts", &linear_facts)
      .def("chain", &linear_chain, py::arg("motifs"), py::arg("options"))
      .def("scores", &linear_scores, py::arg("options"), py::arg("progress"))
      .def(
          "save",
          [](const rate::LinearModel& model, const std::string& path, const std::string& command) {
            io::write_linear_model(path, model, command);
          },
          py::arg("path"), py::arg("command"));
  module.def("motif_linear", &motif_linear, py::arg("targets"), py::arg("step_tau"),
             py::arg("options"), py::arg("progress"), "The linear model of motifs.");
  module.def(
      "read_linear_motifs",
      [](const std::string& path) {
        return std::make_shared<rate::LinearModel>(io::read_linear_model(path));
      },
      py::arg("path"), "The linear model of a file.");
  module.def(
      "holds_linear_motifs", [](const std::string& path) { return io::holds_linear_model(path); },
      py::arg("path"), "Whether a file holds a linear model.");
}

py::list motif_options(const std::string& function) {
  py::list list;
  if (function == "targets") {
    describe_options(list, rate::motif_target_fields(), rate::MotifTargetOptions{});
  } else if (function == "prepare") {
    describe_options(list, rate::motif_fields(), rate::MotifOptions{});
    // The seed is the network's.
    constexpr std::string_view kOfNetwork[] = {"seed"};
    describe_options(list, rate::preparation_fields(), rate::PreparationOptions{}, kOfNetwork);
  } else if (function == "linear") {
    constexpr std::string_view kOfTargets[] = {"step_tau"};
    describe_options(list, rate::linear_fields(), rate::LinearOptions{}, kOfTargets);
  } else {
    describe_options(list, rate::motif_training_fields(), rate::MotifTrainingOptions{});
  }
  return list;
}

py::dict motif_facts(const MotifLibraryFile& file) {
  const rate::MotifLibrary& library = file.library;
  std::vector<rate::MotifTarget> targets;
  py::list courses;
  for (std::size_t k = 0; k < library.motifs.size(); ++k) {
    targets.push_back(library.motifs[k].target);
    courses.append(course_of(file, k));
  }
  py::dict dict;
  dict["architecture"] = std::string(library.definition().name);
  dict["units"] = library.units();
  dict["step_tau"] = library.options.step_tau;
  dict["motifs"] = target_list(std::move(targets));
  dict["courses"] = courses;
  dict["preparation_losses"] = array_of(std::vector<double>(file.preparation_losses));
  dict["command"] = file.command;
  return dict;
}

}  // namespace

void bind_motif(py::module_& module) {
  py::class_<MotifLibraryFile, Library>(module, "MotifLibrary", "A network and its motifs.")
      .def("facts", &motif_facts)
      .def("train", &motif_train, py::arg("targets"), py::arg("motifs"), py::arg("options"),
           py::arg("command"), py::arg("progress"))
      .def("scores", &motif_scores, py::arg("fractions"), py::arg("options"), py::arg("progress"))
      .def("chain", &motif_chain, py::arg("motifs"), py::arg("options"))
      .def(
          "save",
          [](const MotifLibraryFile& file, const std::string& path) {
            io::write_motif_library(path, file);
          },
          py::arg("path"));
  bind_linear(module);
  module.def("motif_targets", &motif_targets, py::arg("options"), "Seeded motifs.");
  module.def("motif_prepare", &motif_prepare, py::arg("options"), py::arg("command"),
             py::arg("progress"), "A network for motifs.");
  module.def(
      "read_motif_library",
      [](const std::string& path) {
        return std::make_shared<MotifLibraryFile>(io::read_motif_library(path));
      },
      py::arg("path"), "The library of a file.");
  module.def("motif_options", &motif_options, py::arg("function"),
             "Keyword arguments of targets, prepare, train and linear.");
}

}  // namespace rheobase::python
