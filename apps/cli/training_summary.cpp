#include "apps/cli/training_summary.hpp"

#include <cmath>
#include <fstream>
#include <optional>

#include <fmt/format.h>

#include "apps/cli/text_format.hpp"

namespace rheobase::cli {

namespace {

constexpr std::size_t kColumns = 10;

std::optional<SummaryRow> row_of(const std::string& line) {
  const std::vector<std::string> cells = csv_cells(line);
  if (cells.size() != kColumns || !csv_number<Seed>(cells[0])) {
    return std::nullopt;
  }
  SummaryRow row;
  row.seed = *csv_number<Seed>(cells[0]);
  row.file = cells[1];
  row.criteria_met = cells[2] == "1";
  row.trials = csv_number<int>(cells[3]).value_or(0);
  row.updates = csv_number<int>(cells[4]).value_or(0);
  row.accuracy = csv_number<double>(cells[5]).value_or(0.0);
  row.mean_loss = csv_number<double>(cells[6]).value_or(0.0);
  row.seconds = csv_number<double>(cells[7]).value_or(row.seconds);
  row.unmet = cells[8];
  row.error = cells[9];
  return row;
}

}  // namespace

std::string summary_text(const std::vector<SummaryRow>& rows) {
  std::string text =
      "seed,file,criteria_met,trials,updates,accuracy,mean_loss,seconds,unmet,error\n";
  for (const SummaryRow& row : rows) {
    text += fmt::format("{},{},", row.seed, csv_text(row.file));
    text += row.error.empty()
                ? fmt::format("{},{},{},{},{},{},{},", row.criteria_met ? 1 : 0, row.trials,
                              row.updates, row.accuracy, row.mean_loss,
                              std::isnan(row.seconds) ? "" : fmt::format("{:.3f}", row.seconds),
                              csv_text(row.unmet))
                : ",,,,,,,";
    text += csv_text(row.error) + '\n';
  }
  return text;
}

std::vector<SummaryRow> read_summary(const std::filesystem::path& path) {
  std::vector<SummaryRow> rows;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (const std::optional<SummaryRow> row = row_of(line)) {
      rows.push_back(*row);
    }
  }
  return rows;
}

}  // namespace rheobase::cli
