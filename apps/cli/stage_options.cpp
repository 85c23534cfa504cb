#include "apps/cli/stage_options.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "apps/cli/task_options.hpp"
#include "apps/cli/text_format.hpp"
#include "core/error.hpp"
#include "core/nearest_name.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/network/toml_document.hpp"

namespace rheobase::cli {

namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

/// What stages cannot have: the network is one, and each file follows from --output.
const Words kOfTheWhole{"--curriculum", "--output",     "--output-dir", "--from",
                        "--resume",     "--checkpoint", "--seeds",      "--jobs",
                        "--json",       "--mode",       "--help",       "--help-all"};
/// How a network is made: of the first stage alone.
const Words kOfTheFirst{"--units",   "--activation",   "--dale", "--inhibitory",
                        "--som",     "--connectivity", "--gain", "--init",
                        "--weights", "--taus",         "--mask", "--train-input"};

/// Type of options whose value is a list in one word, "w,w_out".
constexpr std::string_view kListType = "LIST";

/// Heading of the task's options in the help.
constexpr std::string_view kTaskGroup = "Task";
constexpr const char* kTaskOption = "--task";

const OptionDescription* option_named(const CommandDescription& train, const std::string& name) {
  const auto found = std::ranges::find_if(train.options, [&](const OptionDescription& option) {
    return std::ranges::find(option.names, name) != option.names.end();
  });
  return found == train.options.end() ? nullptr : &*found;
}

/// "trials" of "--trials" and "--n_trials": the first name, that of the help.
std::string full_name(const OptionDescription& option) {
  const auto name = std::ranges::find_if(
      option.names, [](const std::string& each) { return each.starts_with("--"); });
  return name == option.names.end() ? option.names.front().substr(1) : name->substr(2);
}

bool takes_several(const OptionDescription& option) {
  return option.type == kListType || option.type.find(' ') != std::string::npos;
}

/// The option that a word of a command line begins: "--task", "--task=xor", "-N", "-N20".
const OptionDescription* option_of_word(const CommandDescription& train, const std::string& word) {
  const OptionDescription* option = option_named(train, word.substr(0, word.find('=')));
  if (option == nullptr && word.starts_with('-') && !word.starts_with("--")) {
    option = option_named(train, word.substr(0, 2));
  }
  return option;
}

/// The options of a command line that was parsed already.
std::vector<GivenOption> options_of(const Words& arguments, const CommandDescription& train) {
  std::vector<GivenOption> given;
  for (const std::string& word : arguments) {
    if (const OptionDescription* option = option_of_word(train, word)) {
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
    if (several != nullptr && several->size() != 1 && !takes_several(*option)) {
      fail(entry.value.position, fmt::format("'{}' with {} values", entry.key, several->size()),
           "must have one value");
    }
    if (several != nullptr && several->empty()) {
      fail(entry.value.position, fmt::format("'{}' without a value", entry.key),
           "must have one or more");
    }
    for (const io::DocumentValue& value : several != nullptr ? *several : single) {
      add_value(given, value);
    }
    if (several != nullptr && option->type == kListType && !several->empty()) {
      given.words = {given.words.front(),
                     joined({given.words.begin() + 1, given.words.end()}, ",")};
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

/// The value of --task; empty: not given.
std::string task_of(const std::vector<GivenOption>& options) {
  const auto given = std::ranges::find_if(
      options, [](const GivenOption& each) { return is_among(*each.option, {kTaskOption}); });
  if (given == options.end()) {
    return {};
  }
  const std::string& first = given->words.front();
  const std::size_t equals = first.find('=');
  return equals == std::string::npos ? given->words.back() : first.substr(equals + 1);
}

/// A stage's own options in place of those that hold for more of them.
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

/// What goes on of the stage before.
std::vector<GivenOption> carried(const std::vector<GivenOption>& before,
                                 const std::vector<GivenOption>& own) {
  std::vector<GivenOption> all = before;
  if (const std::string task = task_of(own); !task.empty() && task != task_of(before)) {
    std::erase_if(all, [](const GivenOption& given) { return given.option->group == kTaskGroup; });
  }
  return combined(all, own, false);
}

/// Options of one stage's task say nothing to the task of another; one that no task takes stays, to
/// be refused.
std::vector<GivenOption> of_task(const std::vector<GivenOption>& common, const std::string& task,
                                 const Words& all_tasks) {
  std::vector<GivenOption> taken = common;
  std::erase_if(taken, [&](const GivenOption& given) {
    const std::string name = full_name(*given.option);
    const auto takes = [&](const std::string& each) { return takes_option(each, name); };
    return given.option->group == kTaskGroup && !takes(task) &&
           std::ranges::any_of(all_tasks, takes);
  });
  return taken;
}

}  // namespace

bool is_among(const OptionDescription& option, const std::vector<std::string>& names) {
  return std::ranges::any_of(names, [&](const std::string& name) {
    return std::ranges::find(option.names, name) != option.names.end();
  });
}

std::vector<std::vector<GivenOption>> stage_options(const CurriculumRequest& request,
                                                    const CommandDescription& train) {
  const std::vector<GivenOption> common = options_of(request.arguments, train);
  std::vector<std::vector<GivenOption>> stages = StageReader(request.file, train).read();
  Words tasks;
  for (std::size_t k = 0; k < stages.size(); ++k) {
    if (k > 0) {
      stages[k] = carried(stages[k - 1], stages[k]);
    }
    const std::string task = task_of(stages[k]);
    const std::string given = task_of(common);
    tasks.push_back(!task.empty() ? task : !given.empty() ? given : request.task);
  }
  for (std::size_t k = 0; k < stages.size(); ++k) {
    stages[k] = combined(of_task(common, tasks[k], tasks), stages[k], k == 0);
  }
  return stages;
}

}  // namespace rheobase::cli
