#include "io/mat/internal/mat5_scan.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <memory>
#include <string_view>

#include <fmt/format.h>
#include <zlib.h>

#include "core/error.hpp"

namespace rheobase::io {

namespace {

using Bytes = std::span<const std::byte>;

constexpr std::size_t kTagBytes = 8;
constexpr int kDeepest = 64;  // nesting of cells and structures
constexpr std::string_view kMustBeWholeLevel5 = "must be an undamaged level 5 .mat file";

enum ElementType : std::uint32_t { int8 = 1, uint8 = 2, int32 = 5, uint32 = 6, utf8 = 16 };
constexpr std::uint32_t kMatrix = 14;
constexpr std::uint32_t kCompressed = 15;

enum ArrayClass : std::uint32_t {
  cell_class = 1,
  struct_class = 2,
  object_class = 3,
  char_class = 4,
  sparse_class = 5,
  first_numeric_class = 6,
  last_numeric_class = 15,
  function_class = 16,
  opaque_class = 17,
};
constexpr std::uint32_t kComplexFlag = 0x0800;
constexpr std::uint32_t kLogicalFlag = 0x0200;

/// Bytes of one number, 0 for types that hold no numbers.
std::size_t number_size(std::uint32_t type) {
  constexpr std::array<std::size_t, 19> sizes{0, 1, 1, 2, 2, 4, 4, 4, 0, 8,
                                              0, 0, 8, 8, 0, 0, 1, 2, 4};
  return type < sizes.size() ? sizes[type] : 0;
}

/// The class names of MatArray, by number.
constexpr std::array<std::string_view, 18> kClassNames{
    "",       "cell",   "struct",          "object", "char",   "sparse", "double",
    "single", "int8",   "uint8",           "int16",  "uint16", "int32",  "uint32",
    "int64",  "uint64", "function_handle", "object"};

struct Element {
  std::uint32_t type = 0;
  Bytes payload;
  const std::byte* tag = nullptr;
  bool small = false;  ///< the payload lies in the tag
};

/// Walks the elements of a block of bytes; messages name the file and the variable.
class Walker {
 public:
  Walker(Bytes bytes, bool swapped, const std::string& where, std::string variable,
         Mat5Element* found = nullptr)
      : bytes_(bytes),
        swapped_(swapped),
        where_(where),
        variable_(std::move(variable)),
        found_(found),
        origin_(bytes.data()) {}

  bool done() const { return position_ >= bytes_.size(); }
  std::size_t position() const { return position_; }
  bool swapped() const { return swapped_; }
  std::size_t rest() const { return bytes_.size() - position_; }
  void name(std::string variable) { variable_ = std::move(variable); }

  /// A walker over a part, with the same names in messages and the same notes.
  Walker inside(Bytes part) const {
    Walker inner(part, swapped_, where_, variable_, found_);
    inner.origin_ = origin_;
    return inner;
  }
  /// The same from a variable's first byte on: patches count from there.
  Walker starting(Bytes contents, Mat5Element& found) const {
    return {contents, swapped_, where_, variable_, &found};
  }

  /// Takes down what matio cannot read.
  void note_obstacle(std::string_view what) const {
    if (found_ != nullptr && found_->obstacle.empty()) {
      found_->obstacle = what;
    }
  }
  void note_numbers(std::size_t count) const {
    if (found_ != nullptr && __builtin_add_overflow(found_->double_bytes, sizeof(double) * count,
                                                    &found_->double_bytes)) {
      found_->double_bytes = std::numeric_limits<std::size_t>::max() / 2;
    }
  }
  /// matio takes an element of this type alone.
  void note_type(const Element& element, std::uint32_t type) const {
    if (found_ != nullptr && element.type != type) {
      const std::uint32_t size_in_tag =
          element.small ? static_cast<std::uint32_t>(element.payload.size()) << 16 : 0U;
      found_->patches.push_back(
          {static_cast<std::size_t>(element.tag - origin_), size_in_tag | type});
    }
  }

  [[noreturn]] void fail(const std::string& found) const {
    throw InputError(where_, variable_.empty() ? "" : fmt::format("field '{}'", variable_), found,
                     kMustBeWholeLevel5);
  }

  std::uint32_t word(Bytes bytes, std::size_t index) const {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + 4 * index, 4);
    return swapped_ ? __builtin_bswap32(value) : value;
  }

  /// The next element. Elements inside a variable are padded to 8 bytes, whole variables are not.
  Element next(bool padded) {
    if (rest() < kTagBytes) {
      fail(fmt::format("{} bytes where an element begins (a truncated file?)", rest()));
    }
    const Bytes tag = bytes_.subspan(position_, kTagBytes);
    const std::uint32_t first = word(tag, 0);
    if (padded && first >> 16 != 0) {  // up to four bytes are stored in the tag itself
      if (first >> 16 > 4) {
        fail("a damaged element tag");
      }
      position_ += kTagBytes;
      return {first & 0xFFFFU, tag.subspan(4, first >> 16), tag.data(), true};
    }
    const std::size_t size = word(tag, 1);
    position_ += kTagBytes;
    if (size > rest()) {
      fail(fmt::format("{} of {} bytes of an element (a truncated file?)", rest(), size));
    }
    const Element element{first, bytes_.subspan(position_, size), tag.data(), false};
    const std::size_t padding = padded ? (8 - size % 8) % 8 : 0;
    position_ += std::min(size + padding, rest());
    return element;
  }

  Element next_of(std::initializer_list<std::uint32_t> types, std::string_view what) {
    const Element element = next(true);
    if (std::find(types.begin(), types.end(), element.type) == types.end()) {
      fail(fmt::format("an element of type {} in place of the {}", element.type, what));
    }
    return element;
  }

 private:
  Bytes bytes_;
  bool swapped_;
  const std::string& where_;
  std::string variable_;
  Mat5Element* found_;
  const std::byte* origin_;
  std::size_t position_ = 0;
};

std::string as_text(Bytes bytes) {
  std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  text.resize(std::min(text.find('\0'), text.size()));
  return text;
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

/// What a variable says of itself before its data.
struct ArrayHeader {
  std::uint32_t array_class = 0;
  bool complex = false;
  bool logical = false;
  std::vector<std::size_t> dims;
  std::size_t count = 1;  ///< product of the dimensions
  std::string name;
};

void read_dimensions(Walker& walker, ArrayHeader& header) {
  const Element element = walker.next_of({int32, uint32}, "dimensions");
  const Bytes payload = element.payload;
  walker.note_type(element, int32);
  const std::size_t dimensions = payload.size() / 4;
  if (payload.size() % 4 != 0 || dimensions < 2) {
    walker.fail(fmt::format("{} bytes of dimensions", payload.size()));
  }
  for (std::size_t i = 0; i < dimensions; ++i) {
    const std::size_t extent = walker.word(payload, i);
    if (extent > std::numeric_limits<std::int32_t>::max() ||
        (extent != 0 && header.count > std::numeric_limits<std::size_t>::max() / 16 / extent)) {
      walker.fail("an array of impossible size");
    }
    header.count *= extent;
    header.dims.push_back(extent);
  }
}

ArrayHeader read_header(Walker& walker) {
  ArrayHeader header;
  const Bytes flags = walker.next_of({uint32}, "array flags").payload;
  if (flags.size() != 8) {
    walker.fail("damaged array flags");
  }
  const std::uint32_t word = walker.word(flags, 0);
  header.array_class = word & 0xFFU;
  header.complex = (word & kComplexFlag) != 0;
  header.logical = (word & kLogicalFlag) != 0;
  if (header.array_class < cell_class || header.array_class > opaque_class) {
    walker.fail(fmt::format("an array of unknown class {}", header.array_class));
  }
  if (header.array_class != opaque_class) {
    read_dimensions(walker, header);
  }
  const Element name = walker.next_of({int8, uint8, utf8}, "name");
  walker.note_type(name, int8);
  header.name = as_text(name.payload);
  if (std::any_of(header.name.begin(), header.name.end(), is_control)) {
    walker.fail("a variable with control characters in its name");
  }
  return header;
}

void check_matrix(Walker walker, int depth, Mat5Element* element);

void check_numbers(Walker& walker, const ArrayHeader& header) {
  for (int part = 0; part < (header.complex ? 2 : 1); ++part) {
    const Element data = walker.next(true);
    const std::size_t size = number_size(data.type);
    if (size == 0 || data.payload.size() != header.count * size) {
      walker.fail(fmt::format("{} bytes of data of type {} for {} numbers", data.payload.size(),
                              data.type, header.count));
    }
  }
}

void check_sparse(Walker& walker, const ArrayHeader& header) {
  const Bytes rows = walker.next_of({int32, uint32}, "row indices").payload;
  const Bytes columns = walker.next_of({int32, uint32}, "column indices").payload;
  if (rows.size() % 4 != 0 || columns.size() != 4 * (header.dims[1] + 1)) {
    walker.fail(
        fmt::format("{} bytes of column indices for {} columns", columns.size(), header.dims[1]));
  }
  // MATLAB writes logical values as bytes that it calls doubles: only that they are there.
  for (int part = 0; part < (header.complex ? 2 : 1); ++part) {
    walker.next(true);
  }
}

/// Checks `count` variables, one after the other.
void check_children(Walker& walker, std::size_t count, int depth) {
  if (count > walker.rest() / kTagBytes) {
    walker.fail(fmt::format("{} elements in {} bytes", count, walker.rest()));
  }
  for (std::size_t i = 0; i < count; ++i) {
    check_matrix(walker.inside(walker.next_of({kMatrix}, "array").payload), depth + 1, nullptr);
  }
}

void check_struct(Walker& walker, const ArrayHeader& header, int depth) {
  const Element length_element = walker.next_of({int32, uint32}, "length of field names");
  const Element name_element = walker.next_of({int8, uint8, utf8}, "field names");
  walker.note_type(length_element, int32);
  walker.note_type(name_element, int8);
  const Bytes length = length_element.payload;
  const Bytes names = name_element.payload;
  const std::size_t name_length = length.size() == 4 ? walker.word(length, 0) : 0;
  if (name_length == 0 || names.size() % name_length != 0) {
    walker.fail("damaged field names");
  }
  const std::size_t fields = names.size() / name_length;
  if (fields > 0 && header.count > walker.rest() / fields) {
    walker.fail(fmt::format("{} elements in {} bytes", header.count, walker.rest()));
  }
  check_children(walker, header.count * fields, depth);
}

/// Of an opaque array come the name of a type system and the class.
std::string read_object_class(Walker walker) {
  const Element system = walker.next(true);
  const bool both = system.type == int8 && !walker.done();
  const Element name = both ? walker.next(true) : system;
  std::string text = name.type == int8 ? as_text(name.payload) : "";
  return std::any_of(text.begin(), text.end(), is_control) ? "" : text;
}

void describe(Walker& walker, const ArrayHeader& header, Mat5Element& element) {
  element.name = header.name;
  element.class_name = header.logical ? "logical" : std::string(kClassNames.at(header.array_class));
  element.dims = header.dims.empty() ? std::vector<std::size_t>{1, 1} : header.dims;
  element.complex = header.complex;
  if (header.array_class == opaque_class && !walker.done()) {
    element.object_class = read_object_class(walker);
  }
}

/// Checks the inside of one variable. @param element  where to put what it is, or nullptr
void check_matrix(Walker walker, int depth, Mat5Element* element) {
  if (walker.done()) {
    return;  // an empty array in a cell
  }
  if (depth > kDeepest) {
    walker.fail("cells and structures nested too deeply");
  }
  const ArrayHeader header = read_header(walker);
  if (element != nullptr) {
    walker.name(header.name);
    describe(walker, header, *element);
  }
  if (header.array_class == function_class) {
    walker.note_obstacle("a function handle");
  } else if (header.array_class == opaque_class || header.array_class == object_class) {
    walker.note_obstacle("an object");
  } else {
    walker.note_numbers(header.count);
  }
  if (header.array_class >= first_numeric_class && header.array_class <= last_numeric_class) {
    check_numbers(walker, header);
  } else if (header.array_class == sparse_class) {
    check_sparse(walker, header);
  } else if (header.array_class == cell_class) {
    check_children(walker, header.count, depth);
  } else if (header.array_class == struct_class) {
    check_struct(walker, header, depth);
  }
  while (!walker.done()) {  // text, objects, function handles: only that each element is whole
    walker.next(true);
  }
}

/// Inflates up to `most` bytes; fewer where the block ends before.
std::vector<std::byte> inflate_bytes(const Walker& walker, Bytes compressed, std::size_t most,
                                     bool to_its_end) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) {
    throw std::bad_alloc();
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> closer(&stream, inflateEnd);
  // zlib's interface is older than const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  std::vector<std::byte> contents(most);
  std::size_t used = 0;
  int state = Z_OK;
  while (state == Z_OK && (used < most || to_its_end)) {
    const std::size_t room = std::min<std::size_t>(most - used, std::numeric_limits<uInt>::max());
    stream.next_out = reinterpret_cast<Bytef*>(contents.data() + used);
    stream.avail_out = static_cast<uInt>(room);
    state = inflate(&stream, Z_NO_FLUSH);
    used += room - stream.avail_out;
  }
  const bool damaged = to_its_end ? state != Z_STREAM_END : state != Z_OK && state != Z_STREAM_END;
  if (damaged) {
    walker.fail("a damaged compressed block");
  }
  contents.resize(used);
  return contents;
}

// Octave counts short text with its padding twice.
constexpr std::size_t kTolerance = 7;

/// Bytes that the variable in a compressed block has by its own tag, with the tag.
std::size_t declared_size(const Walker& walker, Bytes compressed) {
  const std::vector<std::byte> tag = inflate_bytes(walker, compressed, kTagBytes, false);
  if (tag.size() < kTagBytes || walker.word(tag, 0) != kMatrix) {
    walker.fail("a compressed block that holds no variable");
  }
  constexpr std::size_t kMostCompressed = 1100;  // deflate reaches 1032
  const std::size_t size = walker.word(tag, 1);
  if (size > kMostCompressed * (compressed.size() + kTagBytes)) {
    walker.fail(
        fmt::format("{} bytes declared by a compressed block of {}", size, compressed.size()));
  }
  return size + kTagBytes;
}

/// The variable in a compressed block, with its tag.
std::vector<std::byte> inflate_element(const Walker& walker, Bytes compressed) {
  const std::size_t size = declared_size(walker, compressed);
  std::vector<std::byte> contents = inflate_bytes(walker, compressed, size + kTolerance + 1, true);
  if (size > contents.size() + kTolerance || contents.size() > size + kTolerance) {
    walker.fail(fmt::format("{} of {} bytes in a compressed block", contents.size(), size));
  }
  return contents;
}

void check_top_level(const Walker& walker, const Element& element, Mat5Element& found) {
  if (element.type == kMatrix) {
    const Bytes contents(element.tag, kTagBytes + element.payload.size());
    found.contents_bytes = contents.size();
    check_matrix(walker.starting(contents, found).inside(element.payload), 0, &found);
    return;
  }
  const std::vector<std::byte> contents = inflate_element(walker, element.payload);
  found.contents_bytes = contents.size();
  check_matrix(walker.starting(contents, found).inside(Bytes(contents).subspan(kTagBytes)), 0,
               &found);
}

/// Before anything is inflated: what all blocks say that they become.
void check_budget(Walker walker, std::size_t most_inflated) {
  std::size_t total = 0;
  while (!walker.done()) {
    const Element element = walker.next(false);
    if (element.type != kMatrix && element.type != kCompressed) {
      walker.fail(fmt::format("an element of type {} in place of a variable", element.type));
    }
    total += element.type == kCompressed ? declared_size(walker, element.payload) : 0;
    if (total > most_inflated) {
      walker.fail(fmt::format("compressed blocks of more than {} MiB", most_inflated >> 20));
    }
  }
}

std::uint64_t subsystem_offset(Bytes header, bool swapped) {
  std::uint64_t offset = 0;
  std::memcpy(&offset, header.data() + kMat5SubsystemField, sizeof offset);
  return swapped ? __builtin_bswap64(offset) : offset;
}

}  // namespace

Mat5Layout scan_mat5(std::span<const std::byte> file, const std::string& where,
                     std::size_t most_inflated) {
  Mat5Layout layout;
  layout.swapped = file[126] == std::byte{'M'};  // "MI" read on a little-endian machine
  const std::uint64_t subsystem = subsystem_offset(file, layout.swapped);
  Walker walker(file.subspan(kMat5HeaderBytes), layout.swapped, where, "");
  check_budget(walker, most_inflated);
  while (!walker.done()) {
    Mat5Element element;
    element.offset = kMat5HeaderBytes + walker.position();
    check_top_level(walker, walker.next(false), element);
    element.size = kMat5HeaderBytes + walker.position() - element.offset;
    element.is_subsystem = element.name.empty() && element.offset == subsystem;
    layout.elements.push_back(std::move(element));
  }
  return layout;
}

std::vector<std::byte> select_mat5(std::span<const std::byte> file, const Mat5Layout& layout,
                                   std::span<const Mat5Element* const> elements) {
  std::vector<std::byte> selection;
  selection.reserve(file.size());
  selection.assign(file.begin(), file.begin() + kMat5HeaderBytes);
  std::fill_n(selection.begin() + kMat5SubsystemField, sizeof(std::uint64_t), std::byte{0});
  const std::string where;  // the blocks were checked by scan_mat5
  for (const Mat5Element* element : elements) {
    const Bytes bytes = file.subspan(element->offset, element->size);
    if (element->patches.empty()) {
      selection.insert(selection.end(), bytes.begin(), bytes.end());
      continue;
    }
    const Walker walker(bytes, layout.swapped, where, element->name);
    std::vector<std::byte> contents = walker.word(bytes, 0) == kCompressed
                                          ? inflate_element(walker, bytes.subspan(kTagBytes))
                                          : std::vector<std::byte>(bytes.begin(), bytes.end());
    for (const Mat5Patch& patch : element->patches) {
      const std::uint32_t word = layout.swapped ? __builtin_bswap32(patch.type) : patch.type;
      std::memcpy(contents.data() + patch.offset, &word, sizeof word);
    }
    selection.insert(selection.end(), contents.begin(), contents.end());
  }
  return selection;
}

}  // namespace rheobase::io
