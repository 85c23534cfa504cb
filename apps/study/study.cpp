#include "apps/study/study.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "core/error.hpp"

namespace rheobase::study {

namespace {

/// Calls plain(text) and placeholder(name) for the parts of a text, in order.
void walk(const std::string& text, const std::function<void(std::string_view)>& plain,
          const std::function<void(const std::string&)>& placeholder) {
  for (std::size_t i = 0; i < text.size();) {
    const bool doubled = i + 1 < text.size() && text[i + 1] == text[i];
    if ((text[i] == '{' || text[i] == '}') && doubled) {
      plain(std::string_view(text).substr(i, 1));
      i += 2;
    } else if (text[i] == '{') {
      const std::size_t end = text.find('}', i);
      if (end == std::string::npos) {
        throw InputError("", "", fmt::format("'{}'", text),
                         "must close every { (a brace itself is {{)");
      }
      placeholder(text.substr(i + 1, end - i - 1));
      i = end + 1;
    } else {
      plain(std::string_view(text).substr(i, 1));
      ++i;
    }
  }
}

/// What placeholders stand for in a cell.
class Substitution {
 public:
  Substitution(const Condition& condition, Seed seed, const std::string& study_folder)
      : condition_(condition), seed_(seed), study_folder_(study_folder) {}

  std::string operator()(const std::string& text) const {
    std::string made;
    walk(
        text, [&](std::string_view plain) { made += plain; },
        [&](const std::string& name) { made += value(name); });
    return made;
  }

  /// The truth that a flag's value is, or the parameter that its placeholder names.
  bool truth(const Scalar& given) const {
    const std::string text = (*this)(text_of(given));
    if (text != "true" && text != "false") {
      throw InputError("flag", "", fmt::format("'{}'", text), "must be true or false");
    }
    return text == "true";
  }

 private:
  std::string value(const std::string& name) const {
    if (name == "seed") {
      return std::to_string(seed_);
    }
    if (name == "study") {
      return study_folder_.empty() ? "{study}" : study_folder_;
    }
    const Scalar* parameter = find(condition_.parameters, name);
    if (parameter == nullptr) {
      throw InputError("placeholder", name, "nothing", "must be a parameter of the condition");
    }
    return text_of(*parameter);
  }

  const Condition& condition_;
  Seed seed_;
  const std::string& study_folder_;
};

}  // namespace

std::string text_of(const Scalar& value) {
  struct Visitor {
    std::string operator()(bool truth) const { return truth ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(double number) const { return fmt::format("{}", number); }
    std::string operator()(const std::string& text) const { return text; }
  };
  return std::visit(Visitor{}, value);
}

const Scalar* find(const Parameters& parameters, const std::string& name) {
  const auto found = std::ranges::find(parameters, name, &Parameters::value_type::first);
  return found == parameters.end() ? nullptr : &found->second;
}

std::vector<std::string> parameter_names(const Study& study) {
  std::vector<std::string> names;
  for (const Condition& condition : study.conditions) {
    for (const auto& [name, value] : condition.parameters) {
      if (std::ranges::find(names, name) == names.end()) {
        names.push_back(name);
      }
    }
  }
  return names;
}

std::vector<Cell> cells_of(const Study& study) {
  std::size_t longest = 0;
  for (const Condition& condition : study.conditions) {
    longest = std::max(longest, condition.seeds.size());
  }
  std::vector<Cell> cells;
  for (std::size_t i = 0; i < longest; ++i) {
    for (std::size_t c = 0; c < study.conditions.size(); ++c) {
      if (i < study.conditions[c].seeds.size()) {
        cells.push_back({c, study.conditions[c].seeds[i]});
      }
    }
  }
  return cells;
}

bool runs(const Step& step, const Condition& condition) {
  return step.only.empty() || std::ranges::find(step.only, condition.listed) != step.only.end();
}

std::string substituted(const std::string& text, const Condition& condition, Seed seed,
                        const std::string& study_folder) {
  return Substitution(condition, seed, study_folder)(text);
}

std::vector<std::string> command_line(const Step& step, const Condition& condition, Seed seed,
                                      const std::string& study_folder) {
  const Substitution in_cell(condition, seed, study_folder);
  std::vector<std::string> words = step.command;
  for (const std::string& argument : step.arguments) {
    words.push_back(in_cell(argument));
  }
  for (const StepOption& option : step.options) {
    if (option.flag) {
      if (in_cell.truth(option.values.front())) {
        words.push_back(option.name);
      }
      continue;
    }
    words.push_back(option.name);
    for (const Scalar& value : option.values) {
      words.push_back(in_cell(text_of(value)));
    }
  }
  return words;
}

std::vector<std::string> placeholders_of(const std::string& text) {
  std::vector<std::string> names;
  walk(
      text, [](std::string_view) {}, [&](const std::string& name) { names.push_back(name); });
  return names;
}

}  // namespace rheobase::study
