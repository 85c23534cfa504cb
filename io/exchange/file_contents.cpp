#include "io/exchange/file_contents.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "io/exchange/internal/hdf5_reader.hpp"
#include "io/exchange/internal/isolated_hdf5.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/internal/byte_stream.hpp"

namespace rheobase::io {

namespace {

namespace fs = std::filesystem;

using Parts = std::vector<std::pair<std::string, std::string>>;

/// More parts, or files of a folder, are counted.
constexpr std::size_t kMostParts = 200;
constexpr std::string_view kPlainPrograms = "h5py, MATLAB's h5read and others";

/// Datasets in the order of the alphabet, with their paths from the root.
void add_datasets(const Hdf5Reader& reader, const std::string& group, Parts& parts) {
  for (const std::string& name : reader.members(group.empty() ? "/" : group)) {
    const std::string path = group + "/" + name;
    if (reader.is_group(path)) {
      add_datasets(reader, path, parts);
    } else if (parts.size() < kMostParts) {
      parts.emplace_back(path.substr(1), reader.describe(path));
    }
  }
}

/// What it is by its groups, and what reads it.
std::pair<std::string, std::string> hdf5_kind(const Hdf5Reader& reader) {
  const bool model = reader.has("/rheobase");
  if (reader.has("/session_start_time") && reader.has("/units")) {
    return {"runs of `rheobase export --format nwb` (Neurodata Without Borders 2)",
            "pynwb, MatNWB and NWB viewers"};
  }
  if (reader.has("/node/nodes")) {
    return {model ? "a NIR graph of `rheobase export`" : "a NIR graph",
            "import, simulators that read NIR"};
  }
  if (model) {
    return {"a model of `rheobase export --format hdf5`",
            fmt::format("import, {}", kPlainPrograms)};
  }
  if (reader.has("/spikes/time_ms")) {
    return {"a run of `rheobase export --format hdf5`", std::string(kPlainPrograms)};
  }
  return {"an HDF5 file", std::string(kPlainPrograms)};
}

/// Runs in the child: the library is not safe against damaged files.
std::string hdf5_message(std::span<const std::byte> bytes, const std::string& where) {
  const Hdf5Reader reader(bytes, where);
  const auto [kind, read_by] = hdf5_kind(reader);
  Parts parts;
  add_datasets(reader, "", parts);
  ByteWriter message;
  message.text(kind);
  message.text(read_by);
  message.number(parts.size());
  for (const auto& [name, size] : parts) {
    message.text(name);
    message.text(size);
  }
  return message.take();
}

FileContents hdf5_contents(std::span<const std::byte> bytes, const std::string& where) {
  const std::string message =
      isolated_hdf5(bytes, where, [&] { return hdf5_message(bytes, where); });
  ByteReader reader(message);
  FileContents contents;
  contents.kind = reader.text();
  contents.read_by = reader.text();
  for (auto left = reader.number<std::size_t>(); left > 0 && reader.ok(); --left) {
    const std::string name = reader.text();
    contents.parts.emplace_back(name, reader.text());
  }
  return contents;
}

/// How a table begins, and what it is then.
struct TableMark {
  std::string_view header;
  std::string_view kind;
};

constexpr std::array kTables{
    TableMark{"unit,time_ms", "spikes of `rheobase export --format csv`"},
    TableMark{"unit,copy,time_ms", "spikes of `rheobase export --format csv`"},
    TableMark{"time_ms,output", "outputs of `rheobase export --format csv`"},
    TableMark{"unit,spikes,mean_rate_hz", "rates of `rheobase export --format csv`"},
    TableMark{"number,trial_of_file,condition", "trials of `rheobase export --format csv`"},
    TableMark{"time_ms,unit_", "voltages of `rheobase export --format csv`"},
    TableMark{"unit,type,tau_ms", "units of `rheobase export --format csv`"},
    TableMark{"post,pre,weight", "weights of `rheobase export --format csv`"},
    TableMark{"scaling_factor,accuracy", "the scaling search of `rheobase export --format csv`"},
    TableMark{"seed,file,criteria_met", "the summary of `rheobase train --seeds`"},
    TableMark{"model,file,scaling_factor", "the summary of `rheobase map`"},
};

std::string_view first_line(std::string_view text) {
  std::string_view line = text.substr(0, text.find('\n'));
  return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

FileContents table_contents(std::string_view text) {
  const std::string_view header = first_line(text);
  const std::string_view columns =
      header.starts_with("trial,") ? header.substr(6) : header;  // of several runs
  const auto mark = std::ranges::find_if(
      kTables, [&](const TableMark& table) { return columns.starts_with(table.header); });
  FileContents contents;
  contents.kind = mark == kTables.end() ? "a table" : std::string(mark->kind);
  contents.read_by = "pandas.read_csv, MATLAB's readtable, R's read.csv and others";
  const auto lines = std::ranges::count(text, '\n') + (text.ends_with('\n') ? 0 : 1);
  contents.parts = {{"columns", std::string(header)},
                    {"rows", fmt::format("{}", std::max<std::ptrdiff_t>(lines - 1, 0))}};
  return contents;
}

/// Text between two others; empty where they are not there.
std::string between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t start = text.find(before);
  if (start == std::string_view::npos) {
    return {};
  }
  const std::string_view rest = text.substr(start + before.size());
  return std::string(rest.substr(0, rest.find(after)));
}

FileContents page_contents(std::string_view text) {
  const std::string_view beginning = text.substr(0, 65536);
  const bool ours = beginning.find("content=\"Rheobase ") != std::string_view::npos ||
                    beginning.find(", made by rheobase ") != std::string_view::npos;
  return {ours ? "a page of `rheobase report`" : "an HTML page",
          "a web browser",
          {{"title", between(beginning, "<title>", "</title>")}}};
}

FileContents json_contents(std::string_view text) {
  const std::string_view beginning = text.substr(0, 4096);
  const std::string command = between(beginning, "\"command\": \"", "\"");
  Parts parts;
  if (!command.empty()) {
    parts.emplace_back("command", command);
  }
  if (beginning.find("\"format\": \"rheobase comparison\"") != std::string_view::npos) {
    return {"a comparison of `rheobase compare`, without traces", "report, compare --baseline",
            std::move(parts)};
  }
  return {command.empty() ? "a JSON file" : "results of --json", "programs that read JSON",
          std::move(parts)};
}

/// Networks have populations, studies have steps.
FileContents toml_contents(std::string_view text) {
  Parts tables;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view line = first_line(text.substr(at));
    at = text.find('\n', at) == std::string_view::npos ? text.size() : text.find('\n', at) + 1;
    const std::string_view name = line.substr(0, line.rfind(']') + 1);  // comments may follow
    const bool is_new = std::ranges::find(tables, name, &Parts::value_type::first) == tables.end();
    if (line.starts_with("[") && is_new && tables.size() < kMostParts) {
      tables.emplace_back(std::string(name), "table");
    }
  }
  const bool network = text.find("[population.") != std::string_view::npos;
  const bool study = text.find("[[step]]") != std::string_view::npos;
  return {network ? "a network of `rheobase network`"
          : study ? "a study of `rheobase study`"
                  : "a TOML file",
          network ? "network check, show, run, fit, plot"
          : study ? "study check, study run"
                  : "programs that read TOML",
          std::move(tables)};
}

FileContents folder_contents(const fs::path& path) {
  FileContents contents{"a folder", "info of each of its files", {}};
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(path)) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  for (const fs::path& file : files) {
    if (contents.parts.size() == kMostParts) {
      contents.parts.emplace_back("...", fmt::format("{} more", files.size() - kMostParts));
      break;
    }
    const bool folder = fs::is_directory(file);
    contents.parts.emplace_back(file.filename().string(), folder ? "a folder"
                                                          : fs::is_regular_file(file)
                                                              ? counted(fs::file_size(file), "byte")
                                                              : "no regular file");
  }
  if (fs::exists(path / "summary.csv")) {
    const std::vector<std::byte> bytes = read_bytes(path / "summary.csv");
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    contents.kind = text.starts_with("seed,file")
                        ? "a folder of networks of `rheobase train --seeds`"
                    : text.starts_with("model,file") ? "a folder of networks of `rheobase map`"
                                                     : contents.kind;
  }
  return contents;
}

/// How a picture begins, and its format.
constexpr std::array kPictures{
    std::pair{std::string_view("\x89PNG"), "PNG"}, std::pair{std::string_view("%PDF-"), "PDF"},
    std::pair{std::string_view("<svg"), "SVG"}, std::pair{std::string_view("<?xml"), "SVG"}};

std::optional<FileContents> text_contents(const fs::path& path, std::string_view text) {
  for (const auto& [beginning, format] : kPictures) {
    if (text.starts_with(beginning)) {
      return FileContents{fmt::format("a picture ({})", format), "any viewer of pictures", {}};
    }
  }
  if (text.starts_with("<!doctype html") || text.starts_with("<!DOCTYPE html")) {
    return page_contents(text);
  }
  if (text.starts_with("{")) {
    return json_contents(text);
  }
  if (path.extension() == ".csv") {
    return table_contents(text);
  }
  if (path.extension() == ".toml") {
    return toml_contents(text);
  }
  if (path.extension() == ".yaml" || path.extension() == ".yml") {
    return FileContents{"a YAML file, such as templates of networks", "network import", {}};
  }
  return std::nullopt;
}

}  // namespace

std::optional<FileContents> contents_of(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    try {
      return folder_contents(path);
    } catch (const fs::filesystem_error& error) {
      throw InputError(path.string(), "", error.code().message(), "must be a folder to read");
    }
  }
  const std::vector<std::byte> bytes = read_bytes(path);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  // MATLAB's level 7.3 is HDF5 behind a header of its own.
  return text.starts_with("\x89HDF\r\n\x1a\n") ? hdf5_contents(bytes, path.string())
                                               : text_contents(path, text);
}

}  // namespace rheobase::io
