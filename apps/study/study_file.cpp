#include "apps/study/study_file.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "apps/study/internal/condition_reader.hpp"
#include "apps/study/internal/step_reader.hpp"
#include "core/error.hpp"
#include "core/nearest_name.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/network/toml_document.hpp"

namespace rheobase::study {

namespace {

namespace fs = std::filesystem;

template <class Item>
std::vector<std::string> names_of(const std::vector<Item>& items) {
  std::vector<std::string> names;
  for (const Item& item : items) {
    names.push_back(item.name);
  }
  return names;
}

bool names_time(const std::string& path) {
  return path.substr(path.rfind('.') + 1) == "seconds";
}

void read_measures(const StudyTable& top, Study& study) {
  for (const StudyTable& table : top.tables(
           "measure",
           {"name", "step", "path", "label", "success_at_least", "success_at_most", "among"})) {
    Measure measure;
    measure.name = table.name("name");
    measure.step = study.steps.size() == 1 && table.find("step") == nullptr
                       ? study.steps.front().name
                       : table.word("step", names_of(study.steps));
    measure.path = table.name("path");
    measure.label = table.text_or("label", measure.name);
    measure.success_at_least = table.number("success_at_least");
    measure.success_at_most = table.number("success_at_most");
    if (table.find("among") != nullptr) {
      measure.among = table.word("among", names_of(study.measures));
    }
    if (names_time(measure.path)) {
      table.fail(table.place_of("path"), "path", fmt::format("'{}'", measure.path),
                 "must be no time, which differs from run to run; `study status` has the seconds");
    }
    if (std::ranges::find(study.measures, measure.name, &Measure::name) != study.measures.end()) {
      table.fail(table.place_of("name"), "name", fmt::format("'{}' twice", measure.name),
                 "must be another name");
    }
    const auto step = std::ranges::find(study.steps, measure.step, &Step::name);
    if (std::ranges::find(step->options, "--json", &StepOption::name) == step->options.end()) {
      table.fail(table.place_of("step"), "step", fmt::format("'{}'", measure.step),
                 "must be one whose command has --json");
    }
    study.measures.push_back(std::move(measure));
  }
  if (study.measures.empty()) {
    top.fail({}, "measure", "none", "must have at least one [[measure]], the figures to keep");
  }
}

void read_published(const StudyTable& top, Study& study) {
  for (const StudyTable& table :
       top.tables("published", {"measure", "condition", "mean", "sd", "fraction", "source"})) {
    Published published;
    published.measure = table.word("measure", names_of(study.measures));
    published.condition =
        study.quick ? table.text("condition") : table.word("condition", names_of(study.conditions));
    published.mean = table.number("mean");
    published.sd = table.number("sd");
    published.fraction = table.number("fraction");
    published.source = table.text_or("source", "");
    if (!published.mean && !published.fraction) {
      table.fail(table.position(), "", "neither mean nor fraction", "must have one of them");
    }
    study.published.push_back(std::move(published));
  }
}

/// Conditions that [quick] leaves out are left out of comparisons and published values too.
bool present(const Study& study, const std::string& condition) {
  return std::ranges::find(study.conditions, condition, &Condition::name) != study.conditions.end();
}

void read_comparisons(const StudyTable& top, Study& study) {
  const std::vector<std::string> measures = names_of(study.measures);
  const std::vector<std::string> conditions = names_of(study.conditions);
  for (const StudyTable& table :
       top.tables("compare", {"measure", "conditions", "measures", "condition"})) {
    const bool of_conditions = table.find("conditions") != nullptr;
    const std::vector<std::string> pair = table.texts(of_conditions ? "conditions" : "measures");
    if (pair.size() != 2 || pair[0] == pair[1]) {
      table.fail(table.position(), of_conditions ? "conditions" : "measures",
                 fmt::format("{}", pair.size()), "must be two different ones to be compared");
    }
    const std::vector<std::string>& known = of_conditions ? conditions : measures;
    for (const std::string& name : pair) {
      if (std::ranges::find(known, name) == known.end() && !(of_conditions && study.quick)) {
        table.fail(table.place_of(of_conditions ? "conditions" : "measures"), "",
                   fmt::format("'{}'", name), must_be_one_of(name, known));
      }
    }
    if (of_conditions) {
      study.comparisons.push_back({table.word("measure", measures), "", pair[0], pair[1]});
    } else {
      study.comparisons.push_back({pair[0], pair[1], table.text("condition"), ""});
      if (!study.quick) {
        table.word("condition", conditions);
      }
    }
  }
  std::erase_if(study.comparisons, [&](const Comparison& one) {
    return !present(study, one.condition) ||
           (!one.other_condition.empty() && !present(study, one.other_condition));
  });
  std::erase_if(study.published,
                [&](const Published& one) { return !present(study, one.condition); });
}

void read_plots(const StudyTable& top, Study& study) {
  std::vector<std::string> parameters = parameter_names(study);
  parameters.emplace_back("condition");
  for (const StudyTable& table : top.tables("plot", {"name", "measure", "over", "by", "only"})) {
    Plot plot;
    plot.measure = table.word("measure", names_of(study.measures));
    plot.over = table.find("over") == nullptr ? "condition" : table.word("over", parameters);
    plot.by = table.find("by") == nullptr ? "" : table.word("by", parameters);
    plot.only = table.only(listed_conditions(top));
    plot.name = table.find("name") == nullptr ? plot.measure : table.name("name");
    if (plot.name.find_first_of("/\\") != std::string::npos || plot.name.starts_with('.')) {
      table.fail(table.place_of("name"), "name", fmt::format("'{}'", plot.name),
                 "must be a file name without its extension");
    }
    if (std::ranges::find(study.plots, plot.name, &Plot::name) != study.plots.end()) {
      table.fail(table.place_of("name"), "name", fmt::format("'{}' twice", plot.name),
                 "must be another name");
    }
    study.plots.push_back(std::move(plot));
  }
}

void read_keep(const StudyTable& top, Study& study) {
  study.keep = top.texts("keep");
  for (const std::string& name : study.keep) {
    if (name.empty() || name.front() == '.' || name.find('/') != std::string::npos) {
      top.fail(top.place_of("keep"), "keep", fmt::format("'{}'", name),
               "must be names of files in a cell's working folder");
    }
  }
}

}  // namespace

Study read_study(const fs::path& path, const Catalogue& catalogue, bool quick) {
  const std::vector<std::byte> bytes = io::read_bytes(path);
  Study study;
  study.name = path.stem().string();
  study.folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  study.text.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  study.quick = quick;
  const DocumentValue document = io::parse_toml(study.text, path.string());
  const StudyTable top(document, path.string(), "",
                       {"title", "seeds", "keep", "parameters", "grid", "condition", "step",
                        "measure", "published", "compare", "plot", "quick"});
  study.title = top.text_or("title", study.name);
  study.steps = read_steps(top, catalogue, listed_conditions(top));
  study.conditions = read_conditions(top, study.steps, quick);
  read_keep(top, study);
  read_measures(top, study);
  read_published(top, study);
  read_comparisons(top, study);
  read_plots(top, study);
  return study;
}

}  // namespace rheobase::study
