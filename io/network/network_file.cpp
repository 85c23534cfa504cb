#include "io/network/network_file.hpp"

#include <cmath>
#include <map>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/network/internal/fit_plan.hpp"
#include "io/network/internal/input_signals.hpp"
#include "io/network/internal/matrix_values.hpp"
#include "io/network/internal/toml_fields.hpp"
#include "network/network.hpp"
#include "network/value_checks.hpp"

namespace rheobase::io {

namespace fs = std::filesystem;

namespace {

constexpr Range kUnits{.low = 1.0, .high = 1e8};
constexpr Range kSteps{.low = 1.0, .high = 1e15};

/// Reads the tables of a document in turn.
class NetworkReader {
 public:
  NetworkReader(NetworkFile& file, const fs::path& folder, const FieldValues& instead)
      : file_(file),
        instead_(instead),
        map_(std::make_shared<SourceMap>(file.name)),
        values_(folder) {}

  void read() {
    file_.document = parse_toml(file_.text, file_.name);
    const TomlFields top(file_.document, *map_, "",
                         {"title", "step", "time_unit", "population", "node", "edge", "input",
                          "run", "record", "fit"});
    file_.title = top.text_or("title", "");
    file_.spec.step = top.number("step", network::kStepRange);
    file_.spec.time_unit =
        top.has("time_unit") ? top.word_or("time_unit", "", {"us", "ms", "s", "min", "h"}) : "";
    map_->add("network", "step", top.find("step")->position);
    named_tables(top, "population", [&](const auto& entry) { read_population(entry); });
    named_tables(top, "node", [&](const auto& entry) { read_node(entry); });
    if (file_.spec.populations.empty() && file_.spec.functions.empty()) {
      top.fail({}, "", "no population", "must have at least one, such as [population.exc]");
    }
    listed_tables(top, "edge", [&](const auto& table) { read_edge(table); });
    listed_tables(top, "input", [&](const auto& table) { read_input(table); });
    read_run(top);
    listed_tables(top, "record", [&](const auto& table) { read_record(table); });
    if (const DocumentValue* fit = top.find("fit")) {
      file_.fit = read_fit(*fit, *map_, values_, file_.spec, file_.run, trained_, *signals_);
    }
    file_.signals = signals_;
    file_.places = map_;
  }

 private:
  template <class Read>
  void named_tables(const TomlFields& top, const char* key, Read read) {
    const DocumentValue* tables = top.find(key);
    if (tables == nullptr) {
      return;
    }
    if (tables->table() == nullptr) {
      top.fail(tables->position, key, tables->describe(),
               fmt::format("must be tables with names: [{}.NAME]", key));
    }
    for (const DocumentEntry& entry : *tables->table()) {
      if (entry.value.table() == nullptr) {
        top.fail(entry.position, key, fmt::format("'{} = {}'", entry.key, entry.value.describe()),
                 fmt::format("must be tables with names: [{}.NAME]", key));
      }
      read(entry);
    }
  }

  template <class Read>
  void listed_tables(const TomlFields& top, const char* key, Read read) {
    const DocumentValue* tables = top.find(key);
    if (tables == nullptr) {
      return;
    }
    if (tables->array() == nullptr) {
      top.fail(tables->position, key, tables->describe(),
               fmt::format("must be written [[{}]], in double brackets", key));
    }
    for (const DocumentValue& table : *tables->array()) {
      read(table);
    }
  }

  void read_population(const DocumentEntry& entry);
  std::map<std::string, Eigen::VectorXd> read_values(const TomlFields& population, const char* key);
  void read_node(const DocumentEntry& entry);
  void read_edge(const DocumentValue& table);
  void read_input(const DocumentValue& table);
  void read_run(const TomlFields& top);
  void read_record(const DocumentValue& table);
  /// "exc.r" and its parts, for messages about any of them.
  void add_signal(const std::string& part, const std::string& signal, TextPosition place);

  NetworkFile& file_;
  const FieldValues& instead_;
  std::shared_ptr<SourceMap> map_;
  MatrixValues values_;
  TrainedNames trained_;
  std::shared_ptr<InputSignals> signals_ = std::make_shared<InputSignals>();
};

void NetworkReader::read_population(const DocumentEntry& entry) {
  const std::string part = fmt::format("population '{}'", entry.key);
  const TomlFields fields(
      entry.value, *map_, part,
      {"template", "equations", "size", "parameters", "initial", "noise", "train"});
  map_->add(part, "", entry.position);
  map_->add(part, "name", entry.position);
  network::Population made{.name = entry.key};
  if (fields.has("template") == fields.has("equations")) {
    fields.fail(entry.position, "", fields.has("template") ? "a template and equations" : "neither",
                "must have a template (see rheobase network templates) or equations");
  }
  made.model = fields.text_or("template", "");
  made.equations = fields.text_or("equations", "");
  for (const char* key : {"template", "equations", "size"}) {
    if (fields.has(key)) {
      map_->add(part, key, fields.find(key)->position);
    }
  }
  map_->add(part, "unit of time", entry.position);
  if (fields.has("equations")) {
    map_->add_text("equations of " + part, file_.text, fields.find("equations")->position);
  }
  fields.get("size", "must be the number of units");
  made.size = static_cast<Eigen::Index>(fields.integer_or("size", 0, kUnits));
  made.parameters = read_values(fields, "parameters");
  made.initial = read_values(fields, "initial");
  for (const auto& [name, sigma] : read_values(fields, "noise")) {
    if (sigma.size() != 1) {
      fields.fail(fields.find("noise")->position, "noise of '" + name + "'",
                  counted(sigma.size(), "value"), "must be one number");
    }
    made.noise[name] = sigma[0];
  }
  if (const DocumentValue* train = fields.find("train")) {
    trained_.add_parameters(fields, *train, entry.key, *map_);
  }
  file_.spec.populations.push_back(std::move(made));
}

std::map<std::string, Eigen::VectorXd> NetworkReader::read_values(const TomlFields& population,
                                                                  const char* key) {
  std::map<std::string, Eigen::VectorXd> made;
  const DocumentValue* table = population.find(key);
  if (table == nullptr) {
    return made;
  }
  if (table->table() == nullptr) {
    population.fail(table->position, key, table->describe(), "must be a table, {name = value}");
  }
  for (const DocumentEntry& entry : *table->table()) {
    if (std::string_view(key) == "noise") {
      map_->add(population.part(), "noise of '" + entry.key + "'", entry.position);
    }
    map_->add(population.part(), entry.key, entry.position);
    made[entry.key] = values_.vector(population, entry.value, fmt::format("{}.{}", key, entry.key));
  }
  return made;
}

void NetworkReader::read_node(const DocumentEntry& entry) {
  const std::string part = fmt::format("function node '{}'", entry.key);
  const TomlFields fields(entry.value, *map_, part, {"function", "size"});
  map_->add(part, "", entry.position);
  fields.get("size", "must be the number of units");
  network::FunctionNode made{.name = entry.key};
  made.size = static_cast<Eigen::Index>(fields.integer_or("size", 0, kUnits));
  made.function = network::node_function_from(
      fields.word_or("function", "identity",
                     {"identity", "tanh", "sigmoid", "softmax", "softmin", "log_softmax"}));
  file_.spec.functions.push_back(std::move(made));
}

void NetworkReader::add_signal(const std::string& part, const std::string& signal,
                               TextPosition place) {
  map_->add(part, signal, place);
  map_->add(part, signal.substr(0, signal.find('.')), place);
  map_->add(part, signal.find('.') == std::string::npos ? "" : signal.substr(signal.find('.') + 1),
            place);
}

void NetworkReader::read_edge(const DocumentValue& table) {
  const std::size_t index = file_.spec.edges.size();
  const TomlFields fields(table, *map_, fmt::format("edge {}", index + 1),
                          {"from", "to", "weights", "mask", "delay", "filter", "storage", "train"});
  network::Edge made{.source = fields.text("from", "must name a source, such as \"exc.r\""),
                     .target = fields.text("to", "must name a target, such as \"exc.r_in\"")};
  const std::string part = fmt::format("edge {} -> {}", made.source, made.target);
  map_->add(part, "", table.position);
  map_->add(part, "source", fields.find("from")->position);
  map_->add(part, "target", fields.find("to")->position);
  add_signal(part, made.source, fields.find("from")->position);
  add_signal(part, made.target, fields.find("to")->position);
  for (const char* key : {"weights", "mask", "delay", "filter", "storage"}) {
    if (fields.has(key)) {
      map_->add(part, key, fields.find(key)->position);
    }
  }
  if (fields.has("storage")) {
    made.storage =
        network::storage_from(fields.word_or("storage", "", {"dense", "sparse", "single"}));
  }
  made.weights = values_.weights(fields, static_cast<std::uint32_t>(index));
  if (fields.has("mask")) {
    made.mask = values_.matrix(fields, "mask");
  }
  if (const DocumentValue* delay = fields.find("delay")) {
    made.delay = values_.vector(fields, *delay, "delay");
  }
  if (fields.has("filter")) {
    made.filter = values_.matrix(fields, "filter");
  }
  if (const DocumentValue* train = fields.find("train")) {
    trained_.add_edge(fields, *train, made);
  }
  file_.spec.edges.push_back(std::move(made));
}

void NetworkReader::read_input(const DocumentValue& table) {
  const InputSignals::Read read =
      signals_->add(table, *map_, values_, file_.spec.step,
                    fmt::format("input {}", file_.spec.inputs.size() + 1));
  const std::string part = "input to " + read.port.target;
  map_->add(part, "", table.position);
  map_->add(part, "columns", read.value);
  add_signal(part, read.port.target, read.target);
  map_->add("run", "inputs", read.value);
  file_.spec.inputs.push_back(read.port);
}

void NetworkReader::read_run(const TomlFields& top) {
  static const DocumentValue kNothing{};
  const DocumentValue* table = top.find("run");
  std::vector<std::string> known = field_names(network::run_fields());
  known.emplace_back("duration");
  const TomlFields fields(table == nullptr ? kNothing : *table, *map_, "run", known);
  fields.set_fields(network::run_fields(), file_.run);
  if (table != nullptr) {
    map_->add("run", "", fields.position());
  }
  for (const DocumentEntry& entry : *(table == nullptr ? kNothing : *table).table()) {
    map_->add("run", entry.key, entry.value.position);
  }
  set_given(instead_, network::run_fields(), file_.run);
  const bool given = instead_.contains("steps");
  if (fields.has("duration") && !given) {
    if (fields.has("steps")) {
      fields.fail(fields.find("duration")->position, "", "steps and duration",
                  "must be one of the two");
    }
    const double steps = std::round(fields.number("duration", kPositive) / file_.spec.step);
    if (!contains(kSteps, steps)) {
      fields.fail(fields.find("duration")->position, "duration", fmt::format("{:g} steps", steps),
                  fmt::format("must be at least a step, {:g}, and at most 1e15", file_.spec.step));
    }
    file_.run.steps = static_cast<long>(steps);
  }
  if (file_.run.steps == 0) {
    file_.run.steps = signals_->rows();
  }
  if (file_.run.steps == 0 && given) {
    throw InputError(
        find_field(network::run_fields(), "steps").option, "", "0",
        fmt::format("must be at least 1: no input of {} has a value for every step", file_.name));
  }
  file_.inputs = signals_->matrix(file_.run.steps);
  file_.doubts = signals_->silent(file_.run.steps);
}

void NetworkReader::read_record(const DocumentValue& table) {
  const TomlFields fields(table, *map_, fmt::format("record {}", file_.run.probes.size() + 1),
                          {"signal", "units", "mean", "averaged"});
  network::Probe probe{.signal = fields.text("signal", "must name a signal, such as \"exc.v\"")};
  add_signal("record", probe.signal, fields.find("signal")->position);
  probe.mean = fields.truth_or("mean", false);
  probe.averaged = fields.truth_or("averaged", false);
  if (const DocumentValue* units = fields.find("units")) {
    map_->add("record", "units of " + probe.signal, units->position);
    for (const double unit : values_.vector(fields, *units, "units")) {
      if (unit < 1.0 || unit != std::floor(unit) || unit > kUnits.high) {
        fields.fail(units->position, "units", fmt::format("{}", unit),
                    "must be numbers of units, counted from 1");
      }
      probe.units.push_back(static_cast<Eigen::Index>(unit) - 1);
    }
  }
  file_.run.probes.push_back(std::move(probe));
}

}  // namespace

NetworkFile parse_network_file(std::string text, const std::string& name, const fs::path& folder,
                               const FieldValues& instead) {
  NetworkFile file;
  file.name = name;
  file.text = std::move(text);
  NetworkReader(file, folder, instead).read();
  return file;
}

NetworkFile read_network_file(const fs::path& path, const FieldValues& instead) {
  const std::vector<std::byte> bytes = read_bytes(path);
  return parse_network_file({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                            path.string(), path.parent_path(), instead);
}

Eigen::MatrixXd inputs_from(const InputSignals& signals, long steps, long first) {
  return signals.matrix(steps, first);
}

bool has_rows(const NetworkFile& file) {
  return file.signals->rows() > 0;
}

void begin_at(NetworkFile& file, long first) {
  file.inputs.resize(0, 0);  // not both at once
  file.inputs = file.signals->matrix(file.run.steps, first);
  file.doubts = file.signals->silent(file.run.steps, first);
}

void at_places(const NetworkFile& file, const std::function<void()>& body) {
  try {
    body();
  } catch (const InputError& error) {
    throw file.places->located(error);
  }
}

std::vector<std::string> learning_edges(const NetworkFile& file) {
  std::vector<std::string> names;
  if (file.fit && file.fit->method == FitMethod::rls) {
    names.push_back(file.fit->rls.source + " -> " + file.fit->rls.target);
  } else if (file.fit && file.fit->method == FitMethod::bptt) {
    for (const network::TrainedEdge& edge : file.fit->bptt.edges) {
      names.push_back(edge.source + " -> " + edge.target);
    }
  }
  return names;
}

void require_steps(const NetworkFile& file) {
  constexpr const char* kWhere = "where no input has a value for every step";
  const DocumentValue* run = file.document.find("run");
  if (file.run.steps > 0) {
    return;
  }
  if (run != nullptr && run->find("steps") != nullptr) {
    throw InputError("run", "steps", "0", fmt::format("must be at least 1 {}", kWhere));
  }
  throw InputError("run", "", "neither steps nor duration",
                   fmt::format("must have one of them {}", kWhere));
}

network::Network build_network(const NetworkFile& file, const RunControl& control, bool fresh) {
  std::optional<network::Network> made;
  at_places(file, [&] {
    made.emplace(file.spec, control);
    for (const network::Probe& probe : file.run.probes) {
      const auto size =
          static_cast<Eigen::Index>(made->signal_size(made->signal(probe.signal, "record")));
      for (const Eigen::Index unit : probe.units) {
        if (unit >= size) {
          throw InputError("record", "units of " + probe.signal, fmt::format("unit {}", unit + 1),
                           fmt::format("must lie in 1 to {}", size));
        }
      }
    }
    if (!file.fit) {
      require_steps(file);
    } else if (file.fit->method == FitMethod::ridge) {
      made->signal(file.fit->ridge.source, "fit: from");
    } else if (file.fit->method == FitMethod::bptt) {
      made->signal(file.fit->bptt.output, "fit: output");
    }
    if (file.run.steps > 0 && fresh) {
      network::require_samples(*made, file.run);
    }
  });
  return std::move(*made);
}

}  // namespace rheobase::io
