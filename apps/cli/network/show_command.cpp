#include <memory>

#include "apps/cli/network/equation_text.hpp"
#include "apps/cli/network/network_commands.hpp"
#include "apps/cli/network/network_summary.hpp"
#include "apps/cli/option.hpp"
#include "network/neuron_template.hpp"

namespace rheobase::cli {

namespace {

struct NetworkShowRequest {
  std::filesystem::path file;
  bool equations = false;
  bool json = false;
};

void run_network_show(const NetworkShowRequest& request, const Console& console) {
  const io::NetworkFile file = io::read_network_file(request.file);
  const network::Network network = io::build_network(file);
  if (request.json) {
    print_json(console, network_json(file, network));
    return;
  }
  Summary summary;
  summary.add("network", file.title.empty() ? file.name : file.title);
  summary.add("step", time_text(network.step(), network.time_unit()));
  add_plans(summary, file, network);
  console.out << summary.text() << '\n' << network_text(file, network);
  if (!request.equations) {
    return;
  }
  for (const network::Population& population : file.spec.populations) {
    const std::string text = population.model.empty()
                                 ? population.equations
                                 : network::neuron_template_named(population.model).text;
    console.out << '\n' << population.name << ":\n" << equations_of_text(text);
  }
}

}  // namespace

void add_network_show_command(Command group, const Console& console) {
  const auto request = std::make_shared<NetworkShowRequest>();
  const Command command = group.add_command(
      "show", "Show what a network file holds: populations, edges, inputs, plans");
  command.examples("Examples:\n  rheobase network show net.toml --equations");
  command.add_file("FILE", request->file, "Network file (.toml)").required();
  command.add_flag("--equations", request->equations, "The equations of every population too");
  add_json(command, request->json);
  command.action([request, &console] { run_network_show(*request, console); });
}

}  // namespace rheobase::cli
