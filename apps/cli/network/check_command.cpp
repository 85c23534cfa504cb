#include <memory>

#include <fmt/format.h>

#include "apps/cli/network/network_commands.hpp"
#include "apps/cli/network/network_summary.hpp"
#include "apps/cli/option.hpp"
#include "core/counted.hpp"

namespace rheobase::cli {

namespace {

struct NetworkCheckRequest {
  std::filesystem::path file;
  bool json = false;
};

void run_network_check(const NetworkCheckRequest& request, const Console& console) {
  const io::NetworkFile file = io::read_network_file(request.file);
  const network::Network network = io::build_network(file);
  note_doubts(file, network, file.run.solver, console);
  if (request.json) {
    print_json(console, network_json(file, network));
    return;
  }
  std::size_t units = 0;
  for (const network::NetworkPopulation& population : network.populations()) {
    units += population.size;
  }
  console.out << fmt::format("{}: good; {} of {} in all, {}, {}\n", file.name,
                             counted(network.populations().size(), "population"),
                             counted(units, "unit"), counted(network.nodes().size(), "node"),
                             counted(network.edges().size(), "edge"));
}

}  // namespace

void add_network_check_command(Command group, const Console& console) {
  const auto request = std::make_shared<NetworkCheckRequest>();
  const Command command = group.add_command(
      "check", "Say whether a network file is good, or what is wrong in which line and column");
  command.examples("Examples:\n  rheobase network check net.toml");
  command.add_file("FILE", request->file, "Network file (.toml)").required();
  add_json(command, request->json);
  command.action([request, &console] { run_network_check(*request, console); });
}

}  // namespace rheobase::cli
