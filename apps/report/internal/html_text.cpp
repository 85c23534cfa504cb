#include "apps/report/internal/html_text.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "apps/report/palette.hpp"
#include "core/counted.hpp"
#include "core/field_table.hpp"
#include "mapping/conversion/transfer_fields.hpp"
#include "rate/dynamics/transfer/transfer.hpp"
#include "rate/tasks/combined_task.hpp"

namespace rheobase::report {

namespace {

constexpr const char* kNothing = "–";

std::string with_sign(std::string text) {
  if (!text.empty() && text.front() == '-') {
    text.replace(0, 1, "−");
  }
  return text;
}

std::string number(double value, int digits = 3) {
  return std::isfinite(value) ? with_sign(fmt::format("{:.{}g}", value, digits)) : kNothing;
}

std::string decimals(double value, int places) {
  return std::isfinite(value) ? with_sign(fmt::format("{:.{}f}", value, places)) : kNothing;
}

std::string decimals(const std::optional<double>& value, int places) {
  return value ? decimals(*value, places) : kNothing;
}

std::string percent(double fraction) {
  return fmt::format("{:.3g} %", 100.0 * fraction);
}

std::string accuracy(const Proportion& proportion) {
  return proportion.trials == 0 ? kNothing : percent(proportion.value);
}

std::string interval(const Proportion& proportion) {
  return fmt::format("{:.0f} to {:.0f} %", 100.0 * proportion.low, 100.0 * proportion.high);
}

std::string p_value(double p) {
  return p < 0.001 ? "< 0.001" : fmt::format("{:.3f}", p);
}

/// Without a difference a p of 1 is no headline: the table below has the number.
std::string difference_in_words(double p, int trials) {
  constexpr double kSeen = 0.05;
  if (p >= kSeen) {
    // McNemar's p where one network alone is right in every trial; 0.0625 of five trials.
    const double smallest = std::min(1.0, 2.0 * std::pow(0.5, trials));
    return smallest >= kSeen ? "too few trials" : "none seen";
  }
  return p < 0.001 ? "p < 0.001" : fmt::format("p = {:.2g}", p);
}

std::string difference(const mapping::TimeDifference& time) {
  return time.trials == 0
             ? kNothing
             : fmt::format("{} ± {}", decimals(time.mean_ms, 0), decimals(time.sd_ms, 0));
}

std::string mean_sd(const analysis::Distribution& values) {
  return fmt::format("{} ± {}", decimals(values.mean, 1), decimals(values.sd, 1));
}

std::string rates_by_type(const std::vector<mapping::TypeComparison>& types) {
  std::string text;
  for (const mapping::TypeComparison& type : types) {
    text += fmt::format("{}{} {:.1f}", text.empty() ? "" : ", ", shown_type(type.type),
                        type.spiking_hz.mean);
  }
  return text + " Hz";
}

ReportTable condition_table(const mapping::Comparison& comparison) {
  ReportTable table;
  table.title = "Both networks by condition";
  table.note = fmt::format(
      "The same trials for both networks. p: exact McNemar test of paired accuracies. r, RMSE: "
      "outputs from {:g} ms on, in every trial. Onset and peak: LIF minus rate network, mean ± "
      "standard deviation over trials. Unit r: correlation of trial-averaged activity over all "
      "units and times. χ: synchrony.",
      comparison.options.analysis_start_ms);
  if (comparison.split) {
    const bool several = comparison.task.find(rate::kTaskSeparator) != std::string::npos;
    table.note += fmt::format(" Trials{}: {}.", several ? " of the task file" : "",
                              rate::describe(*comparison.split));
  }
  table.header = {"Condition", "Trials",   "Rate correct", "LIF correct", "p",
                  "Output r",  "RMSE",     "Onset (ms)",   "Peak (ms)",   "Unit r",
                  "Mean r",    "LIF (Hz)", "χ rate",       "χ LIF"};
  std::vector<mapping::ConditionComparison> rows = comparison.conditions;
  rows.push_back(comparison.all);
  for (const mapping::ConditionComparison& row : rows) {
    if (row.trials == 0) {
      continue;
    }
    table.rows.push_back({row.name, std::to_string(row.trials), accuracy(row.rate_accuracy),
                          accuracy(row.spiking_accuracy), p_value(row.paired.p_value),
                          decimals(row.output_correlation, 3), decimals(row.output_rmse, 3),
                          difference(row.onset), difference(row.peak),
                          decimals(row.rate_correlation, 3),
                          number(row.mean_activity.value_or(NAN)), decimals(row.mean_rate_hz, 1),
                          decimals(row.rate_synchrony, 2), decimals(row.spiking_synchrony, 2)});
  }
  return table;
}

ReportTable type_table(const mapping::Comparison& comparison) {
  ReportTable table;
  table.title = "Units by type";
  table.note =
      "Mean ± standard deviation over units. Predicted: " +
      std::string(comparison.signed_rates ? "s (1 + r) / 2" : "s r") +
      " of the rate network's activity. r: "
      "mean over units of the correlation of both networks' trial averages. CV: coefficient of "
      "variation of interspike intervals; CV2: its local form.";
  table.header = {"Type", "Units", "Predicted rate (Hz)", "LIF rate (Hz)", "LIF median (Hz)", "r",
                  "CV",   "CV2"};
  for (const mapping::TypeComparison& type : comparison.types) {
    table.rows.push_back({shown_type(type.type), std::to_string(type.spiking_hz.count),
                          mean_sd(type.rate_hz), mean_sd(type.spiking_hz),
                          decimals(type.spiking_hz.median, 1), decimals(type.correlation, 2),
                          decimals(type.isi_cv, 2), decimals(type.isi_cv2, 2)});
  }
  return table;
}

ReportTable component_table(const mapping::SubspaceComparison& subspaces) {
  ReportTable table;
  table.title = "Principal components";
  table.note = fmt::format(
      "Fraction of the variance of the condition averages. Angles between the subspaces of the "
      "first "
      "{} components of both networks, smallest first.",
      subspaces.angles_deg.size());
  table.header = {"Component", "Rate network", "LIF network", "Angle"};
  const Eigen::Index shown = std::min<Eigen::Index>(
      5, std::min(subspaces.rate_explained.size(), subspaces.spiking_explained.size()));
  for (Eigen::Index k = 0; k < shown; ++k) {
    table.rows.push_back({std::to_string(k + 1), percent(subspaces.rate_explained[k]),
                          percent(subspaces.spiking_explained[k]),
                          k < subspaces.angles_deg.size()
                              ? fmt::format("{:.1f}°", subspaces.angles_deg[k])
                              : kNothing});
  }
  return table;
}

/// Collects the rows of the page's last tables.
class Facts {
 public:
  void group(std::string name) { group_ = std::move(name); }
  void add(std::string name, std::string value) {
    facts_.push_back({group_, std::move(name), std::move(value)});
  }
  std::vector<ReportFact> take() && { return std::move(facts_); }

 private:
  std::string group_;
  std::vector<ReportFact> facts_;
};

std::string yes_no(bool value) {
  return value ? "yes" : "no";
}

/// "50 ms", "20 to 100 ms".
std::string span_ms(double low, double high) {
  return low == high ? fmt::format("{:g} ms", low) : fmt::format("{:g} to {:g} ms", low, high);
}

void add_network_facts(Facts& facts, const io::ModelFile& file) {
  const rate::RateNetwork& network = file.network;
  facts.add("transfer function", transfer_text(network.transfer));
  if (file.dale) {
    const rate::DaleModel& model = *file.dale;
    facts.add("Dale's principle", yes_no(model.dale));
    facts.add("time constants",
              model.one_tau()
                  ? fmt::format("{:g} ms, fixed", model.tau_min_steps * model.step_ms)
                  : fmt::format("{:g} to {:g} ms, {}", model.tau_min_steps * model.step_ms,
                                model.tau_max_steps * model.step_ms,
                                model.fixed_tau() ? "fixed" : "trained"));
  } else {
    facts.add("time constants", span_ms(network.tau_ms.minCoeff(), network.tau_ms.maxCoeff()));
    facts.add("step", fmt::format("{:g} ms", network.step_ms));
  }
  facts.add("readout bias", number(network.b_out[0]));
}

void add_network(Facts& facts, const mapping::Comparison& comparison, const io::ModelFile* file) {
  facts.group("Network");
  std::string types;
  for (const mapping::TypeComparison& type : comparison.types) {
    types += fmt::format("{}{} {}", types.empty() ? "" : ", ", type.spiking_hz.count,
                         to_string(type.type));
  }
  const bool typed =
      !comparison.types.empty() && comparison.types.front().type != rate::UnitType::mixed;
  facts.add("units", typed ? fmt::format("{} ({})", comparison.units.type.size(), types)
                           : fmt::format("{}, of no type", comparison.units.type.size()));
  if (!comparison.intervention.empty()) {
    facts.add("lesions and drives", comparison.intervention);
  }
  facts.add("fingerprint", comparison.network);
  if (!comparison.model_file.empty()) {
    facts.add("file", comparison.model_file);
  }
  if (file == nullptr) {
    return;
  }
  add_network_facts(facts, *file);
}

/// Files of trials, and what was held out of them.
void add_given_trials(Facts& facts, const rate::TrialSplit& split) {
  facts.group("Trials of the file");
  facts.add("file", split.file);
  facts.add("SHA-256", split.hash);
  if (!split.test_file.empty()) {
    facts.add("file of held-out trials", split.test_file);
    facts.add("its SHA-256", split.test_hash);
  } else {
    facts.add("held out of every condition", number(split.test_fraction));
  }
  facts.add("training trials", std::to_string(split.training));
  facts.add("held-out trials", std::to_string(split.held_out));
  facts.add("compared here", rate::describe(split));
}

void add_training(Facts& facts, const io::ModelProvenance& provenance) {
  facts.group("Training");
  if (provenance.criteria_met) {
    facts.add("criteria", *provenance.criteria_met ? "met" : "not met: " + provenance.unmet);
  }
  if (!provenance.trained_from.empty()) {
    facts.add("started from", provenance.trained_from);
  }
  const auto add_text = [&facts](const char* name, const std::string& value) {
    if (!value.empty()) {
      facts.add(name, value);
    }
  };
  if (provenance.trials > 0) {
    facts.add("trials", std::to_string(provenance.trials));
  }
  if (provenance.eval_accuracy >= 0.0) {
    facts.add("last accuracy", percent(provenance.eval_accuracy));
  }
  if (provenance.eval_loss >= 0.0) {
    facts.add("last mean loss", number(provenance.eval_loss));
  }
  if (provenance.seed) {
    facts.add("seed", std::to_string(*provenance.seed));
  }
  add_text("made by version", provenance.version);
  add_text("command", provenance.command);
  add_text("mapped by", provenance.map_command);
}

/// "−40 mV", "0.2 mV²/ms", "yes".
std::string fact_text(const FieldInfo& field, const FieldValue& value) {
  if (const auto* truth = std::get_if<bool>(&value)) {
    return yes_no(*truth);
  }
  if (const auto* word = std::get_if<std::string>(&value)) {
    return *word;
  }
  std::string unit = field.unit;
  if (const std::size_t square = unit.find("^2"); square != std::string::npos) {
    unit.replace(square, 2, "²");
  }
  return fmt::format("{}{}{}", with_sign(fmt::format("{:.10g}", number_of(value))),
                     unit.empty() ? "" : " ", unit);
}

/// A row for every field of a table but those that do not count here.
template <class Options>
void add_fields(Facts& facts, const FieldTable<Options>& table, const Options& options,
                const std::vector<std::string_view>& without) {
  for (const Field<Options>& field : table) {
    if (std::find(without.begin(), without.end(), field.name) == without.end()) {
      facts.add(field.label, fact_text(field, field.get(options)));
    }
  }
}

void add_spiking(Facts& facts, mapping::TransferOptions transfer) {
  const bool rises = transfer.synapse == spiking::SynapseKind::double_exponential;
  if (transfer.inhibitory_delay_ms < 0.0) {  // as of all
    transfer.inhibitory_delay_ms = transfer.synaptic_delay_ms;
  }
  facts.group("Spiking network");
  add_fields(facts, mapping::transfer_fields(), transfer, {rises ? "" : "rise_ms"});
}

void add_simulation(Facts& facts, const mapping::Comparison& comparison) {
  spiking::SimulationOptions options = comparison.options.simulation;
  options.noise_intensity = spiking::effective_noise_intensity(options);
  facts.group("Simulation");
  facts.add("engine", comparison.engine_reason.empty()
                          ? comparison.engine
                          : fmt::format("{}: {}", comparison.engine, comparison.engine_reason));
  const bool bridge = comparison.engine == "bridge";
  add_fields(facts, spiking::simulation_fields(), options,
             {"engine", "seed", "trial", "output_period_ms", bridge ? "dt_ms" : "step_ms",
              options.parity ? "" : "downsample"});
}

}  // namespace

std::string transfer_text(const std::string& transfer) {
  const bool is_signed = rate::transfer_named(transfer).lowest < 0.0;
  // Spikes have no rates below 0: tanh(x) = 2 sigmoid(2 x) - 1 (mapping/conversion/non_negative).
  return is_signed ? transfer + ", in spikes as a sigmoid of 2x" : transfer;
}

std::vector<ReportStatistic> report_summary(const mapping::Comparison& comparison) {
  const mapping::ConditionComparison& all = comparison.all;
  const std::string start = fmt::format("from {:g} ms on", comparison.options.analysis_start_ms);
  return {
      {"Accuracy, rate network", accuracy(all.rate_accuracy),
       fmt::format("{}, {}", interval(all.rate_accuracy), counted(all.trials, "trial"))},
      {"Accuracy, LIF network", accuracy(all.spiking_accuracy),
       fmt::format("{}, same trials", interval(all.spiking_accuracy))},
      {"Difference in accuracy", difference_in_words(all.paired.p_value, all.trials),
       fmt::format("right alone: rate {}, LIF {}", all.paired.only_first, all.paired.only_second)},
      {"Outputs", fmt::format("r = {}", decimals(all.output_correlation, 2)),
       fmt::format("RMSE {}, {}", decimals(all.output_rmse, 2), start)},
      {"Unit activity", fmt::format("r = {}", decimals(all.rate_correlation, 2)),
       fmt::format("trial averages, {}", start)},
      {"Firing rate", fmt::format("{:.1f} Hz", all.mean_rate_hz.value()),
       rates_by_type(comparison.types)},
  };
}

std::vector<ReportTable> report_tables(const mapping::Comparison& comparison) {
  std::vector<ReportTable> tables{condition_table(comparison), type_table(comparison)};
  if (comparison.subspaces.rate_explained.size() > 0) {
    tables.push_back(component_table(comparison.subspaces));
  }
  return tables;
}

std::vector<ReportFact> report_facts(const mapping::Comparison& comparison,
                                     const io::ModelFile* model) {
  Facts facts;
  facts.group("Trials");
  facts.add("task", comparison.task);
  for (const auto& [name, value] : comparison.task_parameters) {
    facts.add(name, fmt::format("{:g}", value));
  }
  facts.add("first trial", std::to_string(comparison.options.simulation.trial));
  facts.add("seed", std::to_string(comparison.options.simulation.seed));
  add_fields(facts, mapping::compare_fields(), comparison.options, {});
  if (!comparison.command.empty()) {
    facts.add("compared by", comparison.command);
  }
  if (comparison.split) {
    add_given_trials(facts, *comparison.split);
  }
  add_simulation(facts, comparison);
  add_spiking(facts, comparison.options.transfer);
  add_network(facts, comparison, model);
  if (model != nullptr) {
    add_training(facts, model->provenance);
  }
  return std::move(facts).take();
}

}  // namespace rheobase::report
