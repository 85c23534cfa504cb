#include "rate/dynamics/transfer/transfer.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "core/error.hpp"
#include "rate/dynamics/transfer/transfer_registry.hpp"

namespace rheobase::rate {

std::size_t transfer_index(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::string known;
  const auto all = registered_transfers();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i]->name == lower) {
      return i;
    }
    known += fmt::format("{}{}", known.empty() ? "" : ", ", all[i]->name);
  }
  throw InputError("activation", "", fmt::format("'{}'", name), "must be one of " + known);
}

const TransferDefinition& transfer_named(std::string_view name) {
  return *registered_transfers()[transfer_index(name)];
}

}  // namespace rheobase::rate
