#pragma once

#include <span>
#include <string>

namespace rheobase::io {

/// What a .mat file holds where it is not a model, by the fields that its kind alone has: "a run,
/// from `simulate`". Empty where that is not known.
/// @throws InputError where the bytes are no .mat file
std::string kind_of_other_file(std::span<const std::byte> bytes, const std::string& where);

}  // namespace rheobase::io
