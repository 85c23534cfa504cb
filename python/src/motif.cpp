#include "python/src/motif.hpp"

#include <filesystem>
#include <functional>
#include <numeric>
#include <string_view>

#include <fmt/format.h>
#include <pybind11/stl.h>

#include "core/error.hpp"
#include "io/mat/motif_file.hpp"
#include "io/mat/rate_model_file.hpp"
#include "python/src/apart.hpp"
#include "python/src/arrays.hpp"
#include "python/src/bind.hpp"
#include "python/src/checkpoints.hpp"
#include "python/src/options.hpp"
#include "python/src/session.hpp"
#include "rate/learning/motif/motif_evaluation.hpp"

namespace rheobase::python {

namespace {

using io::MotifLibraryFile;
using Library = std::shared_ptr<MotifLibraryFile>;

py::list motif_targets(const py::dict& given) {
  Keywords keywords("targets", given);
  rate::MotifTargetOptions options;
  keywords.take(rate::motif_target_fields(), options);
  keywords.finish();
  return motif_target_list(
      run_apart([options](const Stop&) { return rate::make_motif_targets(options); }));
}

/// Trains to the end. `note` puts what the learner has into the file, with the state to go on from
/// where a checkpoint is written. @throws Cancelled where Ctrl-C or a progress function stopped it
template <class Learner, class Note>
void learn_all(Learner& learner, MotifLibraryFile& file, const Checkpoints& checkpoints,
               const Note& note, const py::object& progress) {
  Session session(progress);
  learner.abandon_when(session.stop());
  std::function<void(const rate::Learner&)> save;
  if (!checkpoints.path.empty()) {
    save = [&](const rate::Learner&) {
      note(true);
      io::write_motif_library(checkpoints.path, file);
    };
  }
  session.run_aside([&] {
    const auto outcome =
        rate::learn(learner, {.checkpoint_every = checkpoints.every}, session.control(), save);
    if (outcome == rate::LearningOutcome::cancelled) {
      throw Cancelled("stopped within a batch");
    }
    return true;
  });
  note(false);
}

/// The rest of the preparatory module's training.
void prepare_library(MotifLibraryFile& file, const Checkpoints& checkpoints,
                     const py::object& progress) {
  rate::PreparationLearner learner(file.library, file.preparation);
  if (file.preparation_state) {
    unlocked([&] { learner.restore(*file.preparation_state); });
  }
  const auto note = [&](bool open) { io::take_preparation(file, learner, open); };
  learn_all(learner, file, checkpoints, note, progress);
}

/// A training of motifs, or the rest of the one that the file holds.
void train_library(MotifLibraryFile& file, std::vector<std::size_t> motifs,
                   const rate::MotifTrainingOptions& options, const Checkpoints& checkpoints,
                   const py::object& progress) {
  rate::MotifLearner learner(file.library, std::move(motifs), options);
  if (file.training) {
    learner.restore(file.training->state);
  }
  const auto note = [&](bool open) { io::take_training(file, learner, options, open); };
  learn_all(learner, file, checkpoints, note, progress);
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
  const Checkpoints checkpoints = checkpoints_from(keywords, {});
  keywords.finish();
  auto file = std::make_shared<MotifLibraryFile>();
  file->library = run_apart([network](const Stop&) { return rate::make_motif_library(network); });
  file->preparation = training;
  file->command = command;
  if (file->library.definition().preparation) {
    prepare_library(*file, checkpoints, progress);
  }
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
  const Checkpoints checkpoints = checkpoints_from(keywords, {});
  keywords.finish();
  auto file = unlocked([&] { return std::make_shared<MotifLibraryFile>(start); });
  const std::vector<rate::MotifTarget> added = motif_targets_from(targets);
  unlocked([&] { rate::add_motifs(file->library, added); });
  if (file->library.motifs.empty()) {
    throw InputError("targets", "", "none", "must name a motif or more: the library has none");
  }
  file->command = command;
  file->training.reset();
  train_library(*file, motifs_from(file->library, names, added.size()), options, checkpoints,
                progress);
  return file;
}

/// The rest of a training that was stopped, of the preparatory module or of motifs.
Library motif_resume(const std::string& path, const py::dict& given, const py::object& progress) {
  Keywords keywords("resume", given);
  const Checkpoints checkpoints = checkpoints_from(keywords, path);
  const auto batches = keywords.take_integer("batches", {1.0, 1e9});
  const int threads = static_cast<int>(keywords.take_integer("threads", {0.0, 1024.0}).value_or(0));
  keywords.finish();
  auto file = run_apart([path](const Stop&) {
    return std::make_shared<MotifLibraryFile>(io::read_motif_library(path));
  });
  const auto go_on_to = [&](int& planned, int done) {
    planned = batches ? static_cast<int>(*batches) : planned;
    if (planned < done) {
      throw InputError("batches", "", std::to_string(planned),
                       fmt::format("must be at least {}, the batches done", done));
    }
  };
  if (file->preparation_state) {
    file->preparation.threads = threads;
    go_on_to(file->preparation.batches, static_cast<int>(file->preparation_losses.size()));
    prepare_library(*file, checkpoints, progress);
  } else if (file->training) {
    rate::MotifTrainingOptions options = file->training->options;
    options.threads = threads;
    rate::MotifLearner done(file->library, file->training->motifs, options);
    done.restore(file->training->state);
    for (const rate::MotifCourse& course : done.courses()) {
      go_on_to(options.batches, course.batches_done);
    }
    train_library(*file, file->training->motifs, options, checkpoints, progress);
  } else {
    throw InputError(path, "training", "none that was stopped", "must hold one");
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

py::dict motif_scores(const MotifLibraryFile& file, const py::object& fractions,
                      const py::dict& given, const py::object& progress) {
  Keywords keywords("scores", given);
  const Playing playing = playing_from(keywords, file.library);
  rate::MotifEvaluationOptions options{
      .trials = static_cast<int>(keywords.take_integer("trials", {1.0, 1e6}).value_or(9)),
      .initial_std = playing.deviation,
      .noise = playing.noise,
      .spike_noise = playing.spike_noise,
      .seed = motif_seed_from(keywords),
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
  py::dict dict = motif_scores_dict(std::move(scores));
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
  const Seed seed = motif_seed_from(keywords);
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
                            {playing.noise, seed, 0, playing.spike_noise}, session.control());
  });
  rate::MotifChain chain = unlocked([&] { return rate::chain_of(library, links); });
  auto model = std::make_shared<io::ModelFile>();
  model->network = chain.network;
  model->network.noise.factor = playing.noise;
  model->network.initial.scale = playing.deviation;
  model->provenance.command = file.command;
  py::dict dict;
  dict["output"] = array_of(std::move(run.output));
  dict["norm"] = array_of(std::move(run.norm));
  dict["target"] = array_of(Eigen::VectorXd(chain.target.row(0)));
  dict["input"] = array_of(std::move(chain.input));
  dict["start"] = std::vector<std::int64_t>(chain.start.begin(), chain.start.end());
  return py::make_tuple(model, dict);
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
  dict["motifs"] = motif_target_list(std::move(targets));
  dict["courses"] = courses;
  dict["preparation_losses"] = array_of(std::vector<double>(file.preparation_losses));
  dict["command"] = file.command;
  return dict;
}

}  // namespace

py::list motif_target_list(std::vector<rate::MotifTarget>&& targets) {
  py::list list;
  for (rate::MotifTarget& target : targets) {
    list.append(py::make_tuple(target.name, array_of(std::move(target.samples))));
  }
  return list;
}

std::vector<rate::MotifTarget> motif_targets_from(const py::list& given) {
  std::vector<rate::MotifTarget> targets;
  for (const py::handle one : given) {
    const auto pair = py::cast<py::tuple>(one);
    auto name = py::cast<std::string>(pair[0]);
    const std::string argument = "targets['" + name + "']";
    targets.push_back({std::move(name), vector_from(pair[1], argument, {.text = "(samples,)"})});
  }
  return targets;
}

Seed motif_seed_from(Keywords& keywords) {
  return static_cast<Seed>(
      keywords.take_integer("seed", {.low = 0.0, .high = 4294967295.0}).value_or(1));
}

py::dict motif_scores_dict(rate::MotifScores&& scores) {
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

void bind_motif(py::module_& module) {
  py::class_<MotifLibraryFile, Library>(module, "MotifLibrary", "A network and its motifs.")
      .def("facts", &motif_facts)
      .def("train", &motif_train, py::arg("targets"), py::arg("motifs"), py::arg("options"),
           py::arg("command"), py::arg("progress"))
      .def("scores", &motif_scores, py::arg("fractions"), py::arg("options"), py::arg("progress"))
      .def("chain", &motif_chain, py::arg("motifs"), py::arg("options"))
      .def(
          "save",
          [](const Library& file, const std::string& path) {
            run_apart(
                [file, path](const Stop& stop) { io::write_motif_library(path, *file, stop); });
          },
          py::arg("path"));
  bind_linear_motifs(module);
  module.def("motif_targets", &motif_targets, py::arg("options"), "Seeded motifs.");
  module.def("motif_prepare", &motif_prepare, py::arg("options"), py::arg("command"),
             py::arg("progress"), "A network for motifs.");
  module.def("motif_resume", &motif_resume, py::arg("path"), py::arg("options"),
             py::arg("progress"), "The rest of a training that was stopped.");
  module.def(
      "read_motif_library",
      [](const std::string& path) {
        return run_apart([path](const Stop&) {
          return std::make_shared<MotifLibraryFile>(io::read_motif_library(path));
        });
      },
      py::arg("path"), "The library of a file.");
  module.def("motif_options", &motif_options, py::arg("function"),
             "Keyword arguments of targets, prepare, train and linear.");
}

}  // namespace rheobase::python
