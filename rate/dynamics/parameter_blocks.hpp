#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace rheobase::rate {

/// A named part of the flat vector of trained numbers: a matrix, column by column.
struct ParameterBlock {
  std::string name;
  std::size_t rows = 0, columns = 1;
  std::size_t offset = 0;

  std::size_t size() const { return rows * columns; }
};

/// The blocks of one vector, one behind the other.
class ParameterBlocks {
 public:
  void add(std::string name, std::size_t rows, std::size_t columns = 1) {
    blocks_.push_back({std::move(name), rows, columns, size()});
  }
  const std::vector<ParameterBlock>& all() const { return blocks_; }
  std::size_t size() const {
    return blocks_.empty() ? 0 : blocks_.back().offset + blocks_.back().size();
  }
  /// Null where there is no such block.
  const ParameterBlock* find(const std::string& name) const {
    for (const ParameterBlock& block : blocks_) {
      if (block.name == name) {
        return &block;
      }
    }
    return nullptr;
  }
  /// The numbers of a block. @throws std::out_of_range where there is no such block
  template <class Real>
  std::span<Real> of(const std::string& name, std::span<Real> values) const {
    const ParameterBlock* block = find(name);
    if (block == nullptr) {
      throw std::out_of_range("no parameter block " + name);
    }
    return values.subspan(block->offset, block->size());
  }

 private:
  std::vector<ParameterBlock> blocks_;
};

}  // namespace rheobase::rate
