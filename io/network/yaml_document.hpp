#pragma once

#include <string>
#include <string_view>

#include "io/network/document_value.hpp"

namespace rheobase::io {

/// Reads the tables of all documents of a YAML file as one; every scalar is a text. Aliases are
/// replaced by what they stand for. @param where  names it in messages
/// @throws InputError "<where>: line 3, column 5: ..."
DocumentValue parse_yaml(std::string_view text, const std::string& where);

}  // namespace rheobase::io
