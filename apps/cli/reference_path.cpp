#include "apps/cli/reference_path.hpp"

#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "apps/cli/output_file.hpp"

namespace rheobase::cli {

namespace fs = std::filesystem;

namespace {

/// Python's str() of a float: the shortest digits that give it back, with ".0" where integral.
std::string python_float(double value) {
  std::string text = fmt::format("{}", value);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string taus(const rate::NetworkOptions& network) {
  return network.tau_min_steps == network.tau_max_steps
             ? "_Tau_" + python_float(network.tau_min_steps)
             : fmt::format("_Taus_{}_{}", python_float(network.tau_min_steps),
                           python_float(network.tau_max_steps));
}

std::string name_before_date(const ReferencePath& path) {
  return fmt::format("Task_{}_N_{}{}_Act_{}_", path.task, path.network.units, taus(path.network),
                     path.network.transfer);
}

}  // namespace

fs::path reference_folder(const ReferencePath& path) {
  fs::path folder = path.output_dir / "models" / path.task;
  if (!path.network.dale) {
    folder /= "NoDale";
  }
  return folder /
         ("P_rec_" + python_float(path.network.connection_probability) + taus(path.network));
}

std::string reference_file_name(const ReferencePath& path, std::time_t now) {
  std::tm local{};
  localtime_r(&now, &local);
  std::array<char, 32> date{};
  std::strftime(date.data(), date.size(), "%Y_%m_%d_%H%M%S", &local);
  return name_before_date(path) + date.data() + ".mat";
}

ReservedModel::ReservedModel(const ReferencePath& path, std::time_t now) {
  const fs::path folder = reference_folder(path);
  for (std::time_t second = now; file_.empty(); ++second) {
    const fs::path file = folder / reference_file_name(path, second);
    if (mark(file)) {
      file_ = file;
    }
  }
}

ReservedModel::~ReservedModel() {
  std::error_code ignored;
  fs::remove(mark_, ignored);
}

bool ReservedModel::mark(const fs::path& file) {
  const fs::path mark = file.parent_path() / ("." + file.stem().string() + ".reserved");
  const int descriptor = ::open(mark.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    return errno != EEXIST;  // a folder that takes no file is refused as that of the output
  }
  ::close(descriptor);
  mark_ = mark;
  // Only now: whoever had the name has written its files before its mark went.
  std::error_code ignored;
  if (!fs::exists(file, ignored) && !fs::exists(with_word(file, "checkpoint"), ignored)) {
    return true;
  }
  fs::remove(mark_, ignored);
  mark_.clear();
  return false;
}

std::optional<fs::path> newest_model(const ReferencePath& path) {
  const std::string prefix = name_before_date(path);
  constexpr std::size_t kDateLength = sizeof("YYYY_MM_DD_HHMMSS") - 1;
  std::optional<fs::path> newest;
  std::error_code missing;
  for (const fs::directory_entry& entry : fs::directory_iterator(reference_folder(path), missing)) {
    const std::string name = entry.path().filename().string();
    const bool matches = name.rfind(prefix, 0) == 0 && entry.path().extension() == ".mat" &&
                         name.size() == prefix.size() + kDateLength + 4;
    if (matches && (!newest || entry.path() > *newest)) {
      newest = entry.path();
    }
  }
  return newest;
}

}  // namespace rheobase::cli
