#include "spiking/internal/delay_groups.hpp"

namespace rheobase::spiking {

DelayGroups::DelayGroups(const SpikingModel& model) {
  const Eigen::MatrixXd& delay_ms = model.synapse.connection_delay_ms;
  if (delay_ms.size() == 0) {
    delays_.assign(model.synapse.delay_ms.begin(), model.synapse.delay_ms.end());
    return;
  }
  std::vector<std::pair<double, std::int32_t>> targets;
  for (Eigen::Index unit = 0; unit < model.units(); ++unit) {
    targets.clear();
    for (Eigen::Index row = 0; row < model.units(); ++row) {
      if (model.w(row, unit) != 0.0) {
        targets.emplace_back(delay_ms(row, unit), static_cast<std::int32_t>(row));
      }
    }
    std::ranges::sort(targets);
    first_.push_back(static_cast<Eigen::Index>(delays_.size()));
    const std::size_t first_group = delays_.size();
    for (const auto& [delay, row] : targets) {
      if (delays_.size() == first_group || delays_.back() != delay) {
        delays_.push_back(delay);
        starts_.push_back(rows_.size());
      }
      rows_.push_back(row);
    }
    if (targets.empty()) {  // a group of its own all the same: numbers of groups stay in step
      delays_.push_back(0.0);
      starts_.push_back(rows_.size());
    }
  }
  first_.push_back(static_cast<Eigen::Index>(delays_.size()));
  starts_.push_back(rows_.size());
}

}  // namespace rheobase::spiking
