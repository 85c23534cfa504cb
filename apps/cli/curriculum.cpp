#include "apps/cli/curriculum.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <sstream>
#include <string_view>

#include <fmt/format.h>

#include "apps/cli/command.hpp"
#include "apps/cli/json_output.hpp"
#include "apps/cli/output_file.hpp"
#include "apps/cli/subcommands.hpp"
#include "apps/cli/text_format.hpp"
#include "core/error.hpp"
#include "core/nearest_name.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/checkpoint_file.hpp"
#include "io/mat/rate_model_file.hpp"
#include "io/mat/trials_file.hpp"
#include "io/network/toml_document.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

/// What stages cannot have: the network is one, and each file follows from --output.
constexpr std::array kOfTheWhole{"--curriculum", "--output",     "--output-dir", "--from",
                                 "--resume",     "--checkpoint", "--seeds",      "--jobs",
                                 "--json",       "--mode",       "--help",       "--help-all"};
/// How a network is made: of the first stage alone.
constexpr std::array kOfTheFirst{"--units",   "--activation",   "--dale", "--inhibitory",
                                 "--som",     "--connectivity", "--gain", "--init",
                                 "--weights", "--taus",         "--mask", "--train-input"};

/// Heading of the task's options in the help.
constexpr std::string_view kTaskGroup = "Task";

/// An option with its values, as typed.
struct GivenOption {
  const OptionDescription* option;
  Words words;
};

struct Stage {
  std::string name;  ///< "stage 2 of 3"
  std::vector<GivenOption> options;
  fs::path output;
};

const OptionDescription* option_named(const CommandDescription& train, const std::string& name) {
  const auto found = std::ranges::find_if(train.options, [&](const OptionDescription& option) {
    return std::ranges::find(option.names, name) != option.names.end();
  });
  return found == train.options.end() ? nullptr : &*found;
}

template <std::size_t count>
bool is_among(const OptionDescription& option, const std::array<const char*, count>& names) {
  return std::ranges::any_of(names, [&](const char* name) {
    return std::ranges::find(option.names, name) != option.names.end();
  });
}

/// "trials" of "--trials" and "--n_trials": the first name, that of the help.
std::string full_name(const OptionDescription& option) {
  const auto name = std::ranges::find_if(
      option.names, [](const std::string& each) { return each.starts_with("--"); });
  return name == option.names.end() ? option.names.front().substr(1) : name->substr(2);
}

CommandDescription train_description() {
  std::ostringstream sink;
  const Console console = make_console({}, sink, sink);
  const Program program("rheobase", "", "");
  add_train_command(program.root(), console);
  return program.root().description().commands.front();
}

/// The options of a command line that was parsed already.
std::vector<GivenOption> options_of(const Words& arguments, const CommandDescription& train) {
  std::vector<GivenOption> given;
  for (const std::string& word : arguments) {
    if (const OptionDescription* option = option_named(train, word.substr(0, word.find('=')))) {
      given.push_back({option, {word}});
    } else if (!given.empty()) {
      given.back().words.push_back(word);
    }
  }
  return given;
}

class StageReader {
 public:
  StageReader(const fs::path& file, const CommandDescription& train) : file_(file), train_(train) {
    const std::vector<std::byte> bytes = io::read_bytes(file);
    document_ =
        io::parse_toml({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file.string());
  }

  /// What every [[stage]] says. @throws InputError with line and column
  std::vector<std::vector<GivenOption>> read() const {
    for (const io::DocumentEntry& entry : *document_.table()) {
      if (entry.key != "stage") {
        fail(entry.position, fmt::format("'{}'", entry.key), must_be_one_of(entry.key, {"stage"}));
      }
    }
    const io::DocumentValue* stages = document_.find("stage");
    if (stages == nullptr || stages->array() == nullptr || stages->array()->empty()) {
      fail(document_.position, "no [[stage]]", "must have one or more of them");
    }
    std::vector<std::vector<GivenOption>> all;
    for (const io::DocumentValue& stage : *stages->array()) {
      if (stage.table() == nullptr) {
        fail(stage.position, stage.describe(), "must be a table, [[stage]]");
      }
      all.emplace_back();
      for (const io::DocumentEntry& entry : *stage.table()) {
        all.back().push_back(option_of(entry, all.size() == 1));
      }
    }
    return all;
  }

 private:
  [[noreturn]] void fail(io::TextPosition place, const std::string& found,
                         const std::string& required) const {
    const std::string at =
        place.line > 0 ? fmt::format(": line {}, column {}", place.line, place.column) : "";
    throw InputError(file_.string() + at, "", found, required);
  }

  GivenOption option_of(const io::DocumentEntry& entry, bool first) const {
    const OptionDescription* option = option_named(train_, "--" + entry.key);
    if (option == nullptr) {
      Words names;
      for (const OptionDescription& each : train_.options) {
        if (!is_among(each, kOfTheWhole) && (first || !is_among(each, kOfTheFirst))) {
          names.push_back(full_name(each));
        }
      }
      fail(entry.position, fmt::format("'{}'", entry.key),
           must_be_one_of(entry.key, names) + meaning_of(nearest_name(entry.key, names)));
    }
    if (is_among(*option, kOfTheWhole)) {
      fail(entry.position, fmt::format("'{}'", entry.key),
           "must be left to the command line: it is the same for all stages");
    }
    if (!first && is_among(*option, kOfTheFirst)) {
      fail(entry.position, fmt::format("'{}'", entry.key),
           "must be left to the first stage, which makes the network");
    }
    GivenOption given{option, {"--" + entry.key}};
    const io::DocumentValue::Array single{entry.value};
    const auto* several = entry.value.array();
    for (const io::DocumentValue& value : several != nullptr ? *several : single) {
      add_value(given, value);
    }
    return given;
  }

  /// "; trials: largest number ...", in one line; nothing of no name.
  std::string meaning_of(const std::string& name) const {
    const OptionDescription* option = name.empty() ? nullptr : option_named(train_, "--" + name);
    if (option == nullptr) {
      return "";
    }
    return fmt::format("; {}: {}", name, option->help.substr(0, option->help.find('\n')));
  }

  void add_value(GivenOption& given, const io::DocumentValue& value) const {
    const std::string flag = given.words.front();
    if (const bool* truth = std::get_if<bool>(&value.value)) {
      if (given.option->takes_value) {
        given.words.emplace_back(*truth ? "true" : "false");
      } else if (!*truth && given.option->group == kTaskGroup) {
        given.words = {flag + "=false"};  // in place of the network's own
      } else if (!*truth) {
        given.words.clear();
      }
    } else if (!given.option->takes_value) {
      fail(value.position, value.describe(), "must be true or false: " + flag + " takes no value");
    } else if (const auto* whole = std::get_if<std::int64_t>(&value.value)) {
      given.words.push_back(std::to_string(*whole));
    } else if (const double* number = std::get_if<double>(&value.value)) {
      given.words.push_back(fmt::format("{}", *number));
    } else if (value.text() != nullptr) {
      given.words.push_back(*value.text());
    } else {
      fail(value.position, value.describe(), "must be a number, a text, true or false");
    }
  }

  fs::path file_;
  const CommandDescription& train_;
  io::DocumentValue document_;
};

/// A stage's own options in place of those of the command line.
std::vector<GivenOption> combined(const std::vector<GivenOption>& common,
                                  const std::vector<GivenOption>& own, bool first) {
  std::vector<GivenOption> all;
  for (const GivenOption& given : common) {
    const bool overruled = std::ranges::find(own, given.option, &GivenOption::option) != own.end();
    const bool of_the_first = is_among(*given.option, kOfTheFirst);
    if (!overruled && !is_among(*given.option, kOfTheWhole) && (first || !of_the_first)) {
      all.push_back(given);
    }
  }
  std::ranges::copy(own, std::back_inserter(all));
  return all;
}

/// What goes on of the stage before: not how the network was made nor, where a stage names its
/// task, what the task was.
std::vector<GivenOption> carried(const std::vector<GivenOption>& before,
                                 const std::vector<GivenOption>& own) {
  const auto of_task = [](const GivenOption& given) { return given.option->group == kTaskGroup; };
  const bool other_task = std::ranges::any_of(own, [](const GivenOption& given) {
    return std::ranges::find(given.option->names, "--task") != given.option->names.end();
  });
  std::vector<GivenOption> all = combined(before, own, false);
  std::erase_if(all, [&](const GivenOption& given) {
    return other_task && of_task(given) &&
           std::ranges::find(own, given.option, &GivenOption::option) == own.end();
  });
  return all;
}

class Curriculum {
 public:
  Curriculum(const TrainRequest& request, const Console& console)
      : request_(request), console_(console) {
    if (request.output.empty()) {
      throw InputError("--output", "", "nothing", "must name the file to write");
    }
    check_continued("--output", request.output, {request.curriculum, request.from});
    const std::vector<GivenOption> common = options_of(console.arguments, train_);
    std::vector<std::vector<GivenOption>> read = StageReader(request.curriculum, train_).read();
    for (std::size_t k = 0; k < read.size(); ++k) {
      if (k > 0) {
        read[k] = carried(read[k - 1], read[k]);
      }
      const bool last = k + 1 == read.size();
      stages_.push_back(
          {fmt::format("stage {} of {}", k + 1, read.size()),
           combined(common, read[k], k == 0 && request.from.empty()),
           last ? request.output : with_word(request.output, fmt::format("stage{}", k + 1))});
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
  Words arguments_of(std::size_t k) const {
    Words arguments{"train"};
    for (const GivenOption& given : stages_[k].options) {
      arguments.insert(arguments.end(), given.words.begin(), given.words.end());
    }
    const fs::path from = beginning_of(k);
    if (!from.empty()) {
      arguments.insert(arguments.end(), {"--from", from.string()});
    }
    arguments.insert(arguments.end(), {"-o", stages_[k].output.string()});
    return arguments;
  }

  /// Values are what the options take, before the first stage is begun.
  void check(std::size_t k) {
    TrainRequest request;
    std::ostringstream sink;
    const Program program("rheobase", "", "");
    const Command command = program.root().add_command("train", "");
    add_train_options(command, request);
    try {
      program.run(arguments_of(k), sink);
      finish_train_options(command, request);
      task_ = request.task.name.empty() ? task_ : request.task.name;
      if (!task_.empty()) {
        require_same_channels(make_task(task_, request.task.overrides, request.task,
                                        TrialsUse::learning, {}, make_console({}, sink, sink)));
      } else if (k == 0 && request_.from.empty()) {
        throw InputError("--task", "", "nothing", "must name a task, here or on the command line");
      }
    } catch (const UsageError& error) {
      throw InputError(place(k), "", error.what(),
                       "must be options as `rheobase train` takes them");
    } catch (const InputError& error) {
      throw InputError(place(k),
                       error.field().empty() ? error.where() : error.where() + " " + error.field(),
                       error.found(), error.required());
    }
  }

  /// The network is one: all tasks have its inputs and outputs.
  void require_same_channels(const rate::Task& task) {
    const std::array channels{task.inputs(), task.outputs()};
    if (channels != channels_.value_or(channels)) {
      throw InputError(
          "--task", "",
          fmt::format("{} ({} inputs, {} outputs)", task.name(), channels[0], channels[1]),
          fmt::format("must have {} and {}, as the task of an earlier stage", (*channels_)[0],
                      (*channels_)[1]));
    }
    channels_ = channels;
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
    const bool kept = is_there(k, console);
    const fs::path checkpoint = with_word(stage.output, "checkpoint");
    const bool resumed = !kept && goes_on_from(checkpoint, k, console);
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
      run = {"train", "--resume", checkpoint.string()};
    }
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

  /// With --no-clobber, before the first stage: files that are not this curriculum's, or would be
  /// trained again. What an earlier run of it left is gone on with.
  void refuse_replacing() const {
    bool kept = true;
    for (std::size_t k = 0; k < stages_.size() && console_.no_clobber; ++k) {
      const Console console = make_console(arguments_of(k), console_.out, console_.err);
      const bool begins = kept;
      kept = kept && is_there(k, console);
      if (kept) {
        continue;
      }
      check_replaced(console_, "--output", stages_[k].output);
      const fs::path checkpoint = with_word(stages_[k].output, "checkpoint");
      if (!begins || !goes_on_from(checkpoint, k, console)) {
        check_replaced(console_, "--output", checkpoint);
      }
    }
  }

  /// A model that this very stage made from the network that is there, with its criteria met.
  bool is_there(std::size_t k, const Console& console) const {
    if (!fs::exists(stages_[k].output)) {
      return false;
    }
    const io::ModelProvenance made = io::read_model(stages_[k].output).provenance;
    return made.criteria_met.value_or(false) && has_same_trials(made.split) &&
           is_of(made.command, made.trained_from, k, console);
  }

  /// Whether files of trials hold what they held then.
  static bool has_same_trials(const std::optional<rate::TrialSplit>& then) {
    const auto same = [](const std::string& file, const std::string& hash) {
      return !fs::exists(file) || io::read_trials(file).split->hash == hash;
    };
    return !then || (same(then->file, then->hash) && same(then->test_file, then->test_hash));
  }

  bool goes_on_from(const fs::path& checkpoint, std::size_t k, const Console& console) const {
    if (!fs::exists(checkpoint)) {
      return false;
    }
    const io::Checkpoint saved = io::read_checkpoint(checkpoint);
    return has_same_trials(saved.split) && is_of(saved.command, saved.trained_from, k, console) &&
           saved.state.trials_done < saved.options.max_trials;
  }

  /// Recorded commands have the seed that they used.
  bool is_of(const std::string& command, const std::string& origin, std::size_t k,
             const Console& console) const {
    const fs::path from = beginning_of(k);
    const std::string& own = console.command_line;
    return command.starts_with(own) &&
           (command.size() == own.size() || command[own.size()] == ' ') &&
           origin == (from.empty() ? "" : origin_of(from, io::read_model(from).network));
  }

  /// The file that a stage goes on from; empty: none.
  fs::path beginning_of(std::size_t k) const {
    return k == 0 ? request_.from : stages_[k - 1].output;
  }

  const TrainRequest& request_;
  const Console& console_;
  CommandDescription train_ = train_description();
  std::vector<Stage> stages_;
  std::string task_;                            ///< of the stages checked so far, the last one
  std::optional<std::array<int, 2>> channels_;  ///< inputs and outputs of all of them
};

}  // namespace

void train_curriculum(const TrainRequest& request, const Console& console) {
  Curriculum(request, console).run();
}

}  // namespace rheobase::cli
