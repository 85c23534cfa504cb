#include "apps/cli/force/force_training_run.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "apps/cli/force/force_training_chart.hpp"
#include "apps/cli/interrupt.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/plot_output.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/cli/text_format.hpp"
#include "apps/cli/text_table.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/option_names.hpp"
#include "rate/learning/force/force_robustness.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;

struct ForceJob {
  io::ForceFile file;  ///< as it is at the start
  fs::path output, checkpoint;
  bool own_checkpoint = false;  ///< named by the user: stays when the training converges
};

io::ForceFile new_start(const ForceTrainRequest& request) {
  if (request.targets.file.empty()) {
    const Eigen::Index made = request.targets.generated.units;
    require_memory(force_memory_bytes(made, request.targets.epochs.steps), made);
  }
  const ChosenTargets targets =
      with_option_names([&] { return choose_targets(request.targets); },
                        rate::generated_target_fields(), rate::trial_epoch_fields());
  const Eigen::Index units = targets.set.target[0].rows();
  require_memory(force_memory_bytes(units, targets.set.epochs.steps), units);
  io::ForceFile file;
  file.options = request.training;
  with_option_names(
      [&] {
        file.network = rate::make_force_network(units, request.network, file.options.seed);
        file.task = {
            targets.set.epochs,
            rate::frozen_inputs(targets.set.epochs, units, file.options.seed, request.input),
            targets.set.target};
      },
      rate::force_network_fields(), rate::force_input_fields());
  file.selectivity = targets.set.selectivity;
  file.targets = targets.description;
  file.suppressed = request.targets.suppressed;
  return file;
}

io::ForceFile given_start(const ForceTrainRequest& request) {
  io::ForceStart start = io::read_force_start(request.from);
  io::ForceFile file;
  file.options = request.training;
  if (!request.p_given) {
    file.options.initial_p = start.h0;
  }
  file.network = std::move(start.network);
  file.task = std::move(start.task);
  const Eigen::Index before = std::min<Eigen::Index>(600, file.task.epochs.cue);
  file.selectivity = rate::selectivity_before_cue(file.task.target, file.task.epochs.cue, before);
  file.targets = fmt::format("start of {}", request.from.string());
  return file;
}

fs::path output_of(const ForceTrainRequest& request) {
  if (request.output.empty()) {
    throw InputError("--output", "", "nothing", "must name the file to write");
  }
  return request.output;
}

ForceJob new_job(const ForceTrainRequest& request, const Console& console) {
  ForceJob job;
  job.output = output_of(request);
  job.own_checkpoint = !request.checkpoint.empty();
  job.checkpoint = job.own_checkpoint ? request.checkpoint : with_word(job.output, "checkpoint");
  const std::vector<fs::path> inputs{request.from, request.targets.file, request.resume};
  check_output(console, "--output", job.output, inputs);
  check_continued("--checkpoint", job.checkpoint, {request.from, request.targets.file});
  if (same_file(job.output, job.checkpoint)) {
    throw InputError("--checkpoint", job.checkpoint.string(), "the name of the output",
                     "must be another file");
  }
  if (request.resume.empty() || !same_file(job.checkpoint, request.resume)) {
    check_replaced(console, "--checkpoint", job.checkpoint);
  }
  if (!request.resume.empty()) {
    job.file = io::read_force(request.resume);
    if (!job.file.learner) {
      throw InputError(request.resume.string(), "field 'learner_state'", "nothing",
                       "must be a checkpoint of force train, or a result with --keep-p");
    }
    if (request.iterations_given) {
      job.file.options.iterations = request.training.iterations;
    }
    return job;
  }
  job.file = request.from.empty() ? new_start(request) : given_start(request);
  job.file.options.schedule.seed = job.file.options.seed;
  job.file.initial = job.file.network.recurrent;
  job.file.seed = job.file.options.seed;
  job.file.command = with_seed(console.command_line, job.file.seed);
  return job;
}

/// The job's file with what training made of it.
io::ForceFile file_of_training(const ForceJob& job, const rate::ForceTraining& training,
                               bool with_learner) {
  io::ForceFile file = job.file;
  file.network = training.network();
  file.pvar = training.pvar();
  file.converged = training.converged();
  file.learner.reset();
  if (with_learner) {
    file.learner = training.state();
  }
  return file;
}

void save_checkpoint(ForceJob& job, const rate::ForceTraining& training, const Console& console) {
  const io::ForceFile file = file_of_training(job, training, true);
  try {
    std::string trouble;
    const fs::path place = write_somewhere(
        job.checkpoint, [&](const fs::path& path) { io::write_force(path, file); }, trouble);
    if (place != job.checkpoint) {
      note(console, fmt::format("{}; the checkpoint is in {}", trouble, place.string()));
      job.checkpoint = place;
    }
  } catch (const Error& error) {
    note(console, fmt::format("there is no checkpoint: {}", error.what()));
  }
}

/// A stop gives the iteration at hand up. @throws Cancelled after a checkpoint of those before it
void train(rate::ForceTraining& training, ForceJob& job, int checkpoint_every,
           const InterruptGuard& guard, const Console& console) {
  ProgressBar bar(console, "training");
  rate::NamedArrays whole;  // after the last complete iteration
  training.abandon_when([&guard] { return guard.interrupted(); });
  try {
    rate::train_force(training, bar.control(guard),
                      [&](const rate::ForceTraining& now, const rate::ForceIteration&) {
                        whole = now.state();
                        if (checkpoint_every > 0 && now.done() % checkpoint_every == 0) {
                          save_checkpoint(job, now, console);
                        }
                      });
  } catch (const Cancelled&) {
    if (whole.empty()) {
      throw Cancelled("stopped before an iteration was complete: nothing was written");
    }
    training.restore(whole);  // an iteration that was given up has changed weights and P
    save_checkpoint(job, training, console);
    throw Cancelled(
        fmt::format("stopped after {}; continue with: rheobase force train --resume {} -o {}",
                    counted(training.done(), "iteration"), shell_quoted(job.checkpoint.string()),
                    shell_quoted(job.output.string())));
  }
}

/// What a test call from x = 0 says.
struct TestFigures {
  rate::ForceTest test;
  double recovered = 0.0;
};

TestFigures test_of(const io::ForceFile& file) {
  TestFigures figures{rate::test_force(file.network, file.task, file.options.pvar)};
  const Eigen::Index cue = file.task.epochs.cue;
  const Eigen::Index before = std::min<Eigen::Index>(600, cue);
  const auto mean = [&](const Eigen::MatrixXd& rate) -> Eigen::VectorXd {
    return rate.middleCols(cue - before, before).rowwise().mean();
  };
  figures.recovered =
      rate::recovered_selectivity(rate::selectivity_before_cue(file.task.target, cue, before),
                                  mean(figures.test.rate[0]), mean(figures.test.rate[1]));
  return figures;
}

/// How to go on where training did not converge.
std::string way_on(const ForceJob& job, const io::ForceFile& file) {
  return fmt::format(
      "rheobase force train --resume {} --iterations {} -o {}",
      shell_quoted(job.checkpoint.string()),
      2 * std::max(static_cast<long>(file.pvar.size()), static_cast<long>(file.options.iterations)),
      shell_quoted(job.output.string()));
}

Json result_json(const ForceJob& job, const io::ForceFile& file, const TestFigures& figures,
                 double seconds, const Console& console) {
  Json json = {{"command", console.command_line},
               {"model", job.output.string()},
               {"targets", file.targets},
               {"suppressed", file.suppressed},
               {"seed", file.seed},
               {"units", file.network.units()},
               {"steps", file.task.epochs.steps},
               {"converged", file.converged},
               {"iterations", file.pvar.size()},
               {"pvar", file.pvar},
               {"test_pvar", figures.test.pvar},
               {"recovered_selectivity", figures.recovered},
               {"largest_weight", file.network.recurrent.cwiseAbs().maxCoeff()},
               {"seconds", seconds}};
  if (!file.converged) {
    json["checkpoint"] = job.checkpoint.string();
  }
  return json;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Wall time in seconds.
struct ForceTimes {
  int iterations = 0;
  double training = 0.0;
  double in_all = 0.0;  ///< with targets, tests and figure
};

void print_result(const ForceJob& job, const io::ForceFile& file, const TestFigures& figures,
                  const ForceTimes& times, const Console& console) {
  Summary summary;
  summary.add("targets", file.targets);
  summary.add("network", fmt::format("{}, {} a trial", counted(file.network.units(), "unit"),
                                     counted(file.task.epochs.steps, "step")));
  summary.add("seed", std::to_string(file.seed));
  summary.add("converged",
              fmt::format("{}: pVar {:.3f} right, {:.3f} left after {} (above {:g} is wanted)",
                          yes_no(file.converged), file.pvar.back()[0], file.pvar.back()[1],
                          counted(file.pvar.size(), "iteration"), file.options.threshold));
  summary.add("from x = 0", fmt::format("pVar {:.3f} right, {:.3f} left", figures.test.pvar[0],
                                        figures.test.pvar[1]));
  summary.add("selectivity",
              fmt::format("{} of the units as in the targets{}", percent(figures.recovered),
                          figures.recovered > 0.5 ? "" : ": too few to be kept"));
  summary.add("weights", fmt::format("largest |J| {:.3g}, {:.3g} before",
                                     file.network.recurrent.cwiseAbs().maxCoeff(),
                                     file.initial.cwiseAbs().maxCoeff()));
  summary.add("time", fmt::format("{}, of which training {}, {:.3g} ms an iteration",
                                  seconds_text(times.in_all), seconds_text(times.training),
                                  1000.0 * times.training / std::max(1, times.iterations)));
  summary.add("saved", job.output.string());
  if (!file.converged) {
    summary.add("go on", way_on(job, file));
  }
  console.out << summary.text();
}

}  // namespace

void run_force_train(const ForceTrainRequest& request, const Console& console) {
  if (!request.plot.empty()) {
    report::require_chart_name(request.plot);
    check_output(console, "--plot", request.plot,
                 {request.from, request.targets.file, request.resume, request.output});
  }
  const auto start = std::chrono::steady_clock::now();
  ForceJob job = new_job(request, console);
  rate::ForceTraining training({job.file.initial, job.file.network.tau_ms, job.file.network.step_ms,
                                job.file.network.threshold},
                               job.file.task, job.file.options);
  if (job.file.learner) {
    training.restore(*job.file.learner);
  }
  const int before = training.done();
  const auto trained_from = std::chrono::steady_clock::now();
  const InterruptGuard guard;  // until results are written
  train(training, job, request.checkpoint_every, guard, console);
  const double training_seconds = seconds_since(trained_from);
  const io::ForceFile file = file_of_training(job, training, request.keep_p);
  save_result(job.output, [&](const fs::path& path) { io::write_force(path, file); });
  if (!file.converged) {
    save_checkpoint(job, training, console);  // more iterations may be what it takes
  } else if (!job.own_checkpoint) {
    std::error_code ignored;
    fs::remove(job.checkpoint, ignored);
  }
  const TestFigures figures = test_of(file);
  if (!request.plot.empty()) {
    report::draw_chart(force_training_chart(file, figures.test.rate), request.plot);
  }
  if (request.json) {
    Json json = result_json(job, file, figures, training_seconds, console);
    json["seconds_in_all"] = seconds_since(start);
    print_json(console, with_plot(std::move(json), request.plot));
  } else {
    print_result(job, file, figures,
                 {training.done() - before, training_seconds, seconds_since(start)}, console);
    console.out << saved_plot(request.plot);
  }
}

}  // namespace rheobase::cli
