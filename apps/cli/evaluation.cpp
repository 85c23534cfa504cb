#include "apps/cli/evaluation.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "apps/cli/interrupt.hpp"
#include "apps/cli/model_input.hpp"
#include "apps/cli/overflow.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "mapping/comparison/target_rmse.hpp"

namespace rheobase::cli {

namespace {

/// Conditions that are counted together, and what stands for them.
struct Group {
  std::string name;
  int first = 0;
  int count = 1;
};

/// Of several tasks each as a whole, then every condition.
std::vector<Group> groups_of(const rate::Task& task) {
  std::vector<Group> groups;
  for (const rate::TaskPart& part : task.definition().parts) {
    groups.push_back({part.name, part.first_condition, part.conditions});
  }
  for (int condition = 0; const std::string& name : task.conditions()) {
    groups.push_back({name, condition++});
  }
  return groups;
}

/// Trials of some conditions, and how many of them are right.
Proportion of_group(const std::vector<int>& conditions, const std::vector<bool>& correct,
                    const Group& group) {
  int trials = 0;
  int successes = 0;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const int place = conditions[i] - group.first;
    const bool inside = place >= 0 && place < group.count;
    trials += inside ? 1 : 0;
    successes += inside && correct[i] ? 1 : 0;
  }
  return wilson_interval(successes, trials);
}

std::string fraction(const Proportion& proportion) {
  return proportion.trials == 0 ? "-" : percent(proportion.value);
}

std::string condition_table(const NetworkEvaluation& evaluation, const rate::Task& task) {
  const bool several = !task.definition().parts.empty();
  std::vector<std::string> header{several ? "task, condition" : "condition", "trials"};
  if (evaluation.rate) {
    header.emplace_back("rate");
  }
  if (evaluation.spiking) {
    header.emplace_back("spiking");
  }
  TextTable table(header);
  for (const Group& group : groups_of(task)) {
    const auto& any = evaluation.rate ? evaluation.rate->correct : evaluation.spiking->correct;
    std::vector<std::string> row{
        group.name, std::to_string(of_group(evaluation.conditions, any, group).trials)};
    if (evaluation.rate) {
      row.push_back(fraction(of_group(evaluation.conditions, evaluation.rate->correct, group)));
    }
    if (evaluation.spiking) {
      row.push_back(fraction(of_group(evaluation.conditions, evaluation.spiking->correct, group)));
    }
    table.add_row(row);
  }
  return table.text();
}

NetworkEvaluation evaluate(const EvaluationRequest& request, const io::ModelFile& file,
                           const rate::Task& task, const Console& console) {
  NetworkEvaluation evaluation;
  const InterruptGuard guard;
  ProgressBar bar(console, "evaluating");
  const RunControl control = bar.control(guard);
  const double spiking_share = request.network == "rate" ? 0.0 : 0.95;
  const auto part = [&](double from, double share) {
    return RunControl{[&control, from, share](const Progress& progress) {
                        control.progress(from + share * progress.fraction, progress.status);
                      },
                      control.cancelled};
  };
  if (request.network != "rate") {
    const spiking::SpikingModel spiking =
        spiking_model_of(file, request.model.string(), request.scaling, request.spiking);
    std::vector<SampledSignal> readouts;
    evaluation.spiking = mapping::evaluate_spiking(
        spiking, task, request.trials, request.spiking.simulation, request.threads,
        mapping::target_limit(task) ? &readouts : nullptr, part(0.0, spiking_share));
    evaluation.conditions = evaluation.spiking->conditions;
    evaluation.spiking_rmse = mapping::target_rmse(task, readouts, request.spiking.simulation);
  }
  if (request.network != "spiking") {
    evaluation.rate = rate::evaluate_rate(
        file.network, task,
        {.trials = request.trials, .seed = request.seed, .threads = request.threads},
        part(spiking_share, 1.0 - spiking_share));
    evaluation.conditions = evaluation.rate->conditions;
    evaluation.rate_rmse = mapping::target_rmse(task, *evaluation.rate, request.seed, 0);
  }
  return evaluation;
}

void choose_networks(EvaluationRequest& request, const io::ModelFile& file,
                     const Console& console) {
  const bool of_spikes =
      request.scaling > 0.0 || request.spiking.noise_sd_mv || !request.spiking.given.empty();
  if (request.network == "rate" && of_spikes) {
    throw InputError("--network", "", "rate",
                     "must be both or spiking beside --scaling and options of spiking networks");
  }
  if (request.network.empty() && request.scaling == 0.0 && !file.scaling_factor) {
    request.network = "rate";
    note(console, request.model.string() +
                      " has no scaling factor, so only the rate network is evaluated; "
                      "`rheobase map` finds one");
  } else if (request.network.empty()) {
    request.network = "both";
  }
}

}  // namespace

std::string evaluation_tables(const NetworkEvaluation& evaluation, const rate::Task& task) {
  const bool judged = evaluation.rate_rmse || evaluation.spiking_rmse;
  std::vector<std::string> header{"network", "accuracy", "95 % interval", "mean rate", "time"};
  if (judged) {
    header.insert(header.begin() + 3, "RMSE to target");
  }
  TextTable table(header);
  const auto add = [&](std::vector<std::string> row, const std::optional<double>& rmse) {
    if (judged) {
      row.insert(row.begin() + 3, rmse ? fmt::format("{:.4f}", *rmse) : "-");
    }
    table.add_row(std::move(row));
  };
  if (evaluation.rate) {
    const rate::RateEvaluation& rate = *evaluation.rate;
    add({"rate", percent(rate.accuracy.value), interval(rate.accuracy),
         fmt::format("{:.3f}", rate.mean_rate), seconds_text(rate.seconds)},
        evaluation.rate_rmse);
  }
  if (evaluation.spiking) {
    const mapping::SpikingEvaluation& spiking = *evaluation.spiking;
    add({"spiking", percent(spiking.accuracy.value), interval(spiking.accuracy),
         fmt::format("{:.2f} Hz", spiking.mean_rate_hz.mean()), seconds_text(spiking.seconds)},
        evaluation.spiking_rmse);
  }
  return table.text() + '\n' + condition_table(evaluation, task);
}

Json to_json(const NetworkEvaluation& evaluation, const rate::Task& task) {
  Json json = Json::object();
  if (evaluation.rate) {
    json["rate"] = {{"accuracy", to_json(evaluation.rate->accuracy)},
                    {"mean_loss", evaluation.rate->mean_loss},
                    {"mean_rate", evaluation.rate->mean_rate},
                    {"seconds", evaluation.rate->seconds}};
  }
  if (evaluation.spiking) {
    json["spiking"] = {{"accuracy", to_json(evaluation.spiking->accuracy)},
                       {"mean_rate_hz", evaluation.spiking->mean_rate_hz.mean()},
                       {"seconds", evaluation.spiking->seconds}};
  }
  if (evaluation.rate_rmse) {
    json["rate"]["target_rmse"] = *evaluation.rate_rmse;
  }
  if (evaluation.spiking_rmse) {
    json["spiking"]["target_rmse"] = *evaluation.spiking_rmse;
  }
  Json tasks = Json::array();
  Json conditions = Json::array();
  const std::size_t parts = task.definition().parts.size();
  for (std::size_t i = 0; const Group& group : groups_of(task)) {
    Json entry = {{"name", group.name}};
    if (evaluation.rate) {
      entry["rate"] = to_json(of_group(evaluation.conditions, evaluation.rate->correct, group));
    }
    if (evaluation.spiking) {
      entry["spiking"] =
          to_json(of_group(evaluation.conditions, evaluation.spiking->correct, group));
    }
    (i++ < parts ? tasks : conditions).push_back(entry);
  }
  if (!tasks.empty()) {
    json["tasks"] = tasks;
  }
  json["conditions"] = conditions;
  return json;
}

void run_evaluation(EvaluationRequest request, const Console& console) {
  io::ModelFile file = read_noted_model(request.model, console);
  finish_spiking_options(request.spiking, file);
  note_spiking_network(request.spiking, file.network.units(), console);
  note_drive_window(request.intervention, console);
  const rate::Task intact =
      resolve_task(request.task, file, request.model.string(), TrialsUse::evaluation, console);
  const rate::Task task = with_drive(request.intervention, intact);
  const std::string changed = intervene(request.intervention, file).text;
  choose_networks(request, file, console);
  spiking::SimulationOptions& simulation = request.spiking.simulation;
  simulation.seed = request.seed;

  const NetworkEvaluation evaluation = naming_overflow(
      request.model.string(), [&] { return evaluate(request, file, task, console); });
  const int used = static_cast<int>(evaluation.conditions.size());
  const double scaling =
      request.scaling > 0.0 ? request.scaling : file.scaling_factor.value_or(0.0);
  if (request.json) {
    Json json = {{"command", console.command_line},
                 {"model", request.model.string()},
                 {"task", to_json(task)},
                 {"seed", request.seed},
                 {"trials", used}};
    if (!changed.empty()) {
      json["intervention"] = changed;
    }
    if (evaluation.spiking) {
      json["scaling_factor"] = scaling;
      json["simulation"] = to_json(simulation, evaluation.spiking->engine);
      json["spiking_network"] = to_json(request.spiking.transfer);
    }
    json.update(to_json(evaluation, task));
    print_json(console, json);
    return;
  }
  Summary summary;
  summary.add("model", fmt::format("{}, task {}", request.model.string(), task.name()));
  if (!changed.empty()) {
    summary.add("changed", changed);
  }
  summary.add("trials", trials_text(task, used, request.seed, {.first = simulation.trial}));
  if (const auto limit = mapping::target_limit(task)) {
    summary.add("right",
                fmt::format("an RMSE to the target below {:g} in a trial (--rms-limit)", *limit));
  }
  if (evaluation.spiking) {
    summary.add("spiking", fmt::format("scaling factor {:g}, {}", scaling,
                                       simulation_text(simulation, evaluation.spiking->engine)));
    add_engine_reason(summary, request.spiking, evaluation.spiking->engine);
    add_network(summary, request.spiking.transfer);
  }
  console.out << summary.text() << '\n' << evaluation_tables(evaluation, task);
}

}  // namespace rheobase::cli
