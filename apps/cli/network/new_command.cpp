#include <memory>

#include "apps/cli/network/example_networks.hpp"
#include "apps/cli/network/network_commands.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/text_table.hpp"
#include "core/error.hpp"
#include "io/mat/atomic_file.hpp"

namespace rheobase::cli {

namespace {

struct NetworkNewRequest {
  std::filesystem::path output;
  std::string example = "rate";
};

void run_network_new(const NetworkNewRequest& request, const Console& console) {
  for (const ExampleNetwork& example : example_networks()) {
    if (example.name != request.example) {
      continue;
    }
    if (request.output.empty()) {
      console.out << example.text;
      return;
    }
    if (request.output.extension() != ".toml") {
      throw InputError("FILE", request.output.string(), "another extension", "must be .toml");
    }
    if (std::filesystem::exists(request.output)) {
      throw InputError("FILE", request.output.string(), "a file", "must be a new one");
    }
    check_output(console, "FILE", request.output);
    io::write_atomically(request.output, example.text);
    console.out << saved_text(request.output);
  }
}

}  // namespace

void add_network_new_command(Command group, const Console& console) {
  const auto request = std::make_shared<NetworkNewRequest>();
  const Command command =
      group.add_command("new", "Write a commented network file that runs as it is");
  command.examples(
      "Examples:\n"
      "  rheobase network new net.toml\n"
      "  rheobase network new spiking.toml --example spiking\n"
      "  rheobase network new --example bptt");
  command.add_file("FILE", request->output, "New file (.toml; default: to the terminal)");
  std::vector<std::string> names;
  std::string help = "What to begin with:";
  for (const ExampleNetwork& example : example_networks()) {
    help += (names.empty() ? " " : "; ") + example.name + ": " + example.help;
    names.push_back(example.name);
  }
  add_choice(command, "--example", request->example, names, help);
  command.action([request, &console] { run_network_new(*request, console); });
}

}  // namespace rheobase::cli
