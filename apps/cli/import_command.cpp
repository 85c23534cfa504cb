#include <memory>
#include <optional>

#include "apps/cli/option.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/subcommands.hpp"
#include "io/exchange/model_state.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;

struct ImportRequest {
  fs::path file;
  fs::path output;
  std::optional<double> spike_step_ms;
};

constexpr const char* kImportExamples =
    "Examples:\n"
    "  rheobase import model.nir -o model.mat\n"
    "  rheobase import model.h5 -o model.mat\n"
    "  rheobase import norse.nir --spike-step 1 -o norse.mat";

void run_import(const ImportRequest& request, const Console& console) {
  check_output(console, "--output", request.output, {request.file});
  const io::ImportedModel model = io::import_model(request.file, request.spike_step_ms);
  io::write_imported(request.output, model);
  for (const std::string& line : model.notes) {
    note(console, line);
  }
  console.out << request.output.string() << '\n';
}

}  // namespace

void add_import_command(Command program, const Console& console) {
  const auto request = std::make_shared<ImportRequest>();
  const Command command = program.add_command(
      "import",
      "A model from another format\n"
      "A NIR or HDF5 file from `export` holds every field of the model in the group /rheobase: the "
      "model file is the same again, with the fields that this program does not know. Of other NIR "
      "graphs comes a spiking network to simulate, where one population of LIF or CubaLIF neurons "
      "with Affine, Linear and LI nodes says all of it; what cannot be taken is named.");
  command.examples(kImportExamples);
  command.add_file("FILE", request->file, "A NIR graph, or a file from `export --format hdf5`")
      .required();
  command.add_file("-o,--output", request->output, "Where to write the model (.mat)").required();
  add_optional_number(
      command, "--spike-step", request->spike_step_ms, kNonNegative,
      "Of a NIR graph without /rheobase: its weights count a spike as 1 in a step of this length; "
      "0: as a pulse of area 1, as NIR defines it",
      "ms", "as the graph's metadata say, else 0");
  command.action([request, &console] { run_import(*request, console); });
}

}  // namespace rheobase::cli
