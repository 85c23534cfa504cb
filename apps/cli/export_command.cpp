#include <memory>

#include <fmt/format.h>

#include "apps/cli/json_output.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/subcommands.hpp"
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

constexpr const char* kExportExamples =
    "Examples:\n"
    "  rheobase export model.lif.mat --format nir -o model.nir\n"
    "  rheobase export model.lif.mat --format hdf5 -o model.h5\n"
    "  rheobase export run.mat --format csv --table spikes -o spikes.csv\n"
    "  rheobase export run1.mat run2.mat --format nwb -o runs.nwb";

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
        std::pair{"--scaling", "nir"}, std::pair{"--table", "csv"}}) {
    if (command.given(option) && request.format != format) {
      throw InputError(option, "", "--format " + request.format,
                       fmt::format("must come with --format {}", format));
    }
  }
}

void run_export(ExportRequest request, Command command, const Console& console) {
  check_options(request, command);
  check_output("--output", request.output, {request.files.begin(), request.files.end()});
  io::ExportSource source = io::read_export_source(request.files);
  if (source.model && request.scaling > 0.0) {
    source.model->scaling_factor = request.scaling;
  }
  request.options.command = console.command_line;
  const io::ExportResult result = io::find_exporter(request.format).make(source, request.options);
  io::write_atomically(request.output, result.contents);
  if (request.json) {
    print_json(console, {{"command", console.command_line},
                         {"output", request.output.string()},
                         {"format", request.format},
                         {"bytes", result.contents.size()},
                         {"notes", result.notes}});
    return;
  }
  for (const std::string& line : result.notes) {
    note(console, line);
  }
  console.out << request.output.string() << '\n';
}

}  // namespace

void add_export_command(Command program, const Console& console) {
  const auto request = std::make_shared<ExportRequest>();
  const Command command = program.add_command(
      "export",
      "Write a model or a run in another format\n"
      "What a format cannot hold is named in a note. Files of the formats nir and hdf5 that are "
      "made from a model hold all of it: `rheobase import` gives it back.");
  command.examples(kExportExamples);
  command
      .add_files("FILE", request->files,
                 "Model file (.mat), or run files from `simulate` (several for nwb)")
      .required();
  command.add_file("-o,--output", request->output, "Where to write").required();
  add_choice(command, "--format", request->format, format_names(), format_help()).required();
  add_choice(command, "--profile", request->options.profile, {"exact", "portable"},
             "nir: the synapse as it is, or as the one unit with a synapse that most programs know")
      .group("NIR");
  command
      .add_flag("--shift-voltages", request->options.shift_voltages,
                "nir: count voltages from the reset, which becomes 0, as some programs want it")
      .group("NIR");
  add_number(command, "--scaling", request->scaling, kNonNegative, "",
             "nir: scaling factor s = 1/lambda of the network; 0: the one in the file")
      .group("NIR");
  add_text(command, "--table", request->options.table, "NAME",
           "csv: spikes, output, rates or voltage of a run; units, weights or scaling of a model "
           "(default: the first)")
      .group("CSV");
  add_json(command, request->json);
  command.action([request, command, &console] { run_export(*request, command, console); });
}

}  // namespace rheobase::cli
