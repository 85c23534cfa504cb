#pragma once

#include <algorithm>
#include <deque>

namespace rheobase::spiking {

/// Keeps a queue in the order of a member, equal entries in the order of their arrival. At the end
/// it costs nothing: units of one refractory period are released in the order in which they fired.
template <class Entry, class Key>
void push_in_order(std::deque<Entry>& queue, const Entry& entry, Key Entry::*key) {
  if (queue.empty() || !(entry.*key < queue.back().*key)) {
    queue.push_back(entry);
    return;
  }
  const auto later = [key](const Entry& a, const Entry& b) { return a.*key < b.*key; };
  queue.insert(std::upper_bound(queue.begin(), queue.end(), entry, later), entry);
}

}  // namespace rheobase::spiking
