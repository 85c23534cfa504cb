#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "io/network/document_value.hpp"

namespace rheobase::io {

/// The first place of a TOML document where brackets and the parts of dotted keys nest deeper than
/// `deepest`. Parsers and readers recurse into both: their stack is what this guards.
std::optional<TextPosition> toml_nesting_beyond(std::string_view text, std::size_t deepest);

}  // namespace rheobase::io
