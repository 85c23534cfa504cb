#include "python/src/force_session.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <pybind11/stl.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "io/mat/session_file.hpp"
#include "io/mat/targets_file.hpp"
#include "python/src/apart.hpp"
#include "python/src/arrays.hpp"
#include "python/src/bind.hpp"
#include "python/src/options.hpp"
#include "rate/learning/force/session.hpp"

namespace rheobase::python {

namespace {

using Targets = std::shared_ptr<ForceTargets>;

/// A recorded session with the rates that its trials give.
struct RecordedSession {
  rate::Session session;
  rate::SessionOptions options;
  rate::SessionRates rates;
};
using Recorded = std::shared_ptr<RecordedSession>;

Recorded with_rates(rate::Session session, rate::TrialRange range, const py::dict& given) {
  Keywords keywords("session", given);
  auto recorded = std::make_shared<RecordedSession>();
  recorded->options.range = range;
  keywords.take(rate::session_fields(), recorded->options);
  keywords.finish();
  recorded->session = std::move(session);
  return run_apart([recorded](const Stop&) {
    recorded->rates = rate::session_rates(recorded->session, recorded->options);
    return recorded;
  });
}

std::vector<double> doubles_from(py::handle value, const std::string& argument, Eigen::Index size) {
  const Eigen::VectorXd numbers = vector_from(
      value, argument, {.rows = size, .text = size < 0 ? "(n,)" : fmt::format("({},)", size)});
  return {numbers.begin(), numbers.end()};
}

/// A unit's dictionary; trials are counted from 0 in Python.
rate::SessionUnit unit_from(const py::dict& given, std::size_t number, int trials) {
  const std::string where = fmt::format("units[{}]", number);
  const auto get = [&](const char* key) -> py::object {
    if (!given.contains(key)) {
      throw InputError(where, "", fmt::format("no '{}'", key),
                       "must have spike_times, spike_trials and spike_width");
    }
    return given[key];
  };
  rate::SessionUnit unit;
  unit.name = given.contains("name") ? py::cast<std::string>(py::str(given["name"]))
                                     : fmt::format("unit {}", number);
  unit.spike_times_s = doubles_from(get("spike_times"), where + " spike_times", -1);
  const auto spikes = static_cast<Eigen::Index>(unit.spike_times_s.size());
  for (const int trial : ints_from(get("spike_trials"), where + " spike_trials", spikes)) {
    unit.spike_trial.push_back(trial + 1);
  }
  unit.spike_width_ms = vector_from(py::make_tuple(get("spike_width")), where + " spike_width",
                                    {.rows = 1, .text = "a number"})[0];
  unit.last_trial = trials;
  if (given.contains("trials")) {
    const std::vector<int> range = ints_from(given["trials"], where + " trials", 2);
    unit.first_trial = range[0] + 1;
    unit.last_trial = range[1];
  }
  return unit;
}

/// Units and trials from Python; ranges of trials are [first, end), so that none is added.
Recorded session_from(const py::list& units, const py::dict& trials, const py::object& edges,
                      const std::string& name, const py::dict& options) {
  rate::Session session;
  session.name = name;
  session.trials.response = ints_from(trials["response"], "response", -1);
  const auto count = static_cast<Eigen::Index>(session.trials.response.size());
  session.trials.stimulation = ints_from(trials["stimulation"], "stimulation", count);
  session.trials.sample_s = doubles_from(trials["sample"], "sample", count);
  session.trials.delay_s = doubles_from(trials["delay"], "delay", count);
  session.trials.cue_s = doubles_from(trials["cue"], "cue", count);
  for (const py::handle unit : units) {
    session.units.push_back(
        unit_from(py::cast<py::dict>(unit), session.units.size(), static_cast<int>(count)));
  }
  session.edges_s = doubles_from(edges, "edges", -1);
  rate::validate(session);
  return with_rates(std::move(session), default_range(false), options);
}

const char* cell_word(rate::CellType type) {
  return type == rate::CellType::regular ? "regular"
         : type == rate::CellType::fast  ? "fast"
                                         : "other";
}

py::dict session_facts(const RecordedSession& recorded) {
  const rate::SessionRates& rates = recorded.rates;
  py::list types;
  for (const rate::CellType type : rates.types) {
    types.append(cell_word(type));
  }
  py::list trials, mean, delay_mean;
  for (const std::size_t side : {0U, 1U}) {
    trials.append(
        array_of(std::vector<std::int32_t>(rates.trials[side].begin(), rates.trials[side].end())));
    mean.append(array_of(Eigen::MatrixXd(rates.mean[side])));
    delay_mean.append(array_of(Eigen::MatrixXd(rates.delay_mean[side])));
  }
  py::dict dict;
  dict["name"] = recorded.session.name;
  dict["names"] = rates.names;
  dict["types"] = types;
  dict["selectivity"] = selectivity_list(rates.selectivity);
  dict["trials"] = trials;
  dict["mean"] = mean;
  dict["delay_mean"] = delay_mean;
  dict["edges_s"] = array_of(std::vector<double>(recorded.session.edges_s));
  dict["events"] =
      py::dict(py::arg("sample") = rates.events.sample, py::arg("delay") = rates.events.delay,
               py::arg("cue") = rates.events.cue);
  return dict;
}

Targets session_targets(const RecordedSession& recorded, Eigen::Index first_bin,
                        Eigen::Index after_cue) {
  const rate::SessionRates& rates = recorded.rates;
  return std::make_shared<ForceTargets>(
      ForceTargets{rate::session_targets(rates, first_bin, after_cue),
                   fmt::format("session {}, {}, {} right and {} left trials", recorded.session.name,
                               counted(recorded.session.units.size(), "unit"),
                               rates.trials[0].size(), rates.trials[1].size())});
}

/// Rates of a plain file, whose epochs may be given beside it.
Targets plain_targets(const std::string& path, const py::dict& given) {
  Keywords keywords("read_targets", given);
  const io::PlainTargets plain =
      run_apart([path](const Stop&) { return io::read_plain_targets(path); });
  rate::TrialEpochs epochs = plain.epochs.value_or(rate::TrialEpochs{});
  const FieldValues taken = keywords.take(rate::trial_epoch_fields(), epochs);
  keywords.finish();
  if (plain.epochs.has_value() != taken.empty()) {
    throw InputError(path, "epochs", taken.empty() ? "nothing" : "in the file and in the call",
                     "must be sample_step, delay_step and cue_step in one of them");
  }
  auto targets = std::make_shared<ForceTargets>();
  epochs.steps = plain.rate[0].cols();
  rate::validate(epochs);
  targets->set.epochs = epochs;
  targets->set.target = rate::normalised_jointly(plain.rate, plain.names);
  targets->set.selectivity =
      rate::selectivity_before_cue(targets->set.target, epochs.cue, steps_before_cue(epochs));
  targets->description =
      fmt::format("rates of {}, {}", path, counted(plain.rate[0].rows(), "unit"));
  return targets;
}

/// What targets_facts() told, as targets again: pickled ones.
Targets targets_from(const py::list& rates, const py::dict& epochs, const py::list& selectivity,
                     const std::string& description) {
  auto targets = std::make_shared<ForceTargets>();
  targets->description = description;
  rate::TargetSet& set = targets->set;
  const auto step = [&epochs](const char* name) { return py::cast<Eigen::Index>(epochs[name]); };
  set.epochs.sample = step("sample");
  set.epochs.delay = step("delay");
  set.epochs.cue = step("cue");
  set.epochs.steps = step("steps");
  for (const py::handle side : rates) {
    set.target.push_back(matrix_from(side, "targets", {.text = "(units, T)"}));
  }
  for (const py::handle word : selectivity) {
    const auto text = py::cast<std::string>(word);
    set.selectivity.push_back(text == "right"  ? analysis::Selectivity::right
                              : text == "left" ? analysis::Selectivity::left
                                               : analysis::Selectivity::none);
  }
  rate::validate(set.epochs);
  return targets;
}

py::dict targets_facts(const ForceTargets& targets) {
  py::list rates;
  for (const Eigen::MatrixXd& rate : targets.set.target) {
    rates.append(array_of(Eigen::MatrixXd(rate)));
  }
  return py::dict(py::arg("rates") = rates,
                  py::arg("selectivity") = selectivity_list(targets.set.selectivity),
                  py::arg("epochs") = epochs_dict(targets.set.epochs),
                  py::arg("description") = targets.description);
}

}  // namespace

rate::TrialRange default_range(bool of_file) {
  return of_file ? rate::TrialRange::published : rate::TrialRange::exact;
}

Eigen::Index steps_before_cue(const rate::TrialEpochs& epochs) {
  constexpr Eigen::Index kBeforeCue = 600;
  return std::min(kBeforeCue, epochs.cue);
}

py::list selectivity_list(const std::vector<analysis::Selectivity>& selectivity) {
  py::list words;
  for (const analysis::Selectivity one : selectivity) {
    words.append(std::string(analysis::to_string(one)));
  }
  return words;
}

py::dict epochs_dict(const rate::TrialEpochs& epochs) {
  return py::dict(py::arg("sample") = epochs.sample, py::arg("delay") = epochs.delay,
                  py::arg("cue") = epochs.cue, py::arg("steps") = epochs.steps);
}

void bind_force_session(py::module_& module) {
  py::class_<ForceTargets, Targets>(module, "ForceTargets", "What FORCE training is to learn.")
      .def("facts", &targets_facts);
  py::class_<RecordedSession, Recorded>(module, "ForceSession", "A recorded session.")
      .def("facts", &session_facts)
      .def("targets", &session_targets, py::arg("first_bin"), py::arg("after_cue"))
      .def(
          "trial_rate",
          [](const RecordedSession& recorded, std::size_t unit, int trial) {
            if (unit >= recorded.session.units.size()) {
              throw InputError("unit", "", std::to_string(unit),
                               fmt::format("must be below {}", recorded.session.units.size()));
            }
            const auto trials = static_cast<int>(recorded.session.trials.response.size());
            if (trial < 0 || trial >= trials) {
              throw InputError("trial", "", std::to_string(trial),
                               fmt::format("must be within 0 ... {}", trials - 1));
            }
            return array_of(rate::trial_rate(recorded.session, unit, trial, recorded.options));
          },
          py::arg("unit"), py::arg("trial"))
      .def(
          "aligned_variation",
          [](const RecordedSession& recorded, Eigen::Index first_bin, Eigen::Index after_cue) {
            const rate::TargetSet set = rate::session_targets(recorded.rates, first_bin, after_cue);
            std::vector<double> shares;
            for (const Eigen::MatrixXd& side : set.target) {
              shares.push_back(rate::aligned_variation(side));
            }
            return shares;
          },
          py::arg("first_bin"), py::arg("after_cue"));
  module.def(
      "read_force_session",
      [](const std::string& path, const py::dict& options) {
        return with_rates(run_apart([path](const Stop&) { return io::read_session(path); }),
                          default_range(true), options);
      },
      py::arg("path"), py::arg("options"), "A recorded session of a file.");
  module.def("force_session", &session_from, py::arg("units"), py::arg("trials"), py::arg("edges"),
             py::arg("name"), py::arg("options"), "A recorded session of arrays.");
  module.def(
      "holds_force_session",
      [](const std::string& path) {
        return run_apart([path](const Stop&) { return io::holds_session(path); });
      },
      py::arg("path"), "Whether a file holds a session.");
  module.def("force_targets", &targets_from, py::arg("rates"), py::arg("epochs"),
             py::arg("selectivity"), py::arg("description"), "Targets from what is known of them.");
  module.def("read_force_targets", &plain_targets, py::arg("path"), py::arg("options"),
             "Trial-averaged rates of a file.");
}

}  // namespace rheobase::python
