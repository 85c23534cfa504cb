#include <cmath>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "apps/cli/interrupt.hpp"
#include "apps/cli/json_output.hpp"
#include "apps/cli/motif/motif_commands.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/cli/text_table.hpp"
#include "apps/cli/value_syntax.hpp"
#include "core/error.hpp"
#include "io/mat/motif_file.hpp"

namespace rheobase::cli {

namespace {

struct MotifChainRequest {
  rate::MotifEvaluationOptions options;
  std::filesystem::path library, output, trial;
  std::string chain, fractions;
  std::optional<double> spread, noise;
  int random = 0;
  bool json = false;
};

struct PlayedLink {
  std::string name;
  double rmse = 0.0;
};

std::vector<rate::ChainLink> links_of(const MotifChainRequest& request,
                                      const rate::MotifLibrary& library) {
  if (request.random > 0) {
    return rate::random_chain(library, request.random, request.options.seed);
  }
  std::vector<rate::ChainLink> links;
  for (const std::size_t motif : motifs_named(library, "--chain", request.chain)) {
    links.push_back({motif});
  }
  return links;
}

/// Plays one chain and writes its network and trial.
std::vector<PlayedLink> play(const MotifChainRequest& request, const rate::MotifLibrary& library,
                             const Console& console) {
  const std::vector<rate::ChainLink> links = links_of(request, library);
  const rate::MotifEvaluationOptions& options = request.options;
  const Eigen::VectorXd output = rate::play_chain(
      library, links, rate::random_start(library.units(), options.initial_std, options.seed, 0),
      {options.noise, options.seed, 0});
  const rate::MotifChain chain = rate::chain_of(library, links);
  std::vector<PlayedLink> played;
  for (std::size_t i = 0; i < links.size(); ++i) {
    const rate::Motif& motif = library.motifs[links[i].motif];
    const Eigen::VectorXd error =
        output.segment(chain.start[i], motif.length()) - motif.target.samples;
    played.push_back(
        {motif.name(), std::sqrt(error.squaredNorm() / static_cast<double>(motif.length()))});
  }
  if (!request.output.empty()) {
    save_result(request.output, [&](const std::filesystem::path& path) {
      io::write_chain_network(path, chain, with_seed(console.command_line, request.options.seed));
    });
  }
  if (!request.trial.empty()) {
    save_result(request.trial,
                [&](const std::filesystem::path& path) { io::write_chain_trial(path, chain); });
  }
  return played;
}

void check_chain_request(const MotifChainRequest& request) {
  const bool one = !request.chain.empty() || request.random > 0;
  if (!request.chain.empty() && request.random > 0) {
    throw InputError("--random", "", "--chain beside it", "must be given alone");
  }
  for (const auto& [option, path] :
       {std::pair{"--output", &request.output}, std::pair{"--trial", &request.trial}}) {
    if (path->empty()) {
      continue;
    }
    if (!one) {
      throw InputError(option, "", "neither --chain nor --random", "must be given with one");
    }
    check_output(option, *path, {request.library});
  }
  if (!request.output.empty() && same_file(request.output, request.trial)) {
    throw InputError("--trial", request.trial.string(), "the name of the output",
                     "must be another");
  }
}

/// What is printed, as text and as JSON.
struct ChainReport {
  std::string text;
  Json json;
};

void report_chain(const std::vector<PlayedLink>& played, ChainReport& report) {
  TextTable table({"motif", "RMSE"});
  Json list = Json::array();
  for (const PlayedLink& link : played) {
    table.add_row({link.name, fmt::format("{:.4f}", link.rmse)});
    list.push_back({{"name", link.name}, {"rmse", link.rmse}});
  }
  report.json["chain"] = list;
  report.text += table.text();
}

void report_scores(const rate::MotifLibrary& library, const rate::MotifScores& scores,
                   ChainReport& report) {
  report.text += scores_table(library, scores);
  report.json["rmse_random"] = std::vector<double>(scores.random.begin(), scores.random.end());
  report.json["end_std"] = scores.end_std;
  if (library.motifs.size() > 1) {
    report.json["rmse_others"] = std::vector<double>(scores.others.begin(), scores.others.end());
    report.json["p_value"] = scores.difference.p_value;
    report.text +=
        fmt::format("\nsigned-rank test over motifs  p = {:.3g}\n", scores.difference.p_value);
  }
  report.text += fmt::format("standard deviation of end states  {:.2f}\n", scores.end_std);
}

void report_interrupted(const std::vector<double>& fractions, const Eigen::MatrixXd& errors,
                        ChainReport& report) {
  TextTable table({"left after", "RMSE of the next motif"});
  Json list = Json::array();
  for (std::size_t i = 0; i < fractions.size(); ++i) {
    const double mean = errors.col(static_cast<Eigen::Index>(i)).mean();
    table.add_row({fmt::format("{:.0f} %", 100.0 * fractions[i]), fmt::format("{:.4f}", mean)});
    list.push_back({{"fraction", fractions[i]}, {"rmse", mean}});
  }
  report.json["interrupted"] = list;
  report.text += '\n' + table.text();
}

void run_motif_chain(MotifChainRequest request, const Console& console) {
  check_chain_request(request);
  const rate::MotifLibrary library = io::read_motif_library(request.library).library;
  request.options.initial_std = request.spread.value_or(library.options.initial_std);
  request.options.noise = request.noise.value_or(library.options.noise);
  const InterruptGuard guard;
  ChainReport report;
  report.json = {{"library", request.library.string()}, {"seed", request.options.seed}};
  if (!request.chain.empty() || request.random > 0) {
    report_chain(play(request, library, console), report);
  } else {
    ProgressBar bar(console, "motifs");
    report_scores(library, rate::evaluate_motifs(library, request.options, bar.control(guard)),
                  report);
  }
  if (!request.fractions.empty()) {
    const std::vector<double> fractions = parse_grid("--fractions", request.fractions);
    ProgressBar bar(console, "interrupted motifs");
    report_interrupted(
        fractions,
        rate::evaluate_interrupted(library, fractions, request.options, bar.control(guard)),
        report);
  }
  if (request.json) {
    print_json(console, report.json);
  } else {
    console.out << report.text;
  }
}

}  // namespace

void add_motif_chain_command(Command group, const Console& console) {
  const auto request = std::make_shared<MotifChainRequest>();
  const Command command = group.add_command(
      "chain",
      "Play chains of motifs, or measure the errors of all transitions\n"
      "Without --chain and --random: root mean square error of every motif from random states and "
      "after every other motif. With one of them: one chain, which --output writes as a rate "
      "network "
      "and --trial as its trial for the task `file`.");
  command.examples(
      "Examples:\n"
      "  rheobase motif chain library.mat\n"
      "  rheobase motif chain library.mat --std 1.2 --fractions 0.5,0.7,1\n"
      "  rheobase motif chain library.mat --chain step1,step3,step1 -o chain.mat\n"
      "      --trial trial.mat\n"
      "  rheobase eval chain.mat --task file --trials-file trial.mat");
  command.add_file("LIBRARY", request->library, "Library of motifs (.mat)").required();
  add_text(command, "--chain", request->chain, "NAME,...", "Motifs to play, in order");
  add_integer(command, "--random", request->random, {1.0, 10000.0},
              "Play this many motifs drawn at random");
  add_text(command, "--fractions", request->fractions, "LIST",
           "Also leave the first motif after these fractions of its length (0.5,0.7,1)");
  add_integer(command, "--trials", request->options.trials, {1.0, 1000.0},
              "Trials from random states, of every motif");
  add_optional_number(command, "--std", request->spread, {0.0, 1e3},
                      "Standard deviation of random states", {}, "the library's");
  add_optional_number(command, "--rate-noise", request->noise, {0.0, 1e3},
                      "Noise of a unit in a step", {}, "the library's");
  command.add_file("-o,--output", request->output, "Write the chain as a rate network (.mat)");
  command.add_file("--trial", request->trial, "Write the chain's inputs and target (.mat)");
  add_seed(command, request->options.seed);
  add_threads(command, request->options.threads);
  add_json(command, request->json);
  command.action([request, &console] { run_motif_chain(*request, console); });
}

}  // namespace rheobase::cli
