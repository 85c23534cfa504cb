#include "apps/cli/curriculum.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <sstream>

#include <fmt/format.h>

#include "apps/cli/command.hpp"
#include "apps/cli/json_output.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/stage_options.hpp"
#include "apps/cli/subcommands.hpp"
#include "apps/cli/text_format.hpp"
#include "core/error.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/checkpoint_file.hpp"
#include "io/mat/rate_model_file.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

/// What changes no bit of a result, and is no part of the command that is recorded.
const Words kWithoutEffect{"--threads", "--checkpoint-every"};

struct Stage {
  std::string name;  ///< "stage 2 of 3"
  std::vector<GivenOption> options;
  fs::path output;
  std::optional<Beginning> beginning;  ///< after the first stage without what was learnt before
};

/// What a file says of the training that made it.
struct Made {
  const rate::DaleModel& model;
  const rate::TrainingOptions& options;
  const std::string& task;
  const rate::TaskParameters& parameters;
  const std::optional<rate::TrialSplit>& split;
  const std::string& origin;
};

/// Do they lead to the same bits? Largest numbers of trials do as long as nothing depends on them.
bool are_alike(const rate::TrainingOptions& one, const rate::TrainingOptions& other) {
  return std::ranges::all_of(rate::training_fields(), [&](const auto& field) {
    const bool free = field.name == "threads" || field.name == "checkpoint_every" ||
                      (field.name == "max_trials" && one.schedule == rate::Schedule::constant);
    return free || field.get(one) == field.get(other);
  });
}

bool are_alike(const std::optional<rate::TrialSplit>& one,
               const std::optional<rate::TrialSplit>& other) {
  if (!one || !other) {
    return !one && !other;
  }
  return one->hash == other->hash && one->test_fraction == other->test_fraction &&
         one->test_hash == other->test_hash;
}

/// Was the network drawn as this one? Files keep weights under Dale's principle as they act.
bool was_drawn_as(const rate::DaleModel& made, const rate::DaleModel& drawn) {
  const auto acting = [&](const Eigen::MatrixXd& w) {
    return drawn.dale ? Eigen::MatrixXd(w.cwiseMax(0.0)) : w;
  };
  const auto same = [](const auto& one, const auto& other) {
    return one.rows() == other.rows() && one.cols() == other.cols() && one == other;
  };
  return same(acting(made.w0), acting(drawn.w)) && same(made.mask, drawn.mask) &&
         same(made.sign, drawn.sign) && made.dale == drawn.dale &&
         made.transfer == drawn.transfer && made.trains_input == drawn.trains_input &&
         made.tau_min_steps == drawn.tau_min_steps && made.tau_max_steps == drawn.tau_max_steps;
}

CommandDescription train_description() {
  std::ostringstream sink;
  const Console console = make_console({}, sink, sink);
  const Program program("rheobase", "", "");
  add_train_command(program.root(), console);
  return program.root().description().commands.front();
}

class Curriculum {
 public:
  Curriculum(const TrainRequest& request, const Console& console)
      : request_(request), console_(console) {
    if (request.output.empty()) {
      throw InputError("--output", "", "nothing", "must name the file to write");
    }
    check_continued("--output", request.output, {request.curriculum, request.from});
    const fs::path output = request.output.lexically_normal();
    std::vector<std::vector<GivenOption>> options =
        stage_options({.file = request.curriculum,
                       .arguments = console.arguments,
                       .task = request.from.empty() ? "" : io::read_model(request.from).task},
                      train_);
    for (std::size_t k = 0; k < options.size(); ++k) {
      const bool last = k + 1 == options.size();
      stages_.push_back({fmt::format("stage {} of {}", k + 1, options.size()),
                         std::move(options[k]),
                         last ? output : with_word(output, fmt::format("stage{}", k + 1)),
                         {}});
    }
    for (std::size_t k = 0; k < stages_.size(); ++k) {
      check(k);
    }
  }

  void run() {
    refuse_replacing();
    Json list = Json::array();
    bool trained = true;
    for (std::size_t k = 0; k < stages_.size() && trained; ++k) {
      const std::string result = train_stage(k);
      trained = io::read_model(stages_[k].output).provenance.criteria_met.value_or(false);
      if (request_.json) {
        list.push_back(result.empty() ? Json{{"model", stages_[k].output.string()}, {"kept", true}}
                                      : Json::parse(result));
      } else if (!trained && k + 1 < stages_.size()) {
        note(console_, fmt::format("{} did not meet its criteria: the next one is not begun",
                                   stages_[k].name));
      }
    }
    if (request_.json) {
      print_json(console_, {{"command", console_.command_line},
                            {"trained", trained},
                            {"model", stages_[list.size() - 1].output.string()},
                            {"stages", list}});
    }
  }

 private:
  /// Options of the stage that change its result, or that do not.
  Words options_of(std::size_t k, bool with_effect) const {
    Words words;
    for (const GivenOption& given : stages_[k].options) {
      if (is_among(*given.option, kWithoutEffect) != with_effect) {
        words.insert(words.end(), given.words.begin(), given.words.end());
      }
    }
    return words;
  }

  Words arguments_of(std::size_t k) const {
    Words arguments{"train"};
    std::ranges::copy(options_of(k, true), std::back_inserter(arguments));
    const fs::path from = beginning_path(k);
    if (!from.empty()) {
      arguments.insert(arguments.end(), {"--from", from.string()});
    }
    arguments.insert(arguments.end(), {"-o", stages_[k].output.string()});
    return arguments;
  }

  /// Values are what the options take, and task and network belong together, before the first stage
  /// is begun.
  void check(std::size_t k) {
    TrainRequest request;
    std::ostringstream sink;
    const Console silent = make_console({}, sink, sink);
    const Program program("rheobase", "", "");
    const Command command = program.root().add_command("train", "");
    add_train_options(command, request);
    try {
      Words words = arguments_of(k);
      std::ranges::copy(options_of(k, false), std::back_inserter(words));
      program.run(words, sink);
      finish_train_options(command, request);
      if (k == 0 && !request.from.empty()) {
        left_ = starting_network(request, command, silent);
      }
      Beginning& beginning =
          stages_[k].beginning.emplace(beginning_of(request, command, left_, silent));
      check_against_earlier(k);
      left_ = StartingNetwork{io::model_file_of(beginning.model), beginning.model, ""};
      left_->file.task = beginning.task.name();
      left_->file.provenance.task_parameters = beginning.task.parameters();
      left_->file.provenance.split = beginning.task.split();
      left_->file.provenance.trained_from = beginning_path(k).string();
    } catch (const UsageError& error) {
      throw UsageError(place(k) + ": " + error.what());
    } catch (const InputError& error) {
      const bool of_network = k > 0 && error.where() == beginning_path(k).string();
      const std::string where =
          of_network ? "the network of " + stages_[k - 1].name : error.where();
      throw InputError(place(k), error.field().empty() ? where : where + " " + error.field(),
                       error.found(), error.required());
    }
  }

  /// The order of several tasks, and trials that are held out, against all stages before.
  void check_against_earlier(std::size_t k) const {
    const rate::Task& task = stages_[k].beginning->task;
    for (std::size_t j = 0; j < k; ++j) {
      const rate::Task& earlier = stages_[j].beginning->task;
      require_learnt_order(task.name(), earlier.name(), "the stages before");
      if (task.split() && earlier.split()) {
        require_held_out(*task.split(), *earlier.split(), stages_[j].name);
      }
    }
  }

  /// Held-out trials are those that no stage before learnt from.
  static void require_held_out(const rate::TrialSplit& split, const rate::TrialSplit& earlier,
                               const std::string& stage) {
    if (split.held_out == 0) {
      return;
    }
    const std::string required =
        fmt::format("must leave out what the network learnt from in {}", stage);
    if (!split.test_file.empty() && split.test_hash == earlier.hash) {
      throw InputError("--test-file", "", split.test_file, required);
    }
    if (split.test_file.empty() && split.hash == earlier.hash && !are_alike(split, earlier)) {
      throw InputError("--test-fraction", "", fmt::format("{:g}", split.test_fraction),
                       fmt::format("{}: {:g}", required, earlier.test_fraction));
    }
  }

  std::string place(std::size_t k) const {
    return request_.curriculum.string() + ", " + stages_[k].name;
  }

  /// What the stage prints; nothing where it is there already.
  std::string train_stage(std::size_t k) const {
    const Stage& stage = stages_[k];
    const Words arguments = arguments_of(k);
    std::ostringstream json;
    Console console = make_console(arguments, request_.json ? json : console_.out, console_.err);
    console.err_is_terminal = console_.err_is_terminal;
    console.quiet = console_.quiet;
    console.no_clobber = console_.no_clobber;
    console.standing = console_.standing;
    const bool kept = is_there(k, stage.output);
    const fs::path checkpoint = with_word(stage.output, "checkpoint");
    const bool resumed = !kept && is_of_stage(checkpoint, k, true);
    if (!kept && !resumed) {
      keep_other_training(checkpoint);
    }
    if (!request_.json) {
      console_.out << (k == 0 ? "" : "\n") << stage.name << '\n';
    }
    if (kept) {
      if (!request_.json) {
        console_.out << "kept      " << stage.output.string() << '\n';
      }
      return {};
    }
    Words run = arguments;
    if (resumed) {
      run = {"train", "--resume", checkpoint.string(), "--trials",
             std::to_string(stage.beginning->options.max_trials)};
    }
    std::ranges::copy(options_of(k, false), std::back_inserter(run));
    if (request_.json) {
      run.emplace_back("--json");
    }
    const Program program("rheobase", "", "");
    add_train_command(program.root(), console);
    program.run(run, console.out);
    return json.str();
  }

  /// Hours of training are not replaced by the first trials of another.
  void keep_other_training(const fs::path& checkpoint) const {
    if (!fs::exists(checkpoint)) {
      return;
    }
    const io::Checkpoint saved = io::read_checkpoint(checkpoint);
    const bool ended = saved.state.trials_done >= saved.options.max_trials;
    throw InputError(
        checkpoint.string(), "",
        fmt::format("{} trials of a training {}", saved.state.trials_done,
                    ended ? "that did not meet its criteria"
                          : "with other options, trials or another start"),
        fmt::format(
            "must be gone on with (`rheobase train --resume {} --trials MORE`) or be removed, "
            "to train the stage anew",
            checkpoint.string()));
  }

  /// Before the first stage: checkpoints of other trainings and, with --no-clobber, files that are
  /// not this curriculum's or would be trained again. What an earlier run of it left is gone on
  /// with.
  void refuse_replacing() const {
    bool kept = true;
    for (std::size_t k = 0; k < stages_.size(); ++k) {
      require_readable(k);
      const bool begins = kept;
      kept = kept && (is_there(k, stages_[k].output) || takes_over(k));
      if (kept) {
        continue;
      }
      const fs::path checkpoint = with_word(stages_[k].output, "checkpoint");
      const bool goes_on = is_of_stage(checkpoint, k, begins);
      if (console_.no_clobber) {
        check_replaced(console_, "--output", stages_[k].output);
        if (!begins || !goes_on) {
          check_replaced(console_, "--output", checkpoint);
        }
      }
      if (!goes_on) {
        keep_other_training(checkpoint);
      }
    }
  }

  void require_readable(std::size_t k) const {
    if (!fs::exists(stages_[k].output)) {
      return;
    }
    try {
      io::read_model(stages_[k].output);
    } catch (const InputError& error) {
      throw InputError(place(k), error.where() + (error.field().empty() ? "" : " " + error.field()),
                       error.found(), error.required() + ", or be removed");
    }
  }

  /// Where the curriculum grew or was cut, its last network has another name.
  bool takes_over(std::size_t k) const {
    const bool last = k + 1 == stages_.size();
    const fs::path other =
        last ? with_word(stages_[k].output, fmt::format("stage{}", k + 1)) : stages_.back().output;
    if (!is_there(k, other)) {
      return false;
    }
    check_replaced(console_, "--output", stages_[k].output);
    io::write_atomically(stages_[k].output, io::read_bytes(other));
    return true;
  }

  /// A network that this very stage made from the one that is there, with its criteria met.
  bool is_there(std::size_t k, const fs::path& path) const {
    if (!fs::exists(path)) {
      return false;
    }
    const io::ModelFile made = io::read_model(path);
    const io::ModelProvenance& provenance = made.provenance;
    return provenance.criteria_met.value_or(false) && provenance.training_options && made.dale &&
           is_of(k,
                 {*made.dale, *provenance.training_options, made.task, provenance.task_parameters,
                  provenance.split, provenance.trained_from},
                 true);
  }

  /// A checkpoint that the stage goes on from.
  /// @param begun  the network that the stage goes on from is there
  bool is_of_stage(const fs::path& checkpoint, std::size_t k, bool begun) const {
    if (!fs::exists(checkpoint)) {
      return false;
    }
    const io::Checkpoint saved = io::read_checkpoint(checkpoint);
    return saved.state.trials_done < stages_[k].beginning->options.max_trials &&
           is_of(k,
                 {saved.state.model, saved.options, saved.task, saved.task_parameters, saved.split,
                  saved.trained_from},
                 begun);
  }

  bool is_of(std::size_t k, const Made& made, bool begun) const {
    const Beginning& own = *stages_[k].beginning;
    const fs::path from = beginning_path(k);
    const bool from_same = from.empty()
                               ? made.origin.empty() && was_drawn_as(made.model, own.model)
                               : !begun || is_origin(made.origin, io::read_model(from).network);
    return from_same && made.task == own.task.name() && made.parameters == own.task.parameters() &&
           are_alike(made.options, own.options) && are_alike(made.split, own.task.split());
  }

  /// The file that a stage goes on from; empty: none.
  fs::path beginning_path(std::size_t k) const {
    return k == 0 ? request_.from.lexically_normal() : stages_[k - 1].output;
  }

  const TrainRequest& request_;
  const Console& console_;
  CommandDescription train_ = train_description();
  std::vector<Stage> stages_;
  std::optional<StartingNetwork> left_;  ///< by the stages checked so far, but for what it learns
};

}  // namespace

void train_curriculum(const TrainRequest& request, const Console& console) {
  Curriculum(request, console).run();
}

}  // namespace rheobase::cli
