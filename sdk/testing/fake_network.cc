// All streams of one fake host. Must not know framing.
#include "sdk/testing/fake_network.h"

#include <stdexcept>

#include "meshmux/text.hpp"
#include "sdk/testing/fake_host.h"

namespace mmx::testing {

FakeStream &FakeNetwork::last_connect() {
  for (auto stream = streams_.rbegin(); stream != streams_.rend(); ++stream)
    if ((*stream)->session() == 0) return **stream;
  throw std::logic_error("the plugin has not connected anywhere");
}

std::vector<FakeStream *> FakeNetwork::connecting() {
  std::vector<FakeStream *> found;
  for (const auto &stream : streams_)
    if (stream->is_opening()) found.push_back(stream.get());
  return found;
}

std::size_t FakeNetwork::connects() const {
  std::size_t count = 0;
  for (const auto &stream : streams_) count += stream->session() == 0 ? 1 : 0;
  return count;
}

FakeStream &FakeNetwork::add(std::string uri, std::uint64_t session, FakeStream::State state) {
  streams_.push_back(std::make_unique<FakeStream>(*this, std::move(uri), session, state));
  return *streams_.back();
}

FakeStream &FakeNetwork::open_session(const SessionSpec &spec) {
  const auto *handler =
      static_cast<const mmx_session_handler *>(host_.instance_extension(MMX_EXT_SESSIONS));
  if (handler == nullptr || handler->opened == nullptr)
    throw std::logic_error("the instance takes no sessions");
  FakeStream &stream = add(spec.local, next_session_++, FakeStream::State::open);
  mmx_session session{};
  session.struct_size = sizeof session;
  session.listener = spec.listener;
  session.id = stream.session();
  session.address = mmx::text(spec.address);
  session.local = mmx::text(spec.local);
  host_.touch();
  const mmx_status status =
      handler->opened(host_.self(), &session, reinterpret_cast<mmx_stream *>(&stream));
  if (status != MMX_OK) stream.begin_abort(MMX_CLOSED, "refused by the instance");
  return stream;
}

std::string FakeNetwork::client_of(std::uint64_t session) const {
  const auto found = clients_.find(session);
  return found == clients_.end() ? std::string() : found->second;
}

bool FakeNetwork::run_deferred() {
  bool worked = false;
  // By index: a callback may connect and so grow the list.
  for (std::size_t i = 0; i < streams_.size(); ++i) worked |= streams_[i]->run_deferred();
  return worked;
}

bool FakeNetwork::flush() {
  bool worked = false;
  for (std::size_t i = 0; i < streams_.size(); ++i) worked |= streams_[i]->flush();
  return worked;
}

void FakeNetwork::drop_all() {
  for (const auto &stream : streams_) stream->drop();
}

mmx_status FakeNetwork::connect(std::string_view uri, std::int64_t timeout_ns,
                                const mmx_stream_events *events, void *ctx, mmx_stream **stream) {
  const mmx_status planned_call = host_.faults().use(Operation::connect_call);
  if (planned_call != MMX_OK) return planned_call;
  FakeStream &made = add(std::string(uri), 0, FakeStream::State::opening);
  made.set_events(events, ctx);
  made.begin_connect(timeout_ns);
  const mmx_status planned = host_.faults().use(Operation::connect);
  if (planned != MMX_OK) made.begin_abort(planned, "planned fault");
  *stream = reinterpret_cast<mmx_stream *>(&made);
  return MMX_OK;
}

void FakeNetwork::describe(std::uint64_t session, std::string_view client) {
  clients_[session] = client;
}

void FakeNetwork::close_session(std::uint64_t session, std::string_view reason) {
  for (const auto &stream : streams_)
    if (session != 0 && stream->session() == session) stream->begin_close(MMX_CLOSED, reason);
}

mmx_shared_buffer *FakeNetwork::buffer_new(std::size_t capacity) {
  if (host_.faults().use(Operation::buffer_new) != MMX_OK) return nullptr;
  auto *buffer = new FakeBuffer;
  buffer->data = new std::uint8_t[capacity > 0 ? capacity : 1];
  buffer->capacity = capacity;
  buffer->ledger = host_.shared_ledger();
  ++buffer->ledger->buffers;
  return buffer;
}

void FakeNetwork::buffer_release(mmx_shared_buffer *shared) {
  auto *buffer = static_cast<FakeBuffer *>(shared);
  if (--buffer->references > 0) return;
  --buffer->ledger->buffers;
  delete[] buffer->data;
  delete buffer;
}

const mmx_sessions &FakeNetwork::sessions_api() {
  static const mmx_sessions table = {
      sizeof(mmx_sessions), 0,
      [](const mmx_host *host, std::uint64_t session, mmx_text client) {
        FakeHost::of(host).net().describe(session, view(client));
      },
      [](const mmx_host *host, std::uint64_t session, mmx_text reason) {
        FakeHost::of(host).net().close_session(session, view(reason));
      }};
  return table;
}

}  // namespace mmx::testing
