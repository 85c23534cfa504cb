#include "python/src/checkpoints.hpp"

#include "io/mat/atomic_file.hpp"

namespace rheobase::python {

Checkpoints checkpoints_from(Keywords& keywords, const std::optional<std::string>& resume) {
  Checkpoints checkpoints;
  const py::object path = keywords.take("checkpoint");
  checkpoints.path = path.is_none() ? resume.value_or("") : py::cast<std::string>(path);
  checkpoints.every =
      static_cast<int>(keywords.take_integer("checkpoint_every", {0.0, 1e6}).value_or(0));
  if (!checkpoints.path.empty()) {
    io::require_writable(checkpoints.path);
  }
  return checkpoints;
}

std::optional<std::string> resume_from(Keywords& keywords) {
  const py::object path = keywords.take("resume");
  return path.is_none() ? std::nullopt : std::optional(py::cast<std::string>(path));
}

}  // namespace rheobase::python
