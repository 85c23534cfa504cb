#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/cli/json_output.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/subcommands.hpp"
#include "apps/cli/text_table.hpp"
#include "core/error.hpp"
#include "io/exchange/exporter_registry.hpp"
#include "io/mat/atomic_file.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;

struct ExportRequest {
  std::vector<fs::path> files;
  fs::path output;
  std::string format;
  io::ExportOptions options;
  double scaling = 0.0;
  bool json = false;
};

constexpr int kMostKeywords = 100;
constexpr const char* kStandardOutput = "-";
constexpr const char* kExportExamples =
    "Examples:\n"
    "  rheobase export model.lif.mat --format nir -o model.nir\n"
    "  rheobase export model.lif.mat --format nir --spike-step 1 -o norse.nir\n"
    "  rheobase export model.lif.mat --format nir --profile snntorch -o snntorch.nir\n"
    "  rheobase export model.lif.mat --format hdf5 -o model.h5\n"
    "  rheobase export run.mat --format csv --table spikes -o spikes.csv\n"
    "  rheobase export run1.mat run2.mat --format nwb -o runs.nwb\n"
    "  rheobase export comparison.mat --format csv --table units -o units.csv";

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const io::ExporterDefinition* exporter : io::registered_exporters()) {
    names.push_back(exporter->name);
  }
  return names;
}

std::string format_help() {
  std::string help = "What to write";
  for (const io::ExporterDefinition* exporter : io::registered_exporters()) {
    help += fmt::format("; {}: {}", exporter->name, exporter->help);
  }
  return help;
}

/// Options of one format say nothing to another.
void check_options(const ExportRequest& request, Command command) {
  for (const auto& [option, format] :
       {std::pair{"--profile", "nir"}, std::pair{"--shift-voltages", "nir"},
        std::pair{"--spike-step", "nir"}, std::pair{"--scaling", "nir"},
        std::pair{"--table", "csv"}, std::pair{"--subject", "nwb"},
        std::pair{"--institution", "nwb"}, std::pair{"--keyword", "nwb"}}) {
    if (command.given(option) && request.format != format) {
      throw InputError(option, "", "--format " + request.format,
                       fmt::format("must come with --format {}", format));
    }
  }
}

void run_export(ExportRequest request, Command command, const Console& console) {
  check_options(request, command);
  const bool to_standard_output = request.output == kStandardOutput;
  if (to_standard_output && request.json) {
    throw InputError("--output", "", "- beside --json", "must be a file: both are standard output");
  }
  if (!to_standard_output) {
    check_output(console, "--output", request.output, {request.files.begin(), request.files.end()});
  }
  io::ExportSource source = io::read_export_source(request.files);
  if (source.model && request.scaling > 0.0) {
    source.model->scaling_factor = request.scaling;
  }
  request.options.command = console.command_line;
  const io::ExportResult result = io::find_exporter(request.format).make(source, request.options);
  if (to_standard_output) {
    console.out.write(reinterpret_cast<const char*>(result.contents.data()),
                      static_cast<std::streamsize>(result.contents.size()));
  } else {
    io::write_atomically(request.output, result.contents);
  }
  std::vector<std::string> notes = result.notes;
  if (!source.left_out.empty()) {
    notes.push_back(
        fmt::format("left out, as only MATLAB can copy it: {}", fmt::join(source.left_out, ", ")));
  }
  if (request.json) {
    print_json(console, {{"command", console.command_line},
                         {"output", request.output.string()},
                         {"format", request.format},
                         {"bytes", result.contents.size()},
                         {"notes", notes}});
    return;
  }
  for (const std::string& line : notes) {
    note(console, line);
  }
  if (!to_standard_output) {
    console.out << saved_text(request.output);
  }
}

}  // namespace

void add_export_command(Command program, const Console& console) {
  const auto request = std::make_shared<ExportRequest>();
  const Command command = program.add_command(
      "export",
      "Write a model, a run or a comparison in another format\n"
      "What a format cannot hold is named in a note. Files of the formats nir and hdf5 that are "
      "made from a model hold all of it: `rheobase import` gives it back.");
  command.examples(kExportExamples);
  command
      .add_files("FILE", request->files,
                 "Model file (.mat), run files from `simulate` (several for nwb), or a comparison "
                 "from `compare` (csv, nwb)")
      .required();
  command.add_file("-o,--output", request->output, "Where to write; - is standard output")
      .required();
  add_choice(command, "--format", request->format, format_names(), format_help()).required();
  add_choice(command, "--profile", request->options.profile, {"exact", "portable", "snntorch"},
             "nir: the synapse as it is; as the one unit with a synapse that most programs know; "
             "the same in the one form that snnTorch takes")
      .group("NIR");
  command
      .add_flag("--shift-voltages", request->options.shift_voltages,
                "nir: count voltages from the reset, which becomes 0, as some programs want it")
      .group("NIR");
  add_number(command, "--spike-step", request->options.spike_step_ms, kNonNegative, "ms",
             "nir: for importers that count a spike as 1 in a step (Norse and others): the step "
             "they will run with; 0: a pulse of area 1, as NIR defines it")
      .group("NIR");
  add_number(command, "--scaling", request->scaling, kNonNegative, "",
             "nir: scaling factor s = 1/lambda of the network; 0: the one in the file")
      .group("NIR");
  add_text(
      command, "--table", request->options.table, "NAME",
      "csv: spikes, output, rates, trials or voltage of a run; units, weights or scaling of a "
      "model; conditions, spikes, output, trials or units of a comparison (default: the first)")
      .group("CSV");
  add_text(command, "--subject", request->options.subject, "ID",
           "nwb: identifier of the subject, here of the network")
      .group("NWB");
  add_text(command, "--institution", request->options.institution, "NAME", "nwb: where it was made")
      .group("NWB");
  command
      .add_values("--keyword", "WORD", 1, kMostKeywords, request->options.keywords,
                  "nwb: words to find the file by")
      .group("NWB");
  add_json(command, request->json);
  command.action([request, command, &console] { run_export(*request, command, console); });
}

}  // namespace rheobase::cli
