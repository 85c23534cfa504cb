#include "io/exchange/internal/isolated_hdf5.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "io/mat/internal/isolate.hpp"

namespace rheobase::io {

std::string isolated_hdf5(std::span<const std::byte> bytes, const std::string& where,
                          const std::function<std::string()>& read) {
  try {
    return run_isolated(read, limits_for(bytes.size(), 0));
  } catch (const InputError&) {
    throw;
  } catch (const Error& error) {
    throw InputError(where, "", fmt::format("contents that cannot be read ({})", error.what()),
                     "must be an undamaged HDF5 file");
  }
}

}  // namespace rheobase::io
