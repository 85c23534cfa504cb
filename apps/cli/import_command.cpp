#include <memory>

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
};

constexpr const char* kImportExamples =
    "Examples:\n"
    "  rheobase import model.nir -o model.mat\n"
    "  rheobase import model.h5 -o model.mat";

void run_import(const ImportRequest& request, const Console& console) {
  check_output("--output", request.output, {request.file});
  io::write_model(request.output, io::read_model_state(request.file));
  console.out << request.output.string() << '\n';
}

}  // namespace

void add_import_command(Command program, const Console& console) {
  const auto request = std::make_shared<ImportRequest>();
  const Command command = program.add_command(
      "import",
      "The model that `export` put into another format\n"
      "Reads the group /rheobase of a NIR or HDF5 file, which holds every field of the model: the "
      "model file is the same again.");
  command.examples(kImportExamples);
  command.add_file("FILE", request->file, "A file from `export --format nir` or `hdf5`").required();
  command.add_file("-o,--output", request->output, "Where to write the model (.mat)").required();
  command.action([request, &console] { run_import(*request, console); });
}

}  // namespace rheobase::cli
