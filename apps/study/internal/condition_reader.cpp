#include "apps/study/internal/condition_reader.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include <fmt/format.h>

#include "apps/study/internal/step_reader.hpp"
#include "core/nearest_name.hpp"

namespace rheobase::study {

namespace {

constexpr std::size_t kMostConditions = 100'000;
constexpr std::size_t kLongestFolder = 200;

/// A parameter of the grid, and its values.
struct Axis {
  std::string name;
  std::vector<Scalar> values;
};

void set(Parameters& parameters, const std::string& name, Scalar value) {
  const auto found = std::ranges::find(parameters, name, &Parameters::value_type::first);
  if (found != parameters.end()) {
    found->second = std::move(value);
  } else {
    parameters.emplace_back(name, std::move(value));
  }
}

/// Reads the conditions; the places of what is wrong are those of the file.
class ConditionReader {
 public:
  ConditionReader(const StudyTable& top, const std::vector<Step>& steps, bool quick)
      : top_(top),
        steps_(steps),
        uses_(placeholder_uses(top, steps)),
        quick_(top.table("quick", "quick", {"seeds", "parameters", "grid", "conditions"})),
        is_quick_(quick) {
    for (const PlaceholderUse& use : uses_) {
      used_.insert(use.name);
    }
  }

  std::vector<Condition> read() {
    const StudyTable shared = top_.table("parameters", "parameters", {});
    Parameters base;
    for (const DocumentEntry& entry : shared.entries()) {
      require_use(shared, entry);
      base.emplace_back(entry.key, shared.scalar(entry));
    }
    seeds_ =
        is_quick_ && quick_.find("seeds") != nullptr ? quick_.seeds("seeds") : top_.seeds("seeds");
    read_axes(base);
    read_quick_parameters();
    for (Condition& condition : read_list(base)) {
      add_grid(std::move(condition));
    }
    require_folders();
    for (const Condition& condition : conditions_) {
      require_complete(condition);
    }
    return std::move(conditions_);
  }

 private:
  /// A parameter that no step uses is a misspelt one.
  void require_use(const StudyTable& table, const DocumentEntry& entry) const {
    if (entry.key == "seed" || entry.key == "study") {
      table.fail(entry.position, "parameter", fmt::format("'{}'", entry.key),
                 "must have another name: {seed} and {study} have a meaning of their own");
    }
    if (!used_.contains(entry.key)) {
      std::vector<std::string> names(used_.begin(), used_.end());
      std::erase_if(names, [](const auto& name) { return name == "seed" || name == "study"; });
      table.fail(entry.position, "parameter", fmt::format("'{}'", entry.key),
                 names.empty() ? "must stand in a step as {" + entry.key + "}; none has a parameter"
                               : must_be_one_of(entry.key, names) + " (those that steps use)");
    }
  }

  void read_axes(const Parameters& base) {
    const StudyTable grid = top_.table("grid", "grid", {});
    for (const DocumentEntry& entry : grid.entries()) {
      require_use(grid, entry);
      if (find(base, entry.key) != nullptr) {
        grid.fail(entry.position, entry.key, "a parameter of [parameters] too",
                  "must stand in one of the two");
      }
      axes_.push_back({entry.key, axis_values(grid, entry)});
    }
    const StudyTable smaller = quick_.table("grid", "quick grid", {});
    for (const DocumentEntry& entry : smaller.entries()) {
      const auto axis = std::ranges::find(axes_, entry.key, &Axis::name);
      if (axis == axes_.end()) {
        smaller.fail(entry.position, "key", fmt::format("'{}'", entry.key),
                     "must be a parameter of [grid]");
      }
      std::vector<Scalar> values = axis_values(smaller, entry);
      if (is_quick_) {
        axis->values = std::move(values);
      }
    }
  }

  static std::vector<Scalar> axis_values(const StudyTable& grid, const DocumentEntry& entry) {
    if (entry.value.array() == nullptr) {
      grid.fail(entry.value.position, entry.key, entry.value.describe(),
                "must be an array of values: one value belongs into [parameters]");
    }
    std::vector<Scalar> values = grid.scalars(entry);
    std::set<std::string> seen;
    for (const Scalar& value : values) {
      if (!seen.insert(text_of(value)).second) {
        grid.fail(entry.value.position, entry.key, text_of(value) + " twice",
                  "must be different values");
      }
    }
    return values;
  }

  void read_quick_parameters() {
    const StudyTable table = quick_.table("parameters", "quick parameters", {});
    for (const DocumentEntry& entry : table.entries()) {
      require_use(table, entry);
      if (std::ranges::find(axes_, entry.key, &Axis::name) != axes_.end()) {
        table.fail(entry.position, entry.key, "a parameter of [grid]",
                   "must stand in [quick.grid] then");
      }
      if (is_quick_) {
        set(quick_parameters_, entry.key, table.scalar(entry));
      }
    }
  }

  std::vector<Condition> read_list(const Parameters& base) {
    std::vector<Condition> list;
    for (const StudyTable& table : top_.tables("condition", {})) {
      Condition condition;
      condition.name = condition.listed = table.name("name");
      condition.parameters = base;
      condition.seeds = table.find("seeds") != nullptr ? table.seeds("seeds") : seeds_;
      for (const DocumentEntry& entry : table.entries()) {
        if (entry.key == "name" || entry.key == "seeds") {
          continue;
        }
        require_use(table, entry);
        if (std::ranges::find(axes_, entry.key, &Axis::name) != axes_.end()) {
          table.fail(entry.position, entry.key, "a parameter of [grid] too",
                     "must stand in one of the two");
        }
        set(condition.parameters, entry.key, table.scalar(entry));
      }
      if (std::ranges::find(list, condition.name, &Condition::name) != list.end()) {
        table.fail(table.place_of("name"), "name", fmt::format("'{}' twice", condition.name),
                   "must be another name");
      }
      list.push_back(std::move(condition));
    }
    if (list.empty()) {
      list.push_back({axes_.empty() ? "all" : "", "", "", base, seeds_});
    }
    keep_quick_ones(list);
    for (Condition& condition : list) {
      for (const auto& [name, value] : quick_parameters_) {
        set(condition.parameters, name, value);
      }
    }
    return list;
  }

  void keep_quick_ones(std::vector<Condition>& list) const {
    const std::vector<std::string> kept = quick_.texts("conditions");
    std::vector<std::string> names;
    for (const Condition& condition : list) {
      names.push_back(condition.name);
    }
    for (const std::string& name : kept) {
      if (std::ranges::find(names, name) == names.end()) {
        quick_.fail(quick_.place_of("conditions"), "conditions", fmt::format("'{}'", name),
                    must_be_one_of(name, names));
      }
    }
    if (is_quick_ && !kept.empty()) {
      std::erase_if(list, [&](const Condition& condition) {
        return std::ranges::find(kept, condition.name) == kept.end();
      });
    }
    if (is_quick_ && quick_.find("seeds") != nullptr) {
      // A condition with fewer seeds of its own, one perhaps, keeps them.
      for (Condition& condition : list) {
        if (condition.seeds.size() > seeds_.size()) {
          condition.seeds = seeds_;
        }
      }
    }
  }

  void add_grid(Condition condition) {
    std::size_t combinations = 1;
    for (const Axis& axis : axes_) {
      combinations *= axis.values.size();
      if (combinations > kMostConditions) {
        top_.fail(top_.place_of("grid"), "grid",
                  fmt::format("more than {} conditions", kMostConditions),
                  fmt::format("must be at most {}", kMostConditions));
      }
    }
    for (std::size_t i = 0; i < combinations; ++i) {
      Condition one = condition;
      std::size_t rest = i;
      std::vector<const Scalar*> chosen(axes_.size());
      for (std::size_t a = axes_.size(); a-- > 0;) {
        chosen[a] = &axes_[a].values[rest % axes_[a].values.size()];
        rest /= axes_[a].values.size();
      }
      for (std::size_t a = 0; a < axes_.size(); ++a) {
        set(one.parameters, axes_[a].name, *chosen[a]);
        one.name += fmt::format("{}{}={}", one.name.empty() ? "" : ", ", axes_[a].name,
                                text_of(*chosen[a]));
      }
      one.folder = condition_folder(one.name);
      conditions_.push_back(std::move(one));
    }
    if (conditions_.size() > kMostConditions) {
      top_.fail({}, "conditions", fmt::format("{}", conditions_.size()),
                fmt::format("must be at most {}", kMostConditions));
    }
  }

  void require_folders() const {
    std::map<std::string, std::string> owner;
    for (const Condition& condition : conditions_) {
      const auto [place, added] = owner.emplace(condition.folder, condition.name);
      if (!added) {
        top_.fail({}, "conditions", fmt::format("'{}' beside '{}'", condition.name, place->second),
                  "must have names that differ in letters, digits or . _ = + , - within 200 "
                  "characters: they become names of folders");
      }
    }
  }

  /// Every placeholder of a step that runs stands for something, and seeds have an effect.
  void require_complete(const Condition& condition) const {
    bool seeded = false;
    for (const PlaceholderUse& use : uses_) {
      if (!runs(steps_[use.step], condition)) {
        continue;
      }
      seeded = seeded || use.name == "seed";
      if (use.name != "seed" && use.name != "study" &&
          find(condition.parameters, use.name) == nullptr) {
        std::vector<std::string> names{"seed", "study"};
        for (const auto& [name, value] : condition.parameters) {
          names.push_back(name);
        }
        top_.fail(use.place, fmt::format("step '{}'", steps_[use.step].name),
                  fmt::format("{{{}}}", use.name),
                  fmt::format("must be a parameter of condition '{}': {}", condition.name,
                              must_be_one_of(use.name, names)));
      }
    }
    require_truths(condition);
    if (condition.seeds.empty()) {
      top_.fail({}, "seeds", "nothing", "must be given, such as seeds = \"1:20\"");
    }
    if (!seeded && condition.seeds.size() > 1) {
      top_.fail({}, "seeds",
                fmt::format("{} for condition '{}'", condition.seeds.size(), condition.name),
                "must be one where no step has {seed}: all would give the same");
    }
  }

  /// Options that take no value are given or not, under every condition.
  void require_truths(const Condition& condition) const {
    for (const PlaceholderUse& use : uses_) {
      if (!use.flag || !runs(steps_[use.step], condition)) {
        continue;
      }
      const std::string value = substituted(use.text, condition, 0, "");
      if (value != "true" && value != "false") {
        top_.fail(use.place, fmt::format("step '{}', {}", steps_[use.step].name, use.key),
                  fmt::format("'{}' for '{}'", value, use.text),
                  fmt::format("must be true or false in condition '{}': it takes no value",
                              condition.name));
      }
    }
  }

  const StudyTable& top_;
  const std::vector<Step>& steps_;
  std::vector<PlaceholderUse> uses_;
  StudyTable quick_;
  bool is_quick_;
  std::set<std::string> used_;
  std::vector<Seed> seeds_;
  std::vector<Axis> axes_;
  Parameters quick_parameters_;
  std::vector<Condition> conditions_;
};

}  // namespace

std::string condition_folder(const std::string& name) {
  std::string folder;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    const bool after_comma = c == ' ' && i > 0 && name[i - 1] == ',';
    const bool plain = std::isalnum(c) != 0 ||
                       (c != 0 && std::string("._=+,-").find(name[i]) != std::string::npos);
    if (!after_comma) {
      folder += plain && !(folder.empty() && c == '.') ? name[i] : '_';
    }
  }
  return folder.substr(0, kLongestFolder);
}

std::vector<std::string> listed_conditions(const StudyTable& top) {
  std::vector<std::string> names;
  for (const StudyTable& table : top.tables("condition", {})) {
    names.push_back(table.name("name"));
  }
  return names;
}

std::vector<Condition> read_conditions(const StudyTable& top, const std::vector<Step>& steps,
                                       bool quick) {
  return ConditionReader(top, steps, quick).read();
}

}  // namespace rheobase::study
