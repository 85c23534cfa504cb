#pragma once

#include <string>
#include <vector>

#include "io/mat/mat_file.hpp"
#include "rate/learning/force/force_training.hpp"

namespace rheobase::golden {

/// Every part of the published FORCE program on 24 units (tests/data/rls).
class ForceFile {
 public:
  ForceFile() : file_(std::string(RHEOBASE_TEST_DATA) + "/rls/force_small_n24.mat") {}

  Eigen::MatrixXd operator()(const std::string& name) const {
    return file_.matrix(name, "must be there");
  }
  rate::ForceNetwork network() const { return {.recurrent = (*this)("J0")}; }
  static rate::TrialEpochs epochs() {
    return {.sample = 50, .delay = 150, .cue = 350, .steps = 600};
  }
  Eigen::MatrixXd normals(const std::string& name, Eigen::Index steps) const {
    return ((*this)(name)*file_.number("noise_q_scale", "")).leftCols(steps);
  }
  std::vector<Eigen::MatrixXd> inputs(const rate::TrialEpochs& epochs) const {
    return rate::frozen_inputs(
        epochs, normals("noise_common_q", epochs.steps),
        {normals("noise_side0_q", epochs.steps), normals("noise_side1_q", epochs.steps)});
  }
  rate::ForceTask task() const {
    const double scale = file_.number("target_q_scale", "");
    return {
        epochs(), inputs(epochs()), {(*this)("target0_q") * scale, (*this)("target1_q") * scale}};
  }

 private:
  io::MatFile file_;
};

/// Fields up to the end of one iteration, and after three (J entries reach 90).
inline constexpr double kForceOne = 1e-9;
inline constexpr double kForceThree = 1e-8;

}  // namespace rheobase::golden
