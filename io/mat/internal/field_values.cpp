#include "io/mat/internal/field_values.hpp"

#include <utility>

namespace rheobase::io {

namespace {

FieldValue stored_value(const MatFile& file, const std::string& name, const FieldInfo& field) {
  switch (field.kind) {
    case FieldKind::truth:
      return file.integer(name, 0, 1, "must be 0 or 1") == 1;
    case FieldKind::word:
      return file.text(name, requirement(field));
    case FieldKind::integer:
    case FieldKind::number:
      break;
  }
  return file.number(name, requirement(field));
}

}  // namespace

void add_value(MatFields& fields, std::string name, const FieldValue& value) {
  if (const auto* truth = std::get_if<bool>(&value)) {
    fields.logical(std::move(name), *truth);
  } else if (const auto* word = std::get_if<std::string>(&value)) {
    fields.text(std::move(name), *word);
  } else {
    fields.number(std::move(name), number_of(value));
  }
}

FieldValue read_value(const MatFile& file, const std::string& name, const FieldInfo& field) {
  FieldValue value = stored_value(file, name, field);
  if (const std::optional<FieldFault> fault = value_fault(field, value)) {
    file.fail(name, fault->found, fault->required);
  }
  return value;
}

}  // namespace rheobase::io
