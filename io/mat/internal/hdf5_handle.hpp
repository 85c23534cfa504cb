#pragma once

#include <string>
#include <utility>

#include <hdf5.h>

#include "core/error.hpp"

// Included by sources of io only: no other header knows HDF5.
namespace rheobase::io {

/// An identifier of the HDF5 library with the function that gives it back.
class Hdf5Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Hdf5Handle(hid_t id, Close close, const std::string& what) : id_(id), close_(close) {
    if (id_ < 0) {
      throw Error("HDF5: " + what + " failed");
    }
  }
  Hdf5Handle(Hdf5Handle&& other) noexcept
      : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Hdf5Handle& operator=(Hdf5Handle&&) = delete;
  ~Hdf5Handle() {
    if (id_ >= 0) {
      close_(id_);
    }
  }
  operator hid_t() const { return id_; }  // NOLINT: stands for the identifier

 private:
  hid_t id_;
  Close close_;
};

inline void hdf5_check(herr_t status, const std::string& what) {
  if (status < 0) {
    throw Error("HDF5: " + what + " failed");
  }
}

}  // namespace rheobase::io
