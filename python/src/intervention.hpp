#pragma once

#include <optional>

#include "io/mat/rate_model_file.hpp"
#include "python/src/options.hpp"
#include "rate/tasks/task.hpp"

namespace rheobase::python {

/// Units or connections that are taken out of a network, and a drive to some of its units: what the
/// keywords lesion, lesion_connections, drive, drive_strength, drive_window and lesion_seed say.
class Intervention {
 public:
  /// Takes the keywords. @throws InputError for units and connections that the network lacks
  Intervention(Keywords& keywords, const io::ModelFile& file);

  /// The network that was given or, where something was asked for, the changed one.
  const io::ModelFile& file() const { return changed_ ? *changed_ : given_; }
  bool changes_nothing() const { return !changed_; }
  /// The task with the drive as its last input. @throws InputError for a drive behind the trial
  rate::Task task(const rate::Task& intact) const;
  /// The same of an input, inputs x columns.
  Eigen::MatrixXd input(Eigen::MatrixXd intact) const;

 private:
  void require_driven_step(Eigen::Index columns, double step_ms) const;

  struct Drive {
    double strength, start_ms, stop_ms;
  };

  const io::ModelFile& given_;
  std::optional<io::ModelFile> changed_;
  std::optional<Drive> drive_;
};

}  // namespace rheobase::python
