#include "tests/rate/learning/force/golden_session.hpp"

#include <string>

namespace rheobase::golden {

namespace {

std::string path(const char* name) {
  return std::string(RHEOBASE_TEST_DATA) + "/rls/" + name;
}

template <class T>
std::vector<T> vector_of(const io::MatFile& file, const char* name) {
  const Eigen::VectorXd values = file.vector(name, -1, "must be there");
  std::vector<T> out;
  for (const double value : values) {
    out.push_back(static_cast<T>(value));
  }
  return out;
}

}  // namespace

io::MatFile session_file() {
  return io::MatFile(path("session_preprocessing.mat"));
}

rate::Session synthetic_session() {
  const io::MatFile file(path("synthetic_session_flat.mat"));
  rate::Session session;
  session.name = "synthetic session";
  session.trials = {vector_of<int>(file, "response"), vector_of<int>(file, "stim"),
                    vector_of<double>(file, "sample"), vector_of<double>(file, "delay"),
                    vector_of<double>(file, "cue")};
  session.edges_s = vector_of<double>(file, "edges");
  const auto times = vector_of<double>(file, "spike_time");
  const auto trials = vector_of<int>(file, "spike_trial");
  const auto units = vector_of<std::size_t>(file, "spike_unit");
  const auto width = vector_of<double>(file, "width");
  const Eigen::MatrixXd range = file.matrix("range", -1, 2, "must be there");
  session.units.resize(width.size());
  for (std::size_t unit = 0; unit < width.size(); ++unit) {
    const auto row = static_cast<Eigen::Index>(unit);
    session.units[unit].name = std::to_string(unit);
    session.units[unit].spike_width_ms = width[unit];
    session.units[unit].first_trial = static_cast<int>(range(row, 0));
    session.units[unit].last_trial = static_cast<int>(range(row, 1));
  }
  for (std::size_t i = 0; i < times.size(); ++i) {
    session.units[units[i]].spike_times_s.push_back(times[i]);
    session.units[units[i]].spike_trial.push_back(trials[i]);
  }
  return session;
}

}  // namespace rheobase::golden
