#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace rheobase::cli {

/// Help wrapped at 80 columns, options in the order and groups in which they were added.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override;
  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> options) const override;
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_usage(const CLI::App* app, std::string name) const override;
  std::string make_subcommands(const CLI::App* app, CLI::AppFormatMode mode) const override;
  std::string make_subcommand(const CLI::App* command) const override;
  std::string make_description(const CLI::App* app) const override;
};

/// `text` broken at spaces into lines of at most `width` characters, every line but the first
/// indented by `indent`. Line breaks of the text are kept.
std::string wrapped(const std::string& text, std::size_t width, std::size_t indent);

}  // namespace rheobase::cli
