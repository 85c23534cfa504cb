#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "apps/cli/interrupt.hpp"
#include "apps/cli/network/network_commands.hpp"
#include "apps/cli/network/network_summary.hpp"
#include "apps/cli/network/state_output.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/cli/text_format.hpp"
#include "core/error.hpp"
#include "io/network/fitted_network.hpp"
#include "io/network/network_run_file.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;

struct NetworkFitRequest {
  fs::path file, output, state, save_state;
  bool json = false;
};

/// Fits in place; the losses so far are in `outcome` when it throws.
void fit_network(const io::FitPlan& plan, network::Network& network, network::NetworkState& state,
                 io::FitOutcome& outcome, const RunControl& control) {
  if (plan.method == io::FitMethod::ridge) {
    const network::RidgeFit fit =
        network::fit_ridge(network, state, plan.inputs, plan.targets, plan.ridge, control);
    outcome.loss = Eigen::VectorXd::Constant(1, fit.loss);
    outcome.r_squared = fit.r_squared;
    return;
  }
  if (plan.method == io::FitMethod::rls) {
    network::RlsFit fit;
    const auto keep = [&] {
      outcome.loss = fit.loss;
      outcome.r_squared = fit.r_squared;
    };
    try {
      network::fit_rls_into(fit, network, state, plan.inputs, plan.targets, plan.rls, control);
    } catch (...) {
      keep();
      throw;
    }
    keep();
    return;
  }
  network::BpttFit fit;
  const auto keep = [&] {
    outcome.loss = Eigen::Map<const Eigen::VectorXd>(fit.losses.data(),
                                                     static_cast<Eigen::Index>(fit.losses.size()));
    outcome.r_squared = fit.r_squared;
  };
  try {
    network::fit_bptt_into(fit, network, state, plan.inputs, plan.targets, plan.bptt, control);
  } catch (...) {
    keep();
    throw;
  }
  keep();
}

/// Mean of the losses of the first tenth of the updates, or the last. That of a single update of an
/// online method is chance: it is 0 where the target begins at 0.
double mean_of_tenth(const Eigen::VectorXd& losses, bool first) {
  const Eigen::Index count = std::max<Eigen::Index>(1, losses.size() / 10);
  return first ? losses.head(count).mean() : losses.tail(count).mean();
}

/// "0.98", of several outputs "0.98, 0.42"; "-" where a target does not vary.
std::string r_squared_text(const Eigen::VectorXd& r_squared) {
  constexpr Eigen::Index kMost = 12;
  std::vector<std::string> numbers;
  for (const double value : r_squared.head(std::min(kMost, r_squared.size()))) {
    numbers.push_back(std::isfinite(value) ? short_number(value) : "-");
  }
  return joined(numbers, ", ") + (r_squared.size() > kMost
                                      ? fmt::format(", ... ({} in all, mean {})", r_squared.size(),
                                                    short_number(r_squared.mean()))
                                      : "");
}

Json r_squared_json(const Eigen::VectorXd& r_squared) {
  Json json = Json::array();
  for (const double value : r_squared) {
    json.push_back(std::isfinite(value) ? Json(value) : Json());
  }
  return json;
}

void print_fit(const NetworkFitRequest& request, const io::NetworkFile& file,
               const network::Network& network, const io::FitOutcome& outcome, double seconds,
               const Console& console) {
  const Eigen::Index updates = outcome.loss.size();
  if (request.json) {
    Json json{{"command", console.command_line},
              {"output", request.output.string()},
              {"numbers", io::numbers_beside(request.output).string()},
              {"method", to_word(file.fit->method)},
              {"updates", updates},
              {"seconds", seconds}};
    json["first_loss"] = mean_of_tenth(outcome.loss, true);
    json["last_loss"] = mean_of_tenth(outcome.loss, false);
    json["r_squared"] = r_squared_json(outcome.r_squared);
    print_json(console, json);
    return;
  }
  Summary summary;
  summary.add("network", file.title.empty() ? file.name : file.title);
  add_plans(summary, file, network);
  if (file.fit->method == io::FitMethod::ridge) {
    summary.add("loss", short_number(outcome.loss[0]) + " (mean squared error)");
  } else {
    summary.add("updates", std::to_string(updates));
    summary.add("loss", fmt::format("{} in the first tenth of the updates, {} in the last",
                                    short_number(mean_of_tenth(outcome.loss, true)),
                                    short_number(mean_of_tenth(outcome.loss, false))));
  }
  if (outcome.r_squared.size() > 0) {
    summary.add("R^2", r_squared_text(outcome.r_squared));
  }
  summary.add("time", seconds_text(seconds));
  summary.add("saved", fmt::format("{}, {}", request.output.string(),
                                   io::numbers_beside(request.output).string()));
  if (!request.save_state.empty()) {
    summary.add("state", request.save_state.string());
  }
  console.out << summary.text();
}

void check_fit_outputs(const NetworkFitRequest& request, const io::NetworkFile& file,
                       const Console& console) {
  if (request.output.extension() != ".toml") {
    throw InputError("--output", request.output.string(), "another extension", "must be .toml");
  }
  const std::vector<fs::path> numbers = io::files_of_numbers(file, request.file.parent_path());
  const fs::path beside = io::numbers_beside(request.output);
  check_network_output(console, "--output", request.output, numbers, {request.file, request.state});
  check_network_output(console, "--output", beside, numbers, {request.state});
  if (fs::exists(beside) && !io::holds_fitted_numbers(beside)) {
    throw InputError("--output", request.output.string(),
                     fmt::format("{}, which no fit wrote", beside.string()),
                     "must be another name: the fitted numbers go beside it, to NAME.mat");
  }
  if (!request.save_state.empty()) {
    std::vector<fs::path> inputs = numbers;
    inputs.push_back(request.file);
    check_state_output(console, request.save_state, request.state, inputs,
                       {request.output, io::numbers_beside(request.output)});
  }
}

void run_network_fit(const NetworkFitRequest& request, const Console& console) {
  const io::NetworkFile file = io::read_network_file(request.file);
  if (!file.fit) {
    throw InputError(file.name, "", "no table [fit]",
                     "must have one; see rheobase network new --example ridge");
  }
  network::Network network = io::build_network(file);
  check_fit_outputs(request, file, console);
  note_doubts(file, network, "euler", console);
  network::NetworkState state = request.state.empty()
                                    ? network::initial_state(network)
                                    : io::read_network_state(request.state, network);
  io::FitOutcome outcome;
  const auto save = [&] {
    std::vector<ResultFile> results{{request.output, [&](const fs::path& path) {
                                       io::write_fitted_network(path, file, network, outcome,
                                                                console.command_line);
                                     }}};
    if (!request.save_state.empty()) {
      results.push_back({request.save_state, [&](const fs::path& path) {
                           io::write_network_state(path, state, console.command_line);
                         }});
    }
    save_results(results);
  };
  const auto start = std::chrono::steady_clock::now();
  try {
    const InterruptGuard guard;
    ProgressBar bar(console, "fitting");
    io::at_places(file,
                  [&] { fit_network(*file.fit, network, state, outcome, bar.control(guard)); });
  } catch (const Cancelled& stop) {
    outcome.complete = false;
    if (file.fit->method == io::FitMethod::ridge || outcome.loss.size() == 0) {
      throw;
    }
    save();
    throw Cancelled(
        fmt::format("{}; the network as fitted so far is in {}, which another fit goes "
                    "on from",
                    stop.what(), request.output.string()));
  } catch (const NonFiniteError& error) {
    throw InputError(file.name, "fit", error.what(),
                     "must stay finite: a smaller step, learning rate or weights may help");
  }
  save();
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  print_fit(request, file, network, outcome, seconds, console);
}

}  // namespace

void add_network_fit_command(Command group, const Console& console) {
  const auto request = std::make_shared<NetworkFitRequest>();
  const Command command = group.add_command(
      "fit",
      "Fit a network as its table [fit] says: ridge, rls or bptt\n"
      "Writes a network file with the fitted numbers beside it (NAME.mat), which run and, but for "
      "those of ridge, another fit take. Ctrl-C keeps what was learnt so far.");
  command.examples(
      "Examples:\n"
      "  rheobase network new net.toml --example bptt\n"
      "  rheobase network fit net.toml -o fitted.toml\n"
      "  rheobase network run fitted.toml -o run.mat");
  command.add_file("FILE", request->file, "Network file (.toml) with a table [fit]").required();
  command.add_file("-o,--output", request->output, "Where to write the fitted network (.toml)")
      .required();
  command.add_file("--state", request->state, "Begin at this state (default: initial values)");
  command.add_file("--save-state", request->save_state,
                   "Where to write the state at the end (.mat)");
  add_json(command, request->json);
  command.action([request, &console] { run_network_fit(*request, console); });
}

}  // namespace rheobase::cli
