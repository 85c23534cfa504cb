#include "io/network/fitted_network.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include <fmt/format.h>

#include "io/mat/atomic_file.hpp"
#include "io/mat/mat_file.hpp"
#include "io/network/internal/matrix_values.hpp"
#include "io/network/internal/variable_name.hpp"
#include "io/network/toml_document.hpp"

namespace rheobase::io {

namespace fs = std::filesystem;

namespace {

/// Calls visit(text) for every text of a document that names a file of numbers.
void for_each_file(DocumentValue& value, const std::function<void(std::string&)>& visit) {
  if (auto* text = std::get_if<std::string>(&value.value)) {
    if (names_matrix_file(*text)) {
      visit(*text);
    }
  } else if (auto* items = std::get_if<DocumentValue::Array>(&value.value)) {
    for (DocumentValue& item : *items) {
      for_each_file(item, visit);
    }
  } else if (auto* entries = std::get_if<DocumentValue::Table>(&value.value)) {
    for (DocumentEntry& entry : *entries) {
      if (entry.key != "title" && entry.key != "equations") {
        for_each_file(entry.value, visit);
      }
    }
  }
}

/// "J.mat:J" as seen from another folder.
std::string seen_from(const std::string& name, const fs::path& from, const fs::path& to) {
  const std::size_t colon = name.rfind(".mat:");
  const std::size_t end = colon == std::string::npos ? name.size() : colon + 4;
  const fs::path file(name.substr(0, end));
  if (file.is_absolute()) {
    return name;
  }
  const fs::path there = fs::absolute(from / file).lexically_normal();
  return there.lexically_relative(fs::absolute(to).lexically_normal()).generic_string() +
         name.substr(end);
}

/// A document and the numbers that it will refer to.
class FittedDocument {
 public:
  FittedDocument(const NetworkFile& file, const network::Network& fitted, const fs::path& path)
      : file_(file), fitted_(fitted), document_(file.document), numbers_(numbers_beside(path)) {
    const auto folder = [](const fs::path& of) {
      return of.has_parent_path() ? of.parent_path() : fs::path(".");
    };
    for_each_file(document_, [&](std::string& name) {
      name = seen_from(name, folder(file.name), folder(path));
    });
  }

  void put_edge(const std::string& source, const std::string& target);
  void put_parameter(const std::string& name);
  void append_readout(const std::string& source, const std::string& readout);

  DocumentValue& document() { return document_; }
  MatFields& fields() { return fields_; }

 private:
  /// The fields of what a file says of its fit keep their names.
  bool is_free(const std::string& name) const {
    static const std::set<std::string> kOwn{"command", "complete", "loss", "r_squared"};
    return !kOwn.contains(name) &&
           std::ranges::find(fields_.fields(), name, &MatField::name) == fields_.fields().end();
  }
  DocumentValue stored(const std::string& wanted, const Eigen::MatrixXd& values) {
    const std::string name =
        variable_name(wanted, [this](const std::string& one) { return is_free(one); });
    fields_.matrix(name, values);
    return {fmt::format("{}:{}", numbers_.filename().string(), name)};
  }
  DocumentValue::Array& list(const char* key);

  const NetworkFile& file_;
  const network::Network& fitted_;
  DocumentValue document_;
  fs::path numbers_;
  MatFields fields_;
};

DocumentValue::Array& FittedDocument::list(const char* key) {
  if (document_.find(key) == nullptr) {
    document_.set(key, {DocumentValue::Array{}});
  }
  return std::get<DocumentValue::Array>(document_.find(key)->value);
}

void FittedDocument::put_edge(const std::string& source, const std::string& target) {
  const std::size_t edge = fitted_.edge_index(source, target);
  DocumentValue& table = list("edge")[edge];
  table.set("weights",
            stored(fmt::format("weights_{}", edge + 1), fitted_.edges()[edge].coupling.dense()));
  table.remove("mask");  // these weights have been through it
  if (const DocumentValue* storage = table.find("storage");
      storage != nullptr && storage->text() != nullptr && *storage->text() == "single") {
    table.remove("storage");  // which would round what was learnt
  }
}

void FittedDocument::put_parameter(const std::string& name) {
  const std::string owner = name.substr(0, name.find('.'));
  const std::string word = name.substr(owner.size() + 1);
  const network::NetworkPopulation& population =
      fitted_.populations()[fitted_.population_index(owner, "fit")];
  const std::size_t index = *network::find_named(population.description().parameters, word);
  DocumentValue& table = *document_.find("population")->find(owner);
  if (table.find("parameters") == nullptr) {
    table.set("parameters", {DocumentValue::Table{}});
  }
  const bool shared = population.shared[index] != 0;
  const Eigen::VectorXd values = Eigen::Map<const Eigen::VectorXd>(
      population.parameters[index].data(), shared ? 1 : static_cast<Eigen::Index>(population.size));
  table.find("parameters")
      ->set(word,
            shared ? DocumentValue{values[0]} : stored(fmt::format("{}_{}", owner, word), values));
}

void FittedDocument::append_readout(const std::string& source, const std::string& readout) {
  const std::size_t edge = fitted_.edges().size() - 1;
  const Eigen::MatrixXd weights = fitted_.edges()[edge].coupling.dense();
  if (document_.find("node") == nullptr) {
    document_.set("node", {DocumentValue::Table{}});
  }
  document_.find("node")->set(
      readout, {DocumentValue::Table{{"function", {}, {std::string("identity")}},
                                     {"size", {}, {static_cast<std::int64_t>(weights.rows())}}}});
  list("edge").push_back({DocumentValue::Table{
      {"from", {}, {source}},
      {"to", {}, {readout}},
      {"weights", {}, stored(fmt::format("weights_{}", edge + 1), weights)}}});
  list("record").push_back({DocumentValue::Table{{"signal", {}, {readout}}}});
  // Its readout is there now: another regression would need another name.
  document_.remove("fit");
  if (file_.run.steps == 0) {  // what was fitted was as long as its targets
    if (document_.find("run") == nullptr) {
      document_.set("run", {DocumentValue::Table{}});
    }
    document_.find("run")->set("steps",
                               {static_cast<std::int64_t>(file_.fit->targets.front().rows())});
  }
}

}  // namespace

fs::path numbers_beside(const fs::path& toml) {
  fs::path path = toml;
  return path.replace_extension(".mat");
}

bool holds_fitted_numbers(const fs::path& mat) {
  try {
    const MatFile file(mat);
    return file.has("loss") && file.has("r_squared") && file.has("complete");
  } catch (const InputError&) {
    return false;
  }
}

std::vector<fs::path> files_of_numbers(const NetworkFile& file, const fs::path& folder) {
  std::vector<fs::path> files;
  DocumentValue document = file.document;
  for_each_file(document, [&](const std::string& name) {
    const std::size_t colon = name.rfind(".mat:");
    files.push_back(folder / (colon == std::string::npos ? name : name.substr(0, colon + 4)));
  });
  return files;
}

void write_fitted_network(const fs::path& path, const NetworkFile& file,
                          const network::Network& fitted, const FitOutcome& outcome,
                          const std::string& command) {
  FittedDocument made(file, fitted, path);
  switch (file.fit->method) {
    case FitMethod::ridge:
      if (outcome.complete) {
        made.append_readout(file.fit->ridge.source, file.fit->ridge.readout);
      }
      break;
    case FitMethod::rls:
      made.put_edge(file.fit->rls.source, file.fit->rls.target);
      break;
    case FitMethod::bptt:
      for (const network::TrainedEdge& edge : file.fit->bptt.edges) {
        made.put_edge(edge.source, edge.target);
      }
      for (const std::string& parameter : file.fit->bptt.parameters) {
        made.put_parameter(parameter);
      }
      break;
  }
  made.fields().column("loss",
                       {outcome.loss.data(), static_cast<std::size_t>(outcome.loss.size())});
  made.fields().column(
      "r_squared", {outcome.r_squared.data(), static_cast<std::size_t>(outcome.r_squared.size())});
  made.fields().logical("complete", outcome.complete);
  made.fields().text("command", command);
  write_mat(numbers_beside(path), made.fields(), MatVersion::level5);
  write_atomically(path, fmt::format("# Made by: {}\n", command) + write_toml(made.document()));
}

}  // namespace rheobase::io
