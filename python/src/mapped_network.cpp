#include "python/src/mapped_network.hpp"

#include <utility>

#include "rate/dynamics/unit_type.hpp"

namespace rheobase::python {

std::shared_ptr<const MappedNetwork> mapped_network(const rate::RateNetwork& network,
                                                    double scaling_factor,
                                                    const mapping::TransferOptions& transfer) {
  auto mapped = std::make_shared<MappedNetwork>();
  mapped->scaling_factor = scaling_factor;
  mapped->transfer = transfer;
  mapped->network = mapping::map_to_spiking(network, scaling_factor, transfer);
  for (const rate::UnitType type : rate::unit_types(network)) {
    mapped->unit_type.push_back(static_cast<int>(type));
  }
  return mapped;
}

std::shared_ptr<const MappedNetwork> MappedModel::mapped(double scaling_factor,
                                                         const mapping::TransferOptions& transfer) {
  {
    const std::scoped_lock locked(keeping_);
    if (last_ && last_->scaling_factor == scaling_factor && last_->transfer == transfer) {
      return last_;
    }
  }
  std::shared_ptr<const MappedNetwork> made =
      mapped_network(file_->network, scaling_factor, transfer);
  const std::scoped_lock locked(keeping_);
  last_ = made;
  return made;
}

}  // namespace rheobase::python
