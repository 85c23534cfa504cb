#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace rheobase::spiking {

/// Binary heap of units keyed by time, with access by unit: the earliest first.
class CandidateHeap {
 public:
  explicit CandidateHeap(std::size_t units) : key_(units, 0.0), place_(units, kAbsent) {}

  bool empty() const { return heap_.empty(); }
  bool contains(std::int32_t unit) const { return place_[index(unit)] != kAbsent; }
  std::int32_t top() const { return heap_.front(); }
  double key(std::int32_t unit) const { return key_[index(unit)]; }

  void push(std::int32_t unit, double key) {
    key_[index(unit)] = key;
    place_[index(unit)] = static_cast<std::int32_t>(heap_.size());
    heap_.push_back(unit);
    rise(heap_.size() - 1);
  }
  /// Moves a unit of the heap to a new key.
  void change(std::int32_t unit, double key) {
    const bool earlier = key < key_[index(unit)];
    key_[index(unit)] = key;
    const auto at = static_cast<std::size_t>(place_[index(unit)]);
    earlier ? rise(at) : sink(at);
  }
  void pop() {
    place_[index(heap_.front())] = kAbsent;
    const std::int32_t last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) {
      put(last, 0);
      sink(0);
    }
  }
  void clear() {
    for (const std::int32_t unit : heap_) {
      place_[index(unit)] = kAbsent;
    }
    heap_.clear();
  }

 private:
  static constexpr std::int32_t kAbsent = -1;

  static std::size_t index(std::int32_t unit) { return static_cast<std::size_t>(unit); }
  void put(std::int32_t unit, std::size_t at) {
    heap_[at] = unit;
    place_[index(unit)] = static_cast<std::int32_t>(at);
  }
  void rise(std::size_t at) {
    const std::int32_t unit = heap_[at];
    while (at > 0) {
      const std::size_t parent = (at - 1) / 2;
      if (!(key(unit) < key(heap_[parent]))) {
        break;
      }
      put(heap_[parent], at);
      at = parent;
    }
    put(unit, at);
  }
  void sink(std::size_t at) {
    const std::int32_t unit = heap_[at];
    for (;;) {
      std::size_t child = 2 * at + 1;
      if (child >= heap_.size()) {
        break;
      }
      if (child + 1 < heap_.size() && key(heap_[child + 1]) < key(heap_[child])) {
        ++child;
      }
      if (!(key(heap_[child]) < key(unit))) {
        break;
      }
      put(heap_[child], at);
      at = child;
    }
    put(unit, at);
  }

  std::vector<std::int32_t> heap_;
  std::vector<double> key_;
  std::vector<std::int32_t> place_;  ///< of every unit in heap_
};

}  // namespace rheobase::spiking
