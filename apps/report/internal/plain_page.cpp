#include "apps/report/internal/plain_page.hpp"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "core/version.hpp"
#include "io/mat/atomic_file.hpp"

namespace rheobase::report {

namespace {

constexpr const char* kPlainStyle =
    "body{font:15px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;margin:1.5rem 0}caption{text-align:left;font-weight:bold;"
    "padding-bottom:.3rem}th,td{text-align:left;padding:.15rem 1rem .15rem 0;border-top:1px solid "
    "#ddd;font-weight:normal;vertical-align:top}figure{margin:2rem 0}figcaption{color:#555}"
    "svg,img{max-width:100%;height:auto}pre{overflow-x:auto}"
    ".note{border-left:3px solid #D55E00;padding-left:.8rem}";

}  // namespace

std::string row_html(std::string_view name, std::string_view value) {
  return fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", escaped_html(name),
                     escaped_html(value));
}

std::string figure_html(std::string_view id, const std::filesystem::path& image,
                        std::string_view caption) {
  std::ifstream stream(image, std::ios::binary);
  std::string content(std::istreambuf_iterator<char>(stream), {});
  if (image.extension() == ".svg") {
    content.erase(0, content.find("<svg"));  // the XML declaration has no place inside a page
  } else {
    const std::vector<std::uint8_t> bytes(content.begin(), content.end());
    content = fmt::format("<img alt=\"{}\" src=\"data:image/png;base64,{}\">",
                          escaped_html(caption), base64(bytes));
  }
  return fmt::format("<figure id=\"{}\">\n{}\n<figcaption>{}</figcaption>\n</figure>\n", id,
                     content, escaped_html(caption));
}

void write_plain_page(const PlainPage& page, const std::filesystem::path& path) {
  io::write_atomically(
      path, fmt::format("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta "
                        "name=\"viewport\" content=\"width=device-width\">\n<title>{0}</title>\n"
                        "<style>{1}</style>\n<h1>{0}</h1>\n<p>{2}, made by rheobase {3} with "
                        "<code>{4}</code></p>\n{5}</html>\n",
                        escaped_html(page.title), kPlainStyle, escaped_html(page.source), kVersion,
                        escaped_html(page.command), page.body));
}

}  // namespace rheobase::report
