// The yardstick of the benchmarks: the least a libuv program can do. It fetches one dump from the
// radio, hands those bytes to whoever sends anything, and writes each live frame to each client at
// once. It knows nothing else: no policy, no sessions, no limits.
#include <uv.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

uv_loop_t *loop;
std::string dump;  // complete once dump_done
bool dump_done = false;
std::string upstream;  // bytes of the radio not yet framed
std::vector<uv_tcp_t *> clients;
char read_space[65536];

void give_space(uv_handle_t *, size_t, uv_buf_t *buffer) {
  *buffer = uv_buf_init(read_space, sizeof read_space);
}

struct Rest {
  uv_write_t request;
  std::string bytes;
};

void write_all(uv_tcp_t *client, const char *data, size_t size) {
  uv_buf_t buffer = uv_buf_init(const_cast<char *>(data), static_cast<unsigned>(size));
  const int written = uv_try_write(reinterpret_cast<uv_stream_t *>(client), &buffer, 1);
  const size_t done = written > 0 ? static_cast<size_t>(written) : 0;
  if (done == size) return;
  auto *rest = new Rest;
  rest->bytes.assign(data + done, size - done);
  rest->request.data = rest;
  buffer = uv_buf_init(rest->bytes.data(), static_cast<unsigned>(rest->bytes.size()));
  uv_write(&rest->request, reinterpret_cast<uv_stream_t *>(client), &buffer, 1,
           [](uv_write_t *request, int) { delete static_cast<Rest *>(request->data); });
}

void on_client_data(uv_stream_t *stream, ssize_t size, const uv_buf_t *) {
  auto *client = reinterpret_cast<uv_tcp_t *>(stream);
  if (size < 0) {
    std::erase(clients, client);
    uv_close(reinterpret_cast<uv_handle_t *>(client),
             [](uv_handle_t *handle) { delete reinterpret_cast<uv_tcp_t *>(handle); });
  } else if (size > 0) {
    write_all(client, dump.data(), dump.size());
  }
}

void on_connection(uv_stream_t *server, int) {
  auto *client = new uv_tcp_t;
  uv_tcp_init(loop, client);
  uv_accept(server, reinterpret_cast<uv_stream_t *>(client));
  uv_tcp_nodelay(client, 1);
  clients.push_back(client);
  uv_read_start(reinterpret_cast<uv_stream_t *>(client), give_space, on_client_data);
}

void on_radio_data(uv_stream_t *, ssize_t size, const uv_buf_t *buffer) {
  if (size < 0) std::exit(0);
  upstream.append(buffer->base, static_cast<size_t>(size));
  size_t at = 0;
  while (upstream.size() - at >= 4) {
    const size_t length =
        4 + (static_cast<uint8_t>(upstream[at + 2]) << 8) + static_cast<uint8_t>(upstream[at + 3]);
    if (upstream.size() - at < length) break;
    if (!dump_done) {
      dump.append(upstream, at, length);
      dump_done = static_cast<uint8_t>(upstream[at + 4]) == 0x38;  // config_complete_id
    } else {
      for (uv_tcp_t *client : clients) write_all(client, upstream.data() + at, length);
    }
    at += length;
  }
  upstream.erase(0, at);
}

}  // namespace

// usage: bare_server RADIO_PORT | FILE; prints the port it listens on. FILE holds the dump itself.
int main(int count, char **arguments) {
  if (count != 2) return 2;
  loop = uv_default_loop();
  FILE *const file = std::fopen(arguments[1], "rb");
  if (file != nullptr) {
    while (size_t read = std::fread(read_space, 1, sizeof read_space, file))
      dump.append(read_space, read);
    std::fclose(file);
  }

  uv_tcp_t server;
  uv_tcp_init(loop, &server);
  sockaddr_in address;
  uv_ip4_addr("127.0.0.1", 0, &address);
  uv_tcp_bind(&server, reinterpret_cast<sockaddr *>(&address), 0);
  if (uv_listen(reinterpret_cast<uv_stream_t *>(&server), 4096, on_connection) != 0) return 1;
  int size = sizeof address;
  uv_tcp_getsockname(&server, reinterpret_cast<sockaddr *>(&address), &size);
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);

  if (file != nullptr) return uv_run(loop, UV_RUN_DEFAULT);
  uv_tcp_t radio;
  uv_tcp_init(loop, &radio);
  uv_connect_t connect;
  uv_ip4_addr("127.0.0.1", std::atoi(arguments[1]), &address);
  uv_tcp_connect(&connect, &radio, reinterpret_cast<sockaddr *>(&address),
                 [](uv_connect_t *request, int) {
                   static char want_config[] = {'\x94', '\xc3', 0, 4, 0x18, '\xe7', 0x24, 0};
                   want_config[3] = 3;
                   uv_buf_t buffer = uv_buf_init(want_config, 7);
                   uv_try_write(request->handle, &buffer, 1);
                   uv_read_start(request->handle, give_space, on_radio_data);
                 });
  return uv_run(loop, UV_RUN_DEFAULT);
}
