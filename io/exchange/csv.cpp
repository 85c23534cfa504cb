#include <functional>
#include <optional>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "io/exchange/exporter_registry.hpp"
#include "io/exchange/internal/comparison_tables.hpp"
#include "io/exchange/internal/csv_cells.hpp"
#include "mapping/conversion/transfer.hpp"
#include "rate/dynamics/unit_type.hpp"

namespace rheobase::io {

namespace csv_exporter {

/// A table that a file can give. The first that fits is the default.
struct Table {
  std::string name;
  std::function<std::string(const std::vector<RunFile>&)> of_runs;
  std::function<std::string(const ModelFile&)> of_model;
  std::function<std::string(const mapping::Comparison&, const std::string& where)> of_comparison;
};

/// "trial," before the columns of several runs, and what stands there in a row.
std::string trial_column(const std::vector<RunFile>& runs) {
  return runs.size() > 1 ? "trial," : "";
}

std::string trial_cell(const std::vector<RunFile>& runs, std::size_t k) {
  return runs.size() > 1 ? fmt::format("{},", k + 1) : "";
}

std::string spikes(const std::vector<RunFile>& runs) {
  const bool copies = runs.front().result.copies > 1;
  std::string text = trial_column(runs) + (copies ? "unit,copy,time_ms\n" : "unit,time_ms\n");
  for (std::size_t k = 0; k < runs.size(); ++k) {
    const spiking::SimulationResult& result = runs[k].result;
    const std::string trial = trial_cell(runs, k);
    for (std::size_t i = 0; i < result.spike_unit.size(); ++i) {
      const std::string copy = copies ? fmt::format("{},", result.spike_copy[i] + 1) : "";
      text += fmt::format("{}{},{}{}\n", trial, result.spike_unit[i] + 1, copy,
                          result.spike_time_ms[i]);
    }
  }
  return text;
}

std::string output(const std::vector<RunFile>& runs) {
  std::string text = trial_column(runs) + "time_ms,output";
  const Eigen::Index outputs = runs.front().result.outputs();
  for (Eigen::Index o = 1; o < outputs; ++o) {
    text += fmt::format(",output_{}", o + 1);
  }
  text += '\n';
  for (std::size_t k = 0; k < runs.size(); ++k) {
    const SampledSignal& signal = runs[k].result.output;
    const std::string trial = trial_cell(runs, k);
    for (Eigen::Index i = 0; i < signal.values.size(); ++i) {
      text += fmt::format("{}{},{}", trial, signal.time_ms(i), signal.values[i]);
      for (Eigen::Index o = 1; o < outputs; ++o) {
        text += fmt::format(",{}", runs[k].result.more_outputs(o - 1, i));
      }
      text += '\n';
    }
  }
  return text;
}

std::string rates(const std::vector<RunFile>& runs) {
  std::string text = trial_column(runs) + "unit,spikes,mean_rate_hz\n";
  for (std::size_t k = 0; k < runs.size(); ++k) {
    const Eigen::VectorXd rate_hz = runs[k].result.mean_rate_hz();
    const std::string trial = trial_cell(runs, k);
    for (Eigen::Index unit = 0; unit < rate_hz.size(); ++unit) {
      text += fmt::format("{}{},{},{}\n", trial, unit + 1, runs[k].result.spike_count[unit],
                          rate_hz[unit]);
    }
  }
  return text;
}

/// What every trial was, beside its spikes.
std::string trials(const std::vector<RunFile>& runs) {
  std::string text = "trial,number,trial_of_file,condition,correct,spikes\n";
  for (std::size_t k = 0; k < runs.size(); ++k) {
    const RunDescription& one = runs[k].description;
    text += fmt::format("{},{},{},{},{},{}\n", k + 1, one.simulation.trial,
                        one.trial_index < 0 ? "" : fmt::format("{}", one.trial_index + 1),
                        csv_quoted(one.condition), one.correct ? (*one.correct ? "1" : "0") : "",
                        runs[k].result.spike_count.sum());
  }
  return text;
}

std::string voltage(const std::vector<RunFile>& runs) {
  const RunFile& run = runs.front();
  const Eigen::MatrixXd& values = run.result.voltage;
  const std::vector<Eigen::Index>& units = run.description.simulation.record.voltage_units;
  std::string text = "time_ms";
  for (Eigen::Index row = 0; row < values.rows(); ++row) {
    text += fmt::format(",unit_{}_mv",
                        1 + (units.empty() ? row : units[static_cast<std::size_t>(row)]));
  }
  for (Eigen::Index k = 0; k < values.cols(); ++k) {
    text += fmt::format("\n{}", static_cast<double>(k + 1) * run.result.voltage_step_ms);
    for (Eigen::Index row = 0; row < values.rows(); ++row) {
      text += fmt::format(",{}", values(row, k));
    }
  }
  return text + '\n';
}

/// The spiking network that a file describes; nothing: it describes none. What is asked of it here
/// does not depend on the scaling factor.
std::optional<spiking::SpikingModel> spiking_of(const ModelFile& file) {
  if (!file.transfer) {
    return std::nullopt;
  }
  return mapping::map_to_spiking(file.network, file.scaling_factor.value_or(1.0), *file.transfer);
}

/// Threshold, reset and constant input of a unit, its membrane time constant and refractory period.
std::string spiking_cells(const spiking::SpikingModel& model, Eigen::Index unit) {
  const double own = model.unit_bias_mv.size() > 0 ? model.unit_bias_mv[unit] : 0.0;
  return fmt::format(",{},{},{},{},{}", model.threshold_of(unit), model.reset_of(unit),
                     model.neuron.bias_mv + own, model.tau_membrane_of(unit),
                     model.refractory_of(unit));
}

std::string units(const ModelFile& file) {
  const std::optional<spiking::SpikingModel> spiking = spiking_of(file);
  const rate::RateNetwork& model = file.network;
  const std::vector<rate::UnitType> types = rate::unit_types(model);
  const Eigen::VectorXd& tau_ms = model.tau_ms;
  std::string text = "unit,type,tau_ms";
  for (Eigen::Index output = 0; output < model.outputs(); ++output) {
    text += model.outputs() == 1 ? ",w_out" : fmt::format(",w_out_{}", output + 1);
  }
  for (Eigen::Index input = 0; input < model.inputs(); ++input) {
    text += fmt::format(",w_in_{}", input + 1);
  }
  text += spiking ? ",threshold_mv,reset_mv,bias_mv,tau_membrane_ms,refractory_ms" : "";
  for (Eigen::Index unit = 0; unit < model.units(); ++unit) {
    text += fmt::format("\n{},{},{}", unit + 1, to_string(types[static_cast<std::size_t>(unit)]),
                        tau_ms[unit]);
    for (Eigen::Index output = 0; output < model.outputs(); ++output) {
      text += fmt::format(",{}", model.w_out(output, unit));
    }
    for (Eigen::Index input = 0; input < model.inputs(); ++input) {
      text += fmt::format(",{}", model.w_in(unit, input));
    }
    text += spiking ? spiking_cells(*spiking, unit) : "";
  }
  return text + '\n';
}

std::string weights(const ModelFile& file) {
  const Eigen::MatrixXd acting = file.network.w;
  const std::optional<spiking::SpikingModel> spiking = spiking_of(file);
  const bool delays = spiking && (spiking->synapse.delay_ms.size() > 0 ||
                                  spiking->synapse.connection_delay_ms.size() > 0);
  const auto delay_ms = [&](Eigen::Index post, Eigen::Index pre) {
    const spiking::SynapseParameters& synapse = spiking->synapse;
    return synapse.connection_delay_ms.size() > 0 ? synapse.connection_delay_ms(post, pre)
                                                  : synapse.delay_ms[pre];
  };
  std::string text = delays ? "post,pre,weight,delay_ms\n" : "post,pre,weight\n";
  for (Eigen::Index post = 0; post < acting.rows(); ++post) {
    for (Eigen::Index pre = 0; pre < acting.cols(); ++pre) {
      if (acting(post, pre) != 0.0) {
        text += fmt::format("{},{},{}", post + 1, pre + 1, acting(post, pre));
        text += delays ? fmt::format(",{}\n", delay_ms(post, pre)) : "\n";
      }
    }
  }
  return text;
}

std::string scaling(const ModelFile& file) {
  const ModelProvenance& provenance = file.provenance;
  std::string text = "scaling_factor,accuracy\n";
  const std::size_t values =
      std::min(provenance.scaling_factors.size(), provenance.accuracies.size());
  for (std::size_t i = 0; i < values; ++i) {
    text += fmt::format("{},{}\n", provenance.scaling_factors[i], provenance.accuracies[i]);
  }
  return text;
}

const std::vector<Table>& tables() {
  const auto conditions = [](const mapping::Comparison& comparison, const std::string&) {
    return conditions_table(comparison);
  };
  const auto compared_units = [](const mapping::Comparison& comparison, const std::string&) {
    return units_table(comparison);
  };
  static const std::vector<Table> all{
      {"conditions", {}, {}, conditions},    {"spikes", spikes, {}, spikes_table},
      {"output", output, {}, outputs_table}, {"rates", rates, {}, {}},
      {"trials", trials, {}, trials_table},  {"voltage", voltage, {}, {}},
      {"units", {}, units, compared_units},  {"weights", {}, weights, {}},
      {"scaling", {}, scaling, {}},
  };
  return all;
}

/// The columns of a table are those of every run.
void require_alike(const std::vector<RunFile>& runs, const std::string& where) {
  const spiking::SimulationResult& first = runs.front().result;
  for (const RunFile& run : runs) {
    const spiking::SimulationResult& result = run.result;
    if (result.outputs() != first.outputs() || result.copies != first.copies) {
      throw InputError(
          where, "",
          fmt::format("runs of {} of {} and of {} of {}", counted(first.outputs(), "output"),
                      counted(first.copies, "copy"), counted(result.outputs(), "output"),
                      counted(result.copies, "copy")),
          "must be of as many outputs and copies: a table has one row of names");
    }
  }
}

bool has(const Table& table, const ExportSource& source) {
  return source.model        ? static_cast<bool>(table.of_model)
         : source.comparison ? static_cast<bool>(table.of_comparison)
                             : static_cast<bool>(table.of_runs);
}

std::string text_of(const Table& table, const ExportSource& source) {
  return source.model        ? table.of_model(*source.model)
         : source.comparison ? table.of_comparison(*source.comparison, source.where)
                             : table.of_runs(source.runs);
}

void require_voltages(const ExportSource& source) {
  if (source.runs.size() > 1) {
    throw InputError(source.where, "", counted(source.runs.size(), "run"),
                     "must be one: a table of voltages is one of a run");
  }
  if (source.runs.front().result.voltage.size() == 0) {
    throw InputError(source.where, "field 'voltage'", "nothing",
                     "must hold voltages: `rheobase simulate --record voltage`");
  }
}

ExportResult make(const ExportSource& source, const ExportOptions& options) {
  if (!source.model && !source.comparison) {
    require_alike(require_runs(source, "csv"), source.where);
  }
  std::string names;
  for (const Table& table : tables()) {
    if (!has(table, source)) {
      continue;
    }
    if (options.table.empty() || options.table == table.name) {
      if (table.name == "voltage") {
        require_voltages(source);
      } else if (table.name == "spikes" && !source.runs.empty()) {
        require_spikes(source.runs, source.where);
      }
      const std::string text = text_of(table, source);
      const auto bytes = std::as_bytes(std::span(text));
      return {{bytes.begin(), bytes.end()}, {}};
    }
    names += (names.empty() ? "" : ", ") + table.name;
  }
  throw InputError("--table", "", "'" + options.table + "'",
                   fmt::format("must be, for {}, one of {}", kind_of(source), names));
}

}  // namespace csv_exporter

const ExporterDefinition& exporter_csv() {
  using namespace csv_exporter;
  static const ExporterDefinition definition{
      "csv",
      "one table of runs (spikes, output, rates, trials, "
      "voltage), model (units, weights, scaling) or "
      "comparison (conditions, units, trials, output, spikes)",
      "RFC 4180", make};
  return definition;
}

}  // namespace rheobase::io
