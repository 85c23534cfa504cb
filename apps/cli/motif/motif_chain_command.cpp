#include <array>
#include <cmath>
#include <functional>
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
#include "apps/report/chart.hpp"
#include "apps/report/motif_picture.hpp"
#include "core/analysis/signed_rank.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "io/mat/linear_motif_file.hpp"
#include "io/mat/motif_file.hpp"
#include "rate/learning/motif/linear_evaluation.hpp"

namespace rheobase::cli {

namespace {

struct MotifChainRequest {
  rate::MotifEvaluationOptions options;
  std::filesystem::path library, output, trial, plot;
  std::string chain, fraction_list;
  std::vector<double> fractions;  ///< those of the list
  std::optional<double> spread, noise;
  int random = 0;
  bool json = false;
};

struct PlayedLink {
  std::string name;
  double rmse = 0.0;
};

/// A chain as it was played, and what its figure shows.
struct PlayedChain {
  std::vector<PlayedLink> links;
  report::ChainFigure figure;
};

/// Motif numbers of --chain or --random. `index_of` finds a name among `motifs`.
std::vector<std::size_t> chosen_links(
    const MotifChainRequest& request, std::size_t motifs,
    const std::function<std::size_t(const std::string&)>& index_of) {
  std::vector<std::size_t> links;
  if (request.random > 0) {
    for (const rate::ChainLink& link :
         rate::random_chain(motifs, request.random, request.options.seed)) {
      links.push_back(link.motif);
    }
    return links;
  }
  for (const std::string& name : split(request.chain, ',')) {
    links.push_back(index_of(name));
  }
  return links;
}

/// Adds a motif that begins at `start`.
void add_played(const rate::MotifTarget& target, Eigen::Index start, PlayedChain& played) {
  const Eigen::Index samples = target.samples.size();
  const double squares =
      (played.figure.output.segment(start, samples) - target.samples).squaredNorm();
  played.links.push_back({target.name, std::sqrt(squares / static_cast<double>(samples))});
  played.figure.names.push_back(target.name);
  played.figure.start.push_back(start);
}

/// The chain as a network and a trial that other commands play as this one does.
rate::MotifChain chain_to_play(const MotifChainRequest& request, const rate::MotifLibrary& library,
                               const std::vector<rate::ChainLink>& links) {
  const std::size_t most = io::longest_chain(library.definition());
  if (!request.output.empty() && links.size() > most) {
    throw InputError(
        "--output", request.output.string(), "a chain of " + counted(links.size(), "motif"),
        fmt::format("must be of at most {} for architecture '{}': a file holds so many "
                    "loops of low rank",
                    most, library.definition().name));
  }
  rate::MotifChain chain = rate::chain_of(library, links);
  chain.network.noise.factor = request.options.noise;
  chain.network.initial.scale = request.options.initial_std;
  return chain;
}

/// Plays one chain and writes its network and trial.
PlayedChain play(const MotifChainRequest& request, const rate::MotifLibrary& library,
                 const Console& console) {
  std::vector<rate::ChainLink> links;
  for (const std::size_t motif :
       chosen_links(request, library.motifs.size(),
                    [&](const std::string& name) { return library.index_of(name, "--chain"); })) {
    links.push_back({motif});
  }
  const rate::MotifEvaluationOptions& options = request.options;
  const rate::MotifChain chain = chain_to_play(request, library, links);
  rate::ChainRun run = [&] {
    const InterruptGuard guard;
    ProgressBar bar(console, "motifs");
    return rate::play_chain(
        library, links, rate::random_start(library.units(), options.initial_std, options.seed, 0),
        {options.noise, options.seed, 0, options.spike_noise}, bar.control(guard));
  }();
  PlayedChain played;
  played.figure.step_tau = library.options.step_tau;
  played.figure.output = std::move(run.output);
  played.figure.norm = std::move(run.norm);
  played.figure.target = chain.target.row(0);
  for (std::size_t i = 0; i < links.size(); ++i) {
    add_played(library.motifs[links[i].motif].target, chain.start[i], played);
  }
  std::vector<ResultFile> results;
  if (!request.output.empty()) {
    results.push_back({request.output, [&](const std::filesystem::path& path) {
                         io::write_chain_network(
                             path, chain, with_seed(console.command_line, request.options.seed));
                       }});
  }
  if (!request.trial.empty()) {
    results.push_back({request.trial, [&](const std::filesystem::path& path) {
                         io::write_chain_trial(path, chain);
                       }});
  }
  save_results(results);
  return played;
}

std::size_t linear_index_of(const rate::LinearModel& model, const std::string& name) {
  std::string known;
  for (std::size_t k = 0; k < model.motifs.size(); ++k) {
    if (model.motifs[k].target.name == name) {
      return k;
    }
    known += (k == 0 ? "" : ", ") + model.motifs[k].target.name;
  }
  throw InputError("--chain", "motif", fmt::format("'{}'", name), "must be one of " + known);
}

/// A chain of the linear model: preparation, which has no target, before every motif.
PlayedChain play_linear(const MotifChainRequest& request, const rate::LinearModel& model) {
  const std::vector<std::size_t> links =
      chosen_links(request, model.motifs.size(),
                   [&](const std::string& name) { return linear_index_of(model, name); });
  const rate::LinearRun run = rate::play_linear_chain(
      model, links,
      rate::random_start(model.a.rows(), request.options.initial_std, request.options.seed, 0));
  const Eigen::Index prepared = rate::preparation_steps(model);
  PlayedChain played;
  played.figure.step_tau = model.options.step_tau;
  played.figure.norm_name = "|x|";
  const Eigen::Index steps = run.y.size() - 1;  // the last state begins no step
  played.figure.output = run.y.head(steps);
  played.figure.norm = run.norm.head(steps);
  played.figure.target = Eigen::VectorXd::Constant(steps, std::nan(""));
  Eigen::Index start = 0;
  for (const std::size_t link : links) {
    const rate::MotifTarget& target = model.motifs[link].target;
    start += prepared;
    played.figure.target.segment(start, target.samples.size()) = target.samples;
    add_played(target, start, played);
    start += target.samples.size();
  }
  return played;
}

void check_fractions(MotifChainRequest& request) {
  if (!request.fraction_list.empty()) {
    request.fractions = parse_grid("--fractions", request.fraction_list);
  }
  for (const double fraction : request.fractions) {
    if (fraction > 1.0) {
      throw InputError("--fractions", "", fmt::format("{:g}", fraction),
                       "must be above 0 and at most 1");
    }
  }
}

void check_chain_request(MotifChainRequest& request, Command command, const Console& console) {
  const bool one = !request.chain.empty() || request.random > 0;
  check_fractions(request);
  if (!request.plot.empty()) {
    report::require_chart_name(request.plot);
  }
  if (!request.chain.empty() && request.random > 0) {
    throw InputError("--random", "", "--chain beside it", "must be given alone");
  }
  for (const char* of_all : {"--fractions", "--trials"}) {
    if (one && command.given(of_all)) {
      throw InputError(of_all, "", "--chain or --random beside it",
                       "must be left out: it is of the errors of all transitions");
    }
  }
  const std::array outputs{std::pair{"--output", &request.output},
                           std::pair{"--trial", &request.trial},
                           std::pair{"--plot", &request.plot}};
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const auto& [option, path] = outputs[i];
    if (path->empty()) {
      continue;
    }
    if (!one) {
      throw InputError(option, "", "neither --chain nor --random", "must be given with one");
    }
    check_output(console, option, *path, {request.library});
    for (std::size_t k = 0; k < i; ++k) {
      if (!outputs[k].second->empty() && same_file(*path, *outputs[k].second)) {
        throw InputError(option, path->string(), fmt::format("the name of {}", outputs[k].first),
                         "must be another");
      }
    }
  }
}

/// A linear model is no rate network, and has no noise.
void refuse_for_linear(const MotifChainRequest& request) {
  for (const auto& [option, given] :
       {std::pair{"--output", !request.output.empty()},
        std::pair{"--trial", !request.trial.empty()},
        std::pair{"--fractions", !request.fractions.empty()},
        std::pair{"--rate-noise", request.noise.has_value()},
        std::pair{"--spike-noise", request.options.spike_noise > 0.0}}) {
    if (given) {
      throw InputError(option, "", request.library.string() + ", a linear model",
                       "must be given with a library of motifs");
    }
  }
}

/// What is printed, as text and as JSON.
struct ChainReport {
  std::string text;
  Json json;
  std::optional<report::ChainFigure> figure = {};  ///< of one chain
};

void report_chain(const PlayedChain& played, ChainReport& report) {
  report.figure = played.figure;
  TextTable table({"motif", "RMSE"});
  Json list = Json::array();
  for (const PlayedLink& link : played.links) {
    table.add_row({link.name, fmt::format("{:.4f}", link.rmse)});
    list.push_back({{"name", link.name}, {"rmse", link.rmse}});
  }
  report.json["chain"] = list;
  report.text += table.text();
}

void report_scores(const std::vector<rate::MotifTarget>& targets, const rate::MotifScores& scores,
                   ChainReport& report) {
  report.text += scores_table(targets, scores);
  report.json["motifs"] = motifs_json(targets, scores);
  report.json["rmse_random"] = std::vector<double>(scores.random.begin(), scores.random.end());
  report.json["end_std"] = scores.end_std;
  if (targets.size() > 1) {
    report.json["rmse_others"] = std::vector<double>(scores.others.begin(), scores.others.end());
    report.json["p_value"] = scores.difference.p_value;
    report.text +=
        fmt::format("\nsigned-rank test over motifs  p = {:.3g}\n", scores.difference.p_value);
  }
  report.text += fmt::format("standard deviation of end states  {:.2f}\n", scores.end_std);
}

/// @param random  RMSE of every motif from random states, which its errors are tested against
void report_interrupted(const std::vector<double>& fractions, const Eigen::MatrixXd& errors,
                        const Eigen::VectorXd& random, ChainReport& report) {
  TextTable table({"left after", "RMSE of the next motif", "p"});
  Json list = Json::array();
  for (std::size_t i = 0; i < fractions.size(); ++i) {
    const Eigen::VectorXd next = errors.col(static_cast<Eigen::Index>(i));
    const auto motifs = static_cast<std::size_t>(next.size());
    const double p =
        analysis::signed_rank_test({next.data(), motifs}, {random.data(), motifs}).p_value;
    table.add_row({fmt::format("{:.0f} %", 100.0 * fractions[i]),
                   fmt::format("{:.4f}", next.mean()), fmt::format("{:.3g}", p)});
    list.push_back({{"fraction", fractions[i]},
                    {"rmse", next.mean()},
                    {"rmse_of_motifs", std::vector<double>(next.begin(), next.end())},
                    {"p_value", p}});
  }
  report.json["interrupted"] = list;
  report.text += '\n' + table.text();
}

void chain_linear(MotifChainRequest& request, const Console& console, ChainReport& report) {
  refuse_for_linear(request);
  const rate::LinearModel model = io::read_linear_model(request.library);
  request.options.initial_std = request.spread.value_or(1.0);
  if (!request.chain.empty() || request.random > 0) {
    report_chain(play_linear(request, model), report);
    return;
  }
  const InterruptGuard guard;
  ProgressBar bar(console, "motifs");
  report_scores(targets_of(model),
                rate::evaluate_linear(model, request.options, bar.control(guard)), report);
}

void chain_library(MotifChainRequest& request, const Console& console, ChainReport& report) {
  const rate::MotifLibrary library = io::read_motif_library(request.library).library;
  request.options.initial_std = request.spread.value_or(library.options.initial_std);
  request.options.noise = request.noise.value_or(library.options.noise);
  if (!request.chain.empty() || request.random > 0) {
    if (library.motifs.empty()) {
      throw InputError(request.library.string(), "motifs", "none", "must have a motif or more");
    }
    report_chain(play(request, library, console), report);
    return;
  }
  if (!request.fractions.empty() && library.motifs.size() == 1) {
    throw InputError("--fractions", "", "one motif in " + request.library.string(),
                     "must be given with a library of two or more");
  }
  const InterruptGuard guard;
  rate::MotifScores scores;
  {
    ProgressBar bar(console, "motifs");
    scores = rate::evaluate_motifs(library, request.options, bar.control(guard));
  }
  report_scores(targets_of(library), scores, report);
  if (!request.fractions.empty()) {
    ProgressBar bar(console, "interrupted motifs");
    report_interrupted(
        request.fractions,
        rate::evaluate_interrupted(library, request.fractions, request.options, bar.control(guard)),
        scores.random, report);
  }
}

/// What was written, in text and JSON.
void report_files(const MotifChainRequest& request, ChainReport& report) {
  for (const auto& [key, path] :
       {std::pair{"output", &request.output}, std::pair{"trial", &request.trial},
        std::pair{"plot", &request.plot}}) {
    if (!path->empty()) {
      report.json[key] = path->string();
    }
    if (!path->empty() && path != &request.plot) {  // which is drawn last
      report.text += saved_text(*path);
    }
  }
}

void run_motif_chain(MotifChainRequest request, Command command, const Console& console) {
  check_chain_request(request, command, console);
  ChainReport report;
  report.json = {{"library", request.library.string()}, {"seed", request.options.seed}};
  if (io::holds_linear_model(request.library)) {
    chain_linear(request, console, report);
  } else {
    chain_library(request, console, report);
  }
  report_files(request, report);
  if (request.json) {
    print_json(console, report.json);
  } else {
    console.out << report.text;
  }
  if (report.figure && !request.plot.empty()) {
    report::draw_motif_chain(*report.figure, request.plot);
    console.out << (request.json ? "" : saved_text(request.plot));
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
      "      --trial trial.mat --plot chain.png\n"
      "  rheobase motif chain linear.mat --random 5 --plot linear.png\n"
      "  rheobase eval chain.mat --task file --trials-file trial.mat");
  command.add_file("LIBRARY", request->library, "Library of motifs, or a linear model (.mat)")
      .required();
  add_text(command, "--chain", request->chain, "NAME,...", "Motifs to play, in order");
  add_integer(command, "--random", request->random, {1.0, 10000.0},
              "Play this many motifs drawn at random");
  add_text(command, "--fractions", request->fraction_list, "LIST",
           "Also leave the first motif after these fractions of its length (0.5,0.7,1)");
  add_integer(command, "--trials", request->options.trials, {1.0, 1000.0},
              "Trials from random states, of every motif");
  add_optional_number(command, "--std", request->spread, {0.0, 1e3},
                      "Standard deviation of random states", {}, "the library's");
  add_optional_number(command, "--rate-noise", request->noise, {0.0, 1e3},
                      "Noise of a unit in a step", {}, "the library's");
  add_number(command, "--spike-noise", request->options.spike_noise, {0.0, 1e12}, "Hz",
             "Noise of the rates as spikes make it in a network mapped with this scaling factor "
             "times copies; 0: none; for networks without loops of low rank");
  command.add_file("-o,--output", request->output,
                   "Write the chain as a rate network (.mat); a file holds 16 loops of low rank: "
                   "16 motifs where each has one, 8 with preparation and a loop of its own");
  command.add_file("--trial", request->trial, "Write the chain's inputs and target (.mat)");
  command.add_file("--plot", request->plot,
                   "Draw output and target of the chain, and |r| (.png, .svg or .pdf)");
  add_seed(command, request->options.seed);
  add_threads(command, request->options.threads);
  add_json(command, request->json);
  command.action([request, command, &console] { run_motif_chain(*request, command, console); });
}

}  // namespace rheobase::cli
