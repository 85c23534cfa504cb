#pragma once

#include <string>

#include "apps/cli/command_description.hpp"

namespace rheobase::cli {

enum class HelpLength { common, all };

/// What --help and --help-all show: wrapped at 80 columns, options in the order and groups in which
/// they were added.
std::string help_text(const CommandDescription& command, HelpLength length);

/// `text` broken at spaces into lines of at most `width` characters, every line but the first
/// indented by `indent`. Line breaks of the text are kept.
std::string wrapped(const std::string& text, std::size_t width, std::size_t indent);

}  // namespace rheobase::cli
