// See samples.h.
#include "samples.h"

namespace samples {
namespace {

namespace l = meshcore::label;
using T = meshcore::Treatment;
using namespace std::string_literals;

std::string fill(size_t size, char with = 'k') { return std::string(size, with); }
const std::string key = fill(32);

// The code, then the rest.
std::string p(uint8_t code, const std::string &rest = {}) {
  return std::string(1, static_cast<char>(code)) + rest;
}

}  // namespace

std::vector<Command> commands() {
  const std::string zeros = fill(200, '\0');
  return {
      {1, "APP_START", 8, p(1, "\3      app"), T::local, l::control},
      {2, "SEND_TXT_MSG", 14, p(2, "\0\0"s + "1234" + "prefix" + "x"), T::forward, l::text},
      {3, "SEND_CHANNEL_TXT_MSG", 8, p(3, "\0\0"s + "1234x"), T::forward, l::text},
      {4, "GET_CONTACTS", 1, p(4, "1234"), T::local, l::self_query},
      {5, "GET_DEVICE_TIME", 1, p(5), T::local, l::self_query},
      {6, "SET_DEVICE_TIME", 5, p(6, "1234"), T::forward, l::admin_time},
      {7, "SEND_SELF_ADVERT", 1, p(7, "\1"), T::forward, l::advert},
      {8, "SET_ADVERT_NAME", 2, p(8, "name"), T::forward, l::admin_write},
      {9, "ADD_UPDATE_CONTACT", 36, p(9, key + "\1\0\xFF"s + zeros.substr(0, 112)), T::forward,
       l::contacts},
      {10, "SYNC_NEXT_MESSAGE", 1, p(10), T::local, l::control},
      {11, "SET_RADIO_PARAMS", 11, p(11, fill(10)), T::forward, l::admin_write},
      {12, "SET_RADIO_TX_POWER", 2, p(12, "\x14"), T::forward, l::admin_write},
      {13, "RESET_PATH", 33, p(13, key), T::forward, l::traceroute},
      {14, "SET_ADVERT_LATLON", 9, p(14, fill(8)), T::forward, l::admin_write},
      {15, "REMOVE_CONTACT", 33, p(15, key), T::forward, l::contacts},
      {16, "SHARE_CONTACT", 33, p(16, key), T::forward, l::advert},
      {17, "EXPORT_CONTACT", 1, p(17, key), T::forward, l::contacts_read},
      {18, "IMPORT_CONTACT", 99, p(18, fill(98)), T::forward, l::contacts},
      {19, "REBOOT", 7, p(19, "reboot"), T::fatal, l::admin_destroy},
      {20, "GET_BATT_AND_STORAGE", 1, p(20), T::cached, l::telemetry},
      {21, "SET_TUNING_PARAMS", 9, p(21, fill(8)), T::forward, l::admin_write},
      {22, "DEVICE_QUERY", 2, p(22, "\3"), T::local, l::control},
      {23, "EXPORT_PRIVATE_KEY", 1, p(23), T::never, l::key_export},
      {24, "IMPORT_PRIVATE_KEY", 65, p(24, fill(64)), T::forward, l::admin_destroy | l::secret_key},
      {25, "SEND_RAW_DATA", 6, p(25, "\0data"s), T::forward, l::raw},
      {26, "SEND_LOGIN", 33, p(26, key + "hello"), T::request, l::login | l::secret_password},
      {27, "SEND_STATUS_REQ", 33, p(27, key), T::request, l::telemetry},
      {28, "HAS_CONNECTION", 33, p(28, key), T::local, l::login},
      {29, "LOGOUT", 33, p(29, key), T::local, l::login},
      {30, "GET_CONTACT_BY_KEY", 33, p(30, key), T::local, l::self_query},
      {31, "GET_CHANNEL", 2, p(31, "\1"), T::local, l::self_query},
      {32, "SET_CHANNEL", 50, p(32, "\1" + zeros.substr(0, 32) + fill(16)), T::forward,
       l::admin_write | l::config | l::secret_psk},
      {33, "SIGN_START", 1, p(33), T::session, l::sign},
      {34, "SIGN_DATA", 2, p(34, "data"), T::session, l::sign},
      {35, "SIGN_FINISH", 1, p(35), T::session, l::sign},
      {36, "SEND_TRACE_PATH", 11, p(36, "tag_auth\0h"s), T::forward, l::traceroute},
      {37, "SET_DEVICE_PIN", 5, p(37, "1234"), T::forward, l::admin_write | l::secret_pin},
      {38, "SET_OTHER_PARAMS", 2, p(38, "\1"), T::forward, l::admin_write},
      {39, "SEND_TELEMETRY_REQ", 4, p(39, zeros.substr(0, 3) + key), T::request, l::telemetry},
      {40, "GET_CUSTOM_VARS", 1, p(40), T::local, l::self_query},
      {41, "SET_CUSTOM_VAR", 4, p(41, "gps:1"), T::forward, l::admin_write},
      {42, "GET_ADVERT_PATH", 34, p(42, "\0"s + key), T::forward, l::contacts_read},
      {43, "GET_TUNING_PARAMS", 1, p(43), T::local, l::self_query},
      {50, "SEND_BINARY_REQ", 34, p(50, key + "\1"), T::request, l::telemetry},
      {51, "FACTORY_RESET", 6, p(51, "reset"), T::fatal, l::admin_destroy},
      {52, "SEND_PATH_DISCOVERY_REQ", 34, p(52, "\0"s + key), T::request, l::traceroute},
      {54, "SET_FLOOD_SCOPE_KEY", 2, p(54, "\0"s + fill(16)), T::session,
       l::app_data | l::secret_psk},
      {55, "SEND_CONTROL_DATA", 2, p(55, "\x80x"), T::forward, l::raw},
      {56, "GET_STATS", 2, p(56, "\1"), T::cached, l::telemetry},
      {57, "SEND_ANON_REQ", 34, p(57, key + "\1"), T::request, l::telemetry},
      {58, "SET_AUTOADD_CONFIG", 2, p(58, "\1"), T::forward, l::admin_write},
      {59, "GET_AUTOADD_CONFIG", 1, p(59), T::local, l::self_query},
      {60, "GET_ALLOWED_REPEAT_FREQ", 1, p(60), T::local, l::self_query},
      {61, "SET_PATH_HASH_MODE", 3, p(61, "\0\1"s), T::forward, l::admin_write},
      {62, "SEND_CHANNEL_DATA", 5, p(62, "\1\xFF\1\xFFx"), T::forward, l::app_data},
      {63, "SET_DEFAULT_FLOOD_SCOPE", 1, p(63, zeros.substr(0, 31) + fill(16)), T::forward,
       l::admin_write | l::secret_psk},
      {64, "GET_DEFAULT_FLOOD_SCOPE", 1, p(64), T::local, l::self_query},
      {65, "SEND_RAW_PACKET", 4, p(65, fill(3)), T::forward, l::raw},
  };
}

std::vector<Frame> frames() {
  return {
      {0, "OK", p(0), l::control},
      {1, "ERR", p(1), l::control},
      {2, "CONTACTS_START", p(2, fill(4)), l::control},
      {3, "CONTACT", p(3, fill(147)), l::node},
      {4, "END_OF_CONTACTS", p(4, fill(4)), l::control},
      {5, "SELF_INFO", p(5, fill(57)), l::config},
      {6, "SENT", p(6, fill(9)), l::control},
      {7, "CONTACT_MSG_RECV", p(7, fill(12)), l::text},
      {8, "CHANNEL_MSG_RECV", p(8, fill(7)), l::text},
      {9, "CURR_TIME", p(9, fill(4)), l::config},
      {10, "NO_MORE_MESSAGES", p(10), l::control},
      {11, "EXPORT_CONTACT", p(11, fill(1)), l::node},
      {12, "BATT_AND_STORAGE", p(12, fill(2)), l::telemetry},
      {13, "DEVICE_INFO", p(13, fill(1)), l::config},
      {14, "PRIVATE_KEY", p(14, fill(64)), l::key_export | l::secret_key},
      {15, "DISABLED", p(15), l::control},
      {16, "CONTACT_MSG_RECV_V3", p(16, fill(15)), l::text},
      {17, "CHANNEL_MSG_RECV_V3", p(17, fill(10)), l::text},
      {18, "CHANNEL_INFO", p(18, fill(49)), l::config | l::secret_psk},
      {19, "SIGN_START", p(19, fill(5)), l::sign},
      {20, "SIGNATURE", p(20, fill(64)), l::sign},
      {21, "CUSTOM_VARS", p(21), l::config},
      {22, "ADVERT_PATH", p(22, fill(5)), l::node},
      {23, "TUNING_PARAMS", p(23, fill(8)), l::config},
      {24, "STATS", p(24, fill(1)), l::telemetry},
      {25, "AUTOADD_CONFIG", p(25, fill(1)), l::config},
      {26, "ALLOWED_REPEAT_FREQ", p(26), l::config},
      {27, "CHANNEL_DATA_RECV", p(27, fill(7) + "\0"s), l::app_data},
      {28, "DEFAULT_FLOOD_SCOPE", p(28), l::config},
      {0x80, "ADVERT", p(0x80, key), l::node},
      {0x81, "PATH_UPDATED", p(0x81, key), l::node},
      {0x82, "SEND_CONFIRMED", p(0x82, fill(8)), l::routing},
      {0x83, "MSG_WAITING", p(0x83), l::control},
      {0x84, "RAW_DATA", p(0x84, fill(3)), l::raw},
      {0x85, "LOGIN_SUCCESS", p(0x85, fill(7)), l::login},
      {0x86, "LOGIN_FAIL", p(0x86, fill(7)), l::login},
      {0x87, "STATUS_RESPONSE", p(0x87, fill(7)), l::telemetry},
      {0x88, "LOG_RX_DATA", p(0x88, fill(2)), l::raw},
      {0x89, "TRACE_DATA", p(0x89, fill(11)), l::traceroute},
      {0x8A, "NEW_ADVERT", p(0x8A, fill(147)), l::node},
      {0x8B, "TELEMETRY_RESPONSE", p(0x8B, fill(7)), l::telemetry},
      {0x8C, "BINARY_RESPONSE", p(0x8C, fill(5)), l::telemetry},
      {0x8D, "PATH_DISCOVERY_RESPONSE", p(0x8D, fill(9)), l::traceroute},
      {0x8E, "CONTROL_DATA", p(0x8E, fill(3)), l::raw},
      {0x8F, "CONTACT_DELETED", p(0x8F, key), l::node},
      {0x90, "CONTACTS_FULL", p(0x90), l::notice},
  };
}

}  // namespace samples
