// Allocation and counting of shared buffers.
#include "core/loop/shared_buffer.h"

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

namespace meshmux {
namespace {

struct Counted {
  mmx_shared_buffer view;  // first, so that a pointer to it is a pointer to the whole
  std::atomic<uint32_t> references;
};

std::atomic<size_t> alive{0};

Counted *counted(mmx_shared_buffer *buffer) { return reinterpret_cast<Counted *>(buffer); }

}  // namespace

mmx_shared_buffer *buffer_new(size_t capacity) {
  if (capacity > SIZE_MAX - sizeof(Counted)) return nullptr;
  void *const memory = std::malloc(sizeof(Counted) + capacity);
  if (!memory) return nullptr;
  Counted *const whole = new (memory) Counted{{nullptr, capacity}, {1}};
  whole->view.data = reinterpret_cast<uint8_t *>(whole + 1);
  alive.fetch_add(1, std::memory_order_relaxed);
  return &whole->view;
}

void buffer_retain(mmx_shared_buffer *buffer) {
  if (buffer) counted(buffer)->references.fetch_add(1, std::memory_order_relaxed);
}

void buffer_release(mmx_shared_buffer *buffer) {
  if (!buffer) return;
  if (counted(buffer)->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  counted(buffer)->~Counted();
  std::free(buffer);
  alive.fetch_sub(1, std::memory_order_relaxed);
}

size_t buffers_alive() { return alive.load(std::memory_order_relaxed); }

BufferRef BufferRef::copy_of(std::string_view bytes) {
  BufferRef result(buffer_new(bytes.size()));
  if (result && !bytes.empty()) std::memcpy(result.get()->data, bytes.data(), bytes.size());
  return result;
}

}  // namespace meshmux
