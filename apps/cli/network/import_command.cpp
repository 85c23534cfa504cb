#include <memory>

#include "apps/cli/json_output.hpp"
#include "apps/cli/network/network_commands.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/value_syntax.hpp"
#include "core/error.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/network/template_import.hpp"
#include "io/network/toml_document.hpp"
#include "network/value_checks.hpp"

namespace rheobase::cli {

namespace {

struct NetworkImportRequest {
  std::filesystem::path file, output;
  std::string names;
  int size = 1;
  io::TemplateImportOptions options;
  bool json = false;
};

void run_network_import(NetworkImportRequest request, const Console& console) {
  if (request.output.extension() != ".toml") {
    throw InputError("--output", request.output.string(), "another extension", "must be .toml");
  }
  check_output(console, "--output", request.output, {request.file});
  if (!request.names.empty()) {
    request.options.templates = split(request.names, ',');
  }
  request.options.size = request.size;
  const io::ImportedTemplates made = io::import_templates(request.file, request.options);
  io::write_atomically(request.output, "# Made by: " + io::one_line(console.command_line) + "\n" +
                                           io::write_toml(made.document));
  if (request.json) {
    print_json(console, {{"command", console.command_line},
                         {"output", request.output.string()},
                         {"imported", made.imported},
                         {"left_out", made.left_out}});
    return;
  }
  for (const std::string& line : made.left_out) {
    note(console, "left out: " + line);
  }
  console.out << request.output.string() << ": " << joined(made.imported, ", ") << '\n';
}

}  // namespace

void add_network_import_command(Command group, const Console& console) {
  const auto request = std::make_shared<NetworkImportRequest>();
  const Command command = group.add_command(
      "import",
      "Make a network file from node and operator templates of RectiPy or PyRates (YAML)\n"
      "A population with equations is made of every template; what does not fit is named. An input "
      "`spike` becomes jumps of the variables at spikes, which are crossings of --threshold.");
  command.examples(
      "Examples:\n"
      "  rheobase network import qif.yaml -o qif.toml\n"
      "  rheobase network import ik.yaml --threshold 40 --reset=-60 -o ik.toml");
  command.add_file("FILE", request->file, "Templates (.yaml)").required();
  command.add_file("-o,--output", request->output, "Where to write the network (.toml)").required();
  add_text(command, "--templates", request->names, "NAMES",
           "Templates, such as qif,qif_sfa (default: all of the file)");
  add_integer(command, "--size", request->size, {1.0, 1e8}, "Units of each population");
  add_number(command, "--step", request->options.step, network::kStepRange, "",
             "Step of the network");
  add_choice(command, "--time-unit", request->options.time_unit, {"us", "ms", "s", "min", "h"},
             "Unit of time of the templates (default: not said)");
  add_text(command, "--spike-variable", request->options.spike_variable, "NAME",
           "Variable whose crossing of the threshold is a spike");
  add_number(command, "--threshold", request->options.threshold, {}, "", "A spike at or above");
  add_number(command, "--reset", request->options.reset, {}, "", "Value after a spike");
  add_json(command, request->json);
  command.action([request, &console] { run_network_import(*request, console); });
}

}  // namespace rheobase::cli
