#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/cli/json_output.hpp"
#include "apps/cli/model_input.hpp"
#include "apps/cli/motif/motif_info.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/spiking_options.hpp"
#include "apps/cli/subcommands.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "core/analysis/spectrum.hpp"
#include "core/counted.hpp"
#include "io/comparison/json_values.hpp"
#include "io/exchange/file_contents.hpp"
#include "io/mat/file_kind.hpp"
#include "io/mat/mapped_model.hpp"
#include "io/mat/rate_model_file.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;

struct InfoRequest {
  fs::path model;
  bool no_spectrum = false;
  bool json = false;
};

constexpr const char* kInfoExamples =
    "Examples:\n"
    "  rheobase info model.mat\n"
    "  rheobase info run.mat\n"
    "  rheobase info spikes.nwb\n"
    "  rheobase info model.lif.mat --json\n"
    "  rheobase info large.mat --no-spectrum";

struct Counts {
  Eigen::Index excitatory = 0;
  Eigen::Index inhibitory = 0;  ///< SOM units included
  Eigen::Index som = 0;
  Eigen::Index mixed = 0;  ///< all, or none where Dale's principle holds
  Eigen::Index connections = 0;
};

struct TimeConstants {
  double smallest_ms = 0.0;
  double median_ms = 0.0;
  double largest_ms = 0.0;
};

/// All that is computed about a model, or read beside it.
struct Facts {
  Counts counts;
  TimeConstants taus;
  std::optional<analysis::Spectrum> spectrum = {};   ///< none: not wanted
  std::optional<io::MotifLibraryFile> library = {};  ///< of a library of motifs
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
}

Facts facts_of(const rate::RateNetwork& network, bool with_spectrum) {
  Facts facts;
  const std::vector<rate::UnitType> types = rate::unit_types(network);
  facts.counts.excitatory = std::ranges::count(types, rate::UnitType::excitatory);
  facts.counts.som = std::ranges::count(types, rate::UnitType::som);
  facts.counts.mixed = std::ranges::count(types, rate::UnitType::mixed);
  facts.counts.inhibitory = network.units() - facts.counts.excitatory - facts.counts.mixed;
  facts.counts.connections = (network.w.array() != 0.0).count();
  const Eigen::VectorXd& taus = network.tau_ms;
  facts.taus = {taus.minCoeff(), median({taus.begin(), taus.end()}), taus.maxCoeff()};
  if (with_spectrum) {
    facts.spectrum = analysis::eigenvalue_spectrum(network.w);
  }
  return facts;
}

std::string complex_text(const std::complex<double>& value) {
  return value.imag() == 0.0 ? fmt::format("{:.3g}", value.real())
                             : fmt::format("{:.3g}{:+.3g}i", value.real(), value.imag());
}

std::string outlier_text(const analysis::Spectrum& spectrum) {
  constexpr std::size_t kShown = 4;
  const auto found = analysis::outliers(spectrum);
  if (found.empty()) {
    return "none";
  }
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, found.size()); ++i) {
    text += (i == 0 ? "" : ", ") + complex_text(found[i]);
  }
  return found.size() > kShown ? fmt::format("{} and {} more", text, found.size() - kShown) : text;
}

std::string spectrum_text(const std::optional<analysis::Spectrum>& spectrum) {
  return spectrum ? fmt::format("radius {:.3g}, that of a random matrix {:.3g}; outliers: {}",
                                spectrum->spectral_radius, spectrum->random_radius,
                                outlier_text(*spectrum))
                  : "not computed (--no-spectrum)";
}

std::string units_text(const Counts& counts) {
  if (counts.mixed > 0) {
    return fmt::format("{}, of no type: weights of both signs, without Dale's principle",
                       counts.mixed);
  }
  return fmt::format("{}: {} excitatory, {} inhibitory ({} of them SOM)",
                     counts.excitatory + counts.inhibitory, counts.excitatory, counts.inhibitory,
                     counts.som);
}

std::string task_text(const io::ModelFile& file) {
  std::string text = file.task.empty() ? "not named in the file" : file.task;
  for (const auto& [name, value] : file.provenance.task_parameters) {
    text += fmt::format(", {} {:g}", name, value);
  }
  return text;
}

/// @param checkpoint  whose accuracy is that of the stop criteria, when they were last looked at
std::string training_text(const io::ModelProvenance& provenance, bool checkpoint) {
  std::string text =
      provenance.trials > 0 ? counted(provenance.trials, "trial") : std::string("not recorded");
  if (provenance.eval_accuracy >= 0.0) {
    text += (checkpoint ? ", last check of the criteria: accuracy " : ", accuracy ") +
            percent(provenance.eval_accuracy);
  }
  if (provenance.eval_loss >= 0.0) {
    text += fmt::format(", mean loss {:.3g}", provenance.eval_loss);
  }
  return provenance.seed ? text + fmt::format(", seed {}", *provenance.seed) : text;
}

std::string scaling_text(const io::ModelFile& file) {
  if (!file.scaling_factor) {
    return "none yet; `rheobase map` finds one";
  }
  const std::vector<double>& grid = file.provenance.scaling_factors;
  const std::vector<double>& accuracies = file.provenance.accuracies;
  std::string text = fmt::format("{:g}", *file.scaling_factor);
  if (!grid.empty() && grid.size() == accuracies.size()) {
    text += grid.size() == 1
                ? std::string(", the only value tried")
                : fmt::format(", best of {} from {:g} to {:g}", counted(grid.size(), "value"),
                              grid.front(), grid.back());
    if (const std::optional<double> accuracy = io::search_accuracy(file)) {
      text += ", accuracy " + percent(*accuracy);
    }
  }
  return text;
}

std::string decay_text(const io::ModelFile& file, const Facts& facts) {
  if (facts.taus.smallest_ms == facts.taus.largest_ms) {
    return fmt::format("fixed at {:g} ms", facts.taus.median_ms);
  }
  std::string text = fmt::format("{:.1f} to {:.1f} ms, median {:.1f}", facts.taus.smallest_ms,
                                 facts.taus.largest_ms, facts.taus.median_ms);
  if (file.dale && file.dale->fixed_tau()) {
    text += ", fixed";
  } else if (file.dale) {
    text += fmt::format(" (allowed {:g} to {:g})", file.dale->tau_min_steps * file.dale->step_ms,
                        file.dale->tau_max_steps * file.dale->step_ms);
  }
  return text;
}

/// What a network that is no Dale model has beyond the defaults.
void add_other_kind(Summary& summary, const rate::RateNetwork& network) {
  summary.add("outputs", std::to_string(network.outputs()));
  summary.add("step", fmt::format("{:g} ms", network.step_ms));
  summary.add("bias", network.bias.isZero(0.0) ? "none" : "per unit");
  if (!network.loops.empty()) {
    summary.add("loops", fmt::format("{} of low rank", network.loops.size()));
  }
}

/// The trials of a file, criteria that were not met, the network before.
void add_origin(Summary& summary, const io::ModelProvenance& provenance) {
  if (provenance.split) {
    summary.add("trials", fmt::format("{}, {} to learn from, {} held out; SHA-256 {}",
                                      provenance.split->file, provenance.split->training,
                                      provenance.split->held_out, provenance.split->hash));
  }
  if (provenance.criteria_met && !*provenance.criteria_met) {
    summary.add("criteria", "not met: " + provenance.unmet);
  }
  if (!provenance.trained_from.empty()) {
    summary.add("from", provenance.trained_from);
  }
}

std::string size_text(const io::MatArray& array) {
  return fmt::format("{} {}", fmt::join(array.dims, " x "), array.class_name);
}

/// What a file is that holds no network, and which variables are in it.
std::string contents_text(const InfoRequest& request, const io::MatFile& file,
                          const io::FileKind& kind) {
  Summary summary;
  summary.add("file", request.model.string());
  summary.add("kind", std::string(kind.name));
  if (!kind.commands.empty()) {
    summary.add("read by", std::string(kind.commands));
  }
  TextTable table({"variable", "size and class"});
  for (const io::MatArray& array : file.arrays()) {
    table.add_row({array.name, size_text(array)});
  }
  return summary.text() + "\n" + table.text();
}

Json contents_json(const InfoRequest& request, const io::MatFile& file, const io::FileKind& kind) {
  Json variables = Json::object();
  for (const io::MatArray& array : file.arrays()) {
    variables[array.name] = size_text(array);
  }
  return {{"file", request.model.string()},
          {"kind", std::string(kind.name)},
          {"read_by", std::string(kind.commands)},
          {"variables", variables}};
}

std::string summary_text(const InfoRequest& request, const io::ModelFile& file, const Facts& facts,
                         const io::FileKind* kind) {
  const rate::RateNetwork& model = file.network;
  const Counts& counts = facts.counts;
  const auto n = static_cast<double>(model.units());
  Summary summary;
  summary.add("file", request.model.string());
  if (kind != nullptr) {
    summary.add("kind", std::string(kind->name));
  }
  // Task, inputs and training are of one network; a library has those of its motifs.
  const bool motifs = facts.library.has_value();
  if (motifs) {
    add_motif_library(summary, *facts.library);
  }
  if (!motifs || !file.task.empty()) {
    summary.add("task", task_text(file));
  }
  summary.add("units", units_text(counts));
  if (!motifs) {
    summary.add("inputs", std::to_string(model.inputs()));
  }
  summary.add("activation", model.transfer);
  if (file.dale) {
    summary.add("Dale", yes_no(file.dale->dale));
  } else {
    add_other_kind(summary, model);
  }
  summary.add("connections", fmt::format("{} of {} ({}), {:.1f} a unit", counts.connections,
                                         model.units() * model.units(),
                                         percent(static_cast<double>(counts.connections) / (n * n)),
                                         static_cast<double>(counts.connections) / n));
  summary.add("spectrum", spectrum_text(facts.spectrum));
  summary.add("decay", decay_text(file, facts));
  if (!motifs) {
    summary.add("training", training_text(file.provenance, kind != nullptr));
  }
  add_origin(summary, file.provenance);
  if (!motifs || file.scaling_factor) {
    summary.add("scaling", scaling_text(file));
  }
  if (file.transfer) {
    add_network(summary, *file.transfer);
  }
  if (!file.provenance.command.empty()) {
    summary.add("made by", file.provenance.command);
  }
  if (!file.provenance.map_command.empty()) {
    summary.add("mapped by", file.provenance.map_command);
  }
  return summary.text();
}

Json training_json(const io::ModelProvenance& provenance) {
  Json json;
  json["trials"] = provenance.trials > 0 ? Json(provenance.trials) : Json();
  json["accuracy"] = provenance.eval_accuracy >= 0.0 ? Json(provenance.eval_accuracy) : Json();
  json["mean_loss"] = provenance.eval_loss >= 0.0 ? Json(provenance.eval_loss) : Json();
  json["seed"] = provenance.seed ? Json(*provenance.seed) : Json();
  return json;
}

Json info_json(const InfoRequest& request, const io::ModelFile& file, const Facts& facts,
               const io::FileKind* kind) {
  const rate::RateNetwork& model = file.network;
  Json spectral_radius;
  Json random_radius;
  Json found;
  if (facts.spectrum) {
    spectral_radius = facts.spectrum->spectral_radius;
    random_radius = facts.spectrum->random_radius;
    found = Json::array();
    for (const std::complex<double>& value : analysis::outliers(*facts.spectrum)) {
      found.push_back({value.real(), value.imag()});
    }
  }
  return {
      {"model", request.model.string()},
      {"kind", kind != nullptr ? std::string(kind->name) : std::string("a model")},
      {"task", file.task},
      {"task_parameters", file.provenance.task_parameters},
      {"units", model.units()},
      {"excitatory", facts.counts.excitatory},
      {"inhibitory", facts.counts.inhibitory},
      {"som", facts.counts.som},
      {"mixed", facts.counts.mixed},
      {"inputs", model.inputs()},
      {"outputs", model.outputs()},
      {"step_ms", model.step_ms},
      {"activation", model.transfer},
      {"dale", file.dale ? Json(file.dale->dale) : Json()},
      {"connections", facts.counts.connections},
      {"spectral_radius", spectral_radius},
      {"random_radius", random_radius},
      {"outlier_eigenvalues", found},
      {"decay_ms",
       {{"smallest", facts.taus.smallest_ms},
        {"median", facts.taus.median_ms},
        {"largest", facts.taus.largest_ms},
        {"trained", file.dale && !file.dale->fixed_tau()}}},
      {"training", training_json(file.provenance)},
      {"trials", file.provenance.split ? io::split_json<Json>(*file.provenance.split) : Json()},
      {"criteria_met", file.provenance.criteria_met ? Json(*file.provenance.criteria_met) : Json()},
      {"unmet", file.provenance.unmet},
      {"from", file.provenance.trained_from},
      {"scaling_factor", file.scaling_factor ? Json(*file.scaling_factor) : Json()},
      {"spiking_network", file.transfer ? to_json(*file.transfer) : Json()},
      {"scaling_factors", file.provenance.scaling_factors},
      {"accuracies", file.provenance.accuracies},
      {"command", file.provenance.command},
      {"map_command", file.provenance.map_command},
      {"motif_library", facts.library ? motif_library_json(*facts.library) : Json()}};
}

/// What a file of another format is, and what is in it.
void print_contents(const InfoRequest& request, const io::FileContents& contents,
                    const Console& console) {
  if (request.json) {
    Json variables = Json::object();
    for (const auto& [name, size] : contents.parts) {
      variables[name] = size;
    }
    print_json(console, {{"file", request.model.string()},
                         {"kind", contents.kind},
                         {"read_by", contents.read_by},
                         {"variables", variables}});
    return;
  }
  Summary summary;
  summary.add("file", request.model.string());
  summary.add("kind", contents.kind);
  summary.add("read by", contents.read_by);
  console.out << summary.text();
  if (!contents.parts.empty()) {
    TextTable table({"part", "size"});
    for (const auto& [name, size] : contents.parts) {
      table.add_row({name, size});
    }
    console.out << '\n' << table.text();
  }
}

void run_info(const InfoRequest& request, const Console& console) {
  if (const std::optional<io::FileContents> contents = io::contents_of(request.model)) {
    print_contents(request, *contents, console);
    return;
  }
  const io::MatFile names = io::names_of(request.model);
  const io::FileKind* kind = io::kind_of(names);
  if (kind != nullptr && !kind->is_model) {
    if (request.json) {
      print_json(console, contents_json(request, names, *kind));
    } else {
      console.out << contents_text(request, names, *kind);
    }
    return;
  }
  const io::ModelFile file = read_noted_model(request.model, console);
  const Eigen::Index units = file.network.units();
  constexpr Eigen::Index kLarge = 1000;  // a second's work, growing with the third power
  if (!request.no_spectrum && units >= kLarge) {
    note(console, fmt::format("eigenvalues of {} take some time; --no-spectrum goes without them",
                              counted(units, "unit")));
  }
  Facts facts = facts_of(file.network, !request.no_spectrum);
  if (names.has("motif_J")) {
    facts.library = io::read_motif_library(request.model);
  }
  if (request.json) {
    print_json(console, info_json(request, file, facts, kind));
    return;
  }
  console.out << summary_text(request, file, facts, kind);
  if (facts.library && !facts.library->library.motifs.empty()) {
    console.out << '\n' << motif_library_table(*facts.library);
  }
}

}  // namespace

void add_info_command(Command program, const Console& console) {
  const auto request = std::make_shared<InfoRequest>();
  const Command command = program.add_command(
      "info",
      "What a file is, and what is in it\n"
      "Of a network: units by type (of none where a unit has weights of both signs), connections, "
      "eigenvalues of the signed weight matrix (the radius of a random matrix is that of one with "
      "the same column variances; outliers lie more than 20 % outside of it), time constants, "
      "training, scaling factor and the commands that made the file; of a library of motifs its "
      "motifs and how far they are trained. Of other .mat files (runs, "
      "comparisons, trials, summaries, ...), of exports (NIR, HDF5, NWB, CSV), pages, pictures, "
      "JSON, TOML files and folders: what they are, which commands or programs read them, and what "
      "is in them.");
  command.examples(kInfoExamples);
  command.add_file("FILE", request->model, "File, or a folder").required();
  command.add_flag("--no-spectrum", request->no_spectrum,
                   "Without eigenvalues, whose time grows with the third power of the units");
  add_json(command, request->json);
  command.action([request, &console] { run_info(*request, console); });
}

}  // namespace rheobase::cli
