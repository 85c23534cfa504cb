#include "apps/study/internal/plan_json.hpp"

#include <fmt/format.h>

#include "core/version.hpp"

namespace rheobase::study {

namespace {

constexpr const char* kNothing = "nothing";

PlanJson scalar_json(const Scalar& value) {
  return std::visit([](const auto& one) { return PlanJson(one); }, value);
}

PlanJson step_json(const Step& step) {
  PlanJson options = PlanJson::object();
  for (const StepOption& option : step.options) {
    PlanJson values = PlanJson::array();
    for (const Scalar& value : option.values) {
      values.push_back(scalar_json(value));
    }
    options[option.name] = values.size() == 1 ? values.front() : values;
  }
  return {{"command", step.command},
          {"arguments", step.arguments},
          {"options", options},
          {"only", step.only}};
}

std::string shown(const PlanJson& value) {
  const std::string text = value.dump(-1, ' ', false, PlanJson::error_handler_t::replace);
  return text.size() > 60 ? text.substr(0, 57) + "..." : text;
}

std::string difference(const PlanJson& folder, const PlanJson& file, const std::string& name) {
  if (folder == file) {
    return {};
  }
  if (!folder.is_object() || !file.is_object()) {
    return fmt::format("{} {} where the file has {}", name, shown(folder), shown(file));
  }
  for (const auto& [key, value] : folder.items()) {
    const std::string part = name.empty() ? key : fmt::format("{}: {}", name, key);
    if (!file.contains(key)) {
      return fmt::format("{} {} where the file has {}", part, shown(value), kNothing);
    }
    if (std::string found = difference(value, file[key], part); !found.empty()) {
      return found;
    }
  }
  for (const auto& [key, value] : file.items()) {
    if (!folder.contains(key)) {
      return fmt::format("{} {} where the file has {}",
                         name.empty() ? key : fmt::format("{}: {}", name, key), kNothing,
                         shown(value));
    }
  }
  return {};  // another order of the same
}

}  // namespace

PlanJson plan_json(const Study& study) {
  PlanJson steps = PlanJson::object();
  for (const Step& step : study.steps) {
    steps[step.name] = step_json(step);
  }
  PlanJson measures = PlanJson::object();
  for (const Measure& measure : study.measures) {
    measures[measure.name] = {{"step", measure.step}, {"path", measure.path}};
  }
  PlanJson conditions = PlanJson::object();
  for (const Condition& condition : study.conditions) {
    PlanJson parameters = PlanJson::object();
    for (const auto& [name, value] : condition.parameters) {
      parameters[name] = scalar_json(value);
    }
    conditions[condition.name] = parameters;
  }
  return {{"program", kVersion}, {"quick", study.quick}, {"keep", study.keep},
          {"step", steps},       {"measure", measures},  {"condition", conditions}};
}

std::string plan_difference(const PlanJson& folder, const PlanJson& file) {
  PlanJson before = folder;
  PlanJson now = file;
  for (PlanJson* plan : {&before, &now}) {
    if (!plan->is_object() || !plan->contains("step")) {
      continue;
    }
    for (auto& [name, step] : (*plan)["step"].items()) {
      for (const char* without_influence : {"--json", "--threads"}) {
        if (step.is_object() && step.contains("options")) {
          step["options"].erase(without_influence);  // as given by what a command has learnt since
        }
      }
    }
  }
  const auto drop_alone = [](PlanJson& from, const PlanJson& other) {
    if (!from.contains("condition") || !other.contains("condition")) {
      return;
    }
    PlanJson kept = PlanJson::object();
    for (const auto& [name, value] : from["condition"].items()) {
      if (other["condition"].contains(name)) {
        kept[name] = value;
      }
    }
    from["condition"] = kept;
  };
  drop_alone(before, file);
  drop_alone(now, folder);
  return difference(before, now, "");
}

std::vector<std::string> new_measures(const PlanJson& folder, const PlanJson& file) {
  const PlanJson before = folder.is_object() ? folder.value("measure", PlanJson()) : PlanJson();
  std::vector<std::string> names;
  for (const auto& [name, value] : file["measure"].items()) {
    if (!before.contains(name) || before[name] != value) {
      names.push_back(name);
    }
  }
  return names;
}

}  // namespace rheobase::study
