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
void check_options(const ExportRequest& request, const CLI::App& app) {
  for (const auto& [option, format] :
       {std::pair{"--profile", "nir"}, std::pair{"--shift-voltages", "nir"},
        std::pair{"--scaling", "nir"}, std::pair{"--table", "csv"}}) {
    if (app.get_option(option)->count() > 0 && request.format != format) {
      throw InputError(option, "", "--format " + request.format,
                       fmt::format("must come with --format {}", format));
    }
  }
}

void run_export(ExportRequest request, const CLI::App& app, const Console& console) {
  check_options(request, app);
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

void add_export_command(CLI::App& program, const Console& console) {
  const auto request = std::make_shared<ExportRequest>();
  CLI::App& app = *program.add_subcommand(
      "export",
      "Write a model or a run in another format\n"
      "What a format cannot hold is named in a note. Files of the formats nir and hdf5 that are "
      "made from a model hold all of it: `rheobase import` gives it back.");
  app.footer(kExportExamples);
  app.add_option("FILE", request->files,
                 "Model file (.mat), or run files from `simulate` (several for nwb)")
      ->required();
  app.add_option("-o,--output", request->output, "Where to write")->type_name("FILE")->required();
  add_choice(app, "--format", request->format, format_names(), format_help())->required();
  add_choice(app, "--profile", request->options.profile, {"exact", "portable"},
             "nir: the synapse as it is, or as the one unit with a synapse that most programs know")
      ->group("NIR");
  app.add_flag("--shift-voltages", request->options.shift_voltages,
               "nir: count voltages from the reset, which becomes 0, as some programs want it")
      ->group("NIR");
  add_number(app, "--scaling", request->scaling, kNonNegative, "",
             "nir: scaling factor s = 1/lambda of the network; 0: the one in the file")
      ->group("NIR");
  add_text(app, "--table", request->options.table, "NAME",
           "csv: spikes, output, rates or voltage of a run; units, weights or scaling of a model "
           "(default: the first)")
      ->group("CSV");
  add_json(app, request->json);
  app.callback([request, &app, &console] { run_export(*request, app, console); });
}

}  // namespace rheobase::cli
