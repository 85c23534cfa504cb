#include "apps/cli/innate/innate_result.hpp"

#include <fmt/format.h>

#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "apps/report/innate_report.hpp"
#include "core/counted.hpp"
#include "core/field_table.hpp"

namespace rheobase::cli {

namespace {

std::size_t synapses_of(const rate::Reservoir& network) {
  std::size_t count = 0;
  for (const auto& list : network.presynaptic) {
    count += list.size();
  }
  return count;
}

std::string network_text(const io::InnateFile& file) {
  const rate::Reservoir& network = file.start;
  std::string text = fmt::format(
      "{} ({} plastic), {}, {}, {} output{}", counted(network.units(), "unit"),
      network.plastic_units, counted(synapses_of(network), "synapse"),
      counted(network.inputs(), "input"), network.outputs(), network.outputs() == 1 ? "" : "s");
  return file.drawn_with ? text + fmt::format(", g {:g}", file.drawn_with->gain)
                         : text + ", weights given";
}

/// Losses of all trials, ten a line.
std::string loss_lines(const std::vector<double>& losses) {
  constexpr std::size_t kPerLine = 10;
  std::string text;
  for (std::size_t i = 0; i < losses.size(); ++i) {
    text += i == 0 ? "" : i % kPerLine == 0 ? "\n    " : " ";
    text += fmt::format("{:.2e}", losses[i]);
  }
  return text;
}

std::string loss_text(const io::InnateFile& file) {
  const rate::InnateState& state = file.result.state;
  std::string text;
  if (!state.recurrent_loss.empty()) {
    text += fmt::format("loss of each recurrent trial (mean squared error of all units)\n    {}\n",
                        loss_lines(state.recurrent_loss));
  }
  if (!state.readout_loss.empty()) {
    text += fmt::format("loss of each readout trial\n    {}\n", loss_lines(state.readout_loss));
  }
  return text;
}

std::string name_of(const io::InnateFile& file, std::size_t trajectory) {
  return trajectory < file.names.size() && !file.names[trajectory].empty()
             ? file.names[trajectory]
             : fmt::format("{}", trajectory + 1);
}

Json scores_json(const rate::InnateScores& scores) {
  return {{"trials", scores.trials},
          {"mean_r2", scores.mean_r2},
          {"lowest_r2", scores.lowest_r2},
          {"path_rmse", scores.path_rmse}};
}

Json exponents_json(const rate::TrainingExponents& exponents) {
  const auto list = [](const Eigen::VectorXd& values) {
    return std::vector<double>(values.begin(), values.end());
  };
  return {{"free_before", exponents.free_before},
          {"free_after", exponents.free_after},
          {"trial_before", list(exponents.trial_before)},
          {"trial_after", list(exponents.trial_after)}};
}

Json options_json(const io::InnateFile& file) {
  Json json;
  const auto add = [&json](const std::string& name, const FieldValue& value) {
    std::visit([&](const auto& held) { json[name] = held; }, value);
  };
  for (const auto& field : rate::innate_fields()) {
    add(field.name, field.get(file.experiment));
  }
  if (file.drawn_with) {
    for (const auto& field : rate::reservoir_fields()) {
      add(field.name, field.get(*file.drawn_with));
    }
  }
  return json;
}

/// Clock, cue and perturbation of every trajectory.
void add_trials(const io::InnateFile& file, Summary& summary) {
  const std::size_t count = file.experiment.trials.size();
  for (std::size_t k = 0; k < count; ++k) {
    const std::string name = count > 1 ? name_of(file, k) + ": " : std::string();
    summary.add(k == 0 ? "trial" : "", name + report::innate_trial_text(file, k));
    summary.add("", name + report::innate_perturbation_text(file, k));
  }
}

}  // namespace

std::string test_table(const io::InnateFile& file) {
  TextTable table({"tests", "trials", "mean R^2", "lowest R^2", "path RMSE"});
  bool any = false;
  for (std::size_t k = 0; k < file.experiment.trials.size(); ++k) {
    for (const bool trained : {false, true}) {
      for (const bool perturbed : {false, true}) {
        const rate::InnateScores scores = rate::scores_of(file.result.tests, k, trained, perturbed);
        if (scores.trials > 0) {
          any = true;
          table.add_row({fmt::format("{}, {} training{}", name_of(file, k),
                                     trained ? "after" : "before", perturbed ? ", perturbed" : ""),
                         std::to_string(scores.trials), fmt::format("{:.4f}", scores.mean_r2),
                         fmt::format("{:.4f}", scores.lowest_r2),
                         fmt::format("{:.4f}", scores.path_rmse)});
        }
      }
    }
  }
  return any ? table.text() : std::string();
}

std::string spike_noise_text(double spikes_hz) {
  return spikes_hz > 0.0 ? fmt::format(", spike-like noise {:g} Hz", spikes_hz) : std::string();
}

std::string exponent_text(double before, double after) {
  return fmt::format("{:.2f} before, {:.2f} after training (per s)", before, after);
}

std::string innate_warning(const io::InnateFile& file) {
  if (file.result.state.recurrent_loss.size() > 1 && !file.result.loss_fell()) {
    return fmt::format(
        "the loss of the recurrent trials did not fall by a fifth: the network is not tamed, "
        "whatever an unperturbed test shows; more --recurrent-trials, a smaller --gain{} or "
        "another --seed may help",
        file.experiment.spike_noise > 0.0 ? ", a larger --spike-noise (less noise), a larger --tau"
                                          : "");
  }
  return {};
}

std::string training_text(const io::InnateFile& file) {
  const rate::InnateState& state = file.result.state;
  Summary summary;
  summary.add("network", network_text(file));
  summary.add("seed", std::to_string(file.experiment.seed));
  summary.add("trained",
              fmt::format("{} recurrent and {} readout trials, noise {:g}{}", state.recurrent_done,
                          state.readout_done, file.experiment.noise,
                          spike_noise_text(file.experiment.spike_noise)));
  add_trials(file, summary);
  if (file.exponents) {
    summary.add("Lyapunov",
                "free: " + exponent_text(file.exponents->free_before, file.exponents->free_after));
    for (Eigen::Index k = 0; k < file.exponents->trial_before.size(); ++k) {
      summary.add("", fmt::format("along {}: {}", name_of(file, static_cast<std::size_t>(k)),
                                  exponent_text(file.exponents->trial_before[k],
                                                file.exponents->trial_after[k])));
    }
  }
  if (const std::string warning = innate_warning(file); !warning.empty()) {
    summary.add("note", warning);
  }
  const std::string tests = test_table(file);
  return summary.text() + '\n' + loss_text(file) + (tests.empty() ? "" : "\n" + tests);
}

Json to_json(const rate::InnateTest& test) {
  return {{"trajectory", test.trajectory + 1},
          {"trained", test.trained},
          {"perturbed", test.perturbed},
          {"r2", test.r2()},
          {"correlation", std::vector<double>(test.correlation.begin(), test.correlation.end())},
          {"path_rmse", test.path_rmse}};
}

Json training_json(const io::InnateFile& file) {
  const rate::InnateState& state = file.result.state;
  Json scores = Json::array();
  for (std::size_t k = 0; k < file.experiment.trials.size(); ++k) {
    Json one{{"name", name_of(file, k)}};
    for (const bool trained : {false, true}) {
      for (const bool perturbed : {false, true}) {
        one[fmt::format("{}{}", trained ? "after" : "before", perturbed ? "_perturbed" : "")] =
            scores_json(rate::scores_of(file.result.tests, k, trained, perturbed));
      }
    }
    scores.push_back(std::move(one));
  }
  Json tests = Json::array();
  for (const rate::InnateTest& test : file.result.tests) {
    tests.push_back(to_json(test));
  }
  return {{"experiment", file.kind},
          {"units", file.start.units()},
          {"plastic_units", file.start.plastic_units},
          {"synapses", synapses_of(file.start)},
          {"seed", file.experiment.seed},
          {"options", options_json(file)},
          {"recurrent_trials", state.recurrent_done},
          {"readout_trials", state.readout_done},
          {"recurrent_loss", state.recurrent_loss},
          {"readout_loss", state.readout_loss},
          {"loss_fell", file.result.loss_fell()},
          {"trajectories", scores},
          {"tests", tests},
          {"lyapunov_per_s", file.exponents ? exponents_json(*file.exponents) : Json()},
          {"note", innate_warning(file)},
          {"seconds", file.result.seconds}};
}

}  // namespace rheobase::cli
