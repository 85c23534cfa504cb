#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "io/mat/rate_model_file.hpp"
#include "mapping/conversion/transfer.hpp"
#include "spiking/spiking_model.hpp"

namespace rheobase::python {

/// A spiking network and the types of its units as a run file has them.
struct MappedNetwork {
  double scaling_factor = 0.0;
  mapping::TransferOptions transfer;
  spiking::SpikingModel network;
  std::vector<int> unit_type;
};

/// @throws InputError as mapping::map_to_spiking
std::shared_ptr<const MappedNetwork> mapped_network(const rate::RateNetwork& network,
                                                    double scaling_factor,
                                                    const mapping::TransferOptions& transfer);

/// A model, which does not change, and the spiking network that it was mapped to last: mapping
/// takes as long as a trial of some 50 ms. Asked by many threads at once.
class MappedModel {
 public:
  explicit MappedModel(std::shared_ptr<const io::ModelFile> file) : file_(std::move(file)) {}

  const io::ModelFile& file() const { return *file_; }
  /// The network of the last call where factor and options are the same, else mapped anew.
  std::shared_ptr<const MappedNetwork> mapped(double scaling_factor,
                                              const mapping::TransferOptions& transfer);

 private:
  std::shared_ptr<const io::ModelFile> file_;
  std::mutex keeping_;
  std::shared_ptr<const MappedNetwork> last_;
};

}  // namespace rheobase::python
