// The language of the control socket: every method's name, parameters and result. The daemon
// answers exactly these, meshmuxctl shows them; both include this file. Header only, without the
// core's types.
//
// A request is one line: {"id":1,"method":"status","params":{...}}. The answer is one line:
// {"id":1,"result":...} or {"id":1,"error":{"code":4,"message":"..."}}; code is an mmx_status. A
// stream (follow) sends {"id":1,"event":...} lines before that. params may be left out. Unknown
// keys in params are ignored, keys may be added to results; nothing else changes without a new
// method.
//
// Times: "...At" is wall time in ms since 1970 (integer), 0: never. "uptime" and "...Seconds" are
// seconds. Sessions are numbers. Nothing here holds secrets, message texts or positions.
//
// status -> {
//   "version": "0.1.0", "uptime": 12, "pid": 4242, "config": "/etc/meshmux/meshmux.yaml",
//   "state": "running",                     starting | running | stopping
//   "warnings": ["no source is active ..."],
//   "sources": [ {
//     "sourceId": "home", "sourceName": "home", "plugin": "...", "enabled": true,
//     "isRunning": true,                    the instance runs (its link may still be down)
//     "state": "running", "health": "ok", "reason": "",        see instances
//     "clientCount": 2,                     sessions of all frontends bound to it
//     "clients": [ { "id": 7, "address": "192.0.2.4", "client": "android", "frontend": "phones",
//                    "connectedAt": 1700000000000, "bytesIn": 10, "bytesOut": 2000 } ],
//     "link": { "phase": "up",              down | connecting | syncing | up
//               "complete": true, "stale": false, "reason": "", "epoch": 1 } } ],
//   "frontends": [ { "id": "phones", "plugin": "...", "source": "home", "enabled": true,
//                    "isRunning": true, "state": "running", "health": "ok", "reason": "",
//                    "listen": "tcp://0.0.0.0:4404",     with the real port; "" while not bound
//                    "clientCount": 2 } ] }
//
// instances -> { "instances": [ {
//   "id": "home", "group": "sources", "plugin": "...", "enabled": true,
//   "state": "running",     disabled | created | starting | running | draining | stopped | failed |
//                           backoff
//   "health": "ok",         ok | degraded | failed | unknown
//   "reason": "", "restarts": 0, "retrySeconds": 0, "startedAt": 1700000000000,
//   "source": "",           of frontends and bridges
//   "listen": "",           with the real port
//   "inbox": { "messages": 0, "bytes": 0, "dropped": 0, "refused": 0 },
//   "verdicts": { "accepted": 0, "denied": 0, "local": 0, "limited": 0, "full": 0 },
//   "detail": {...} } ] }   what the plugin itself says (meshmux.control/1), or absent
//   params: "instance" (optional): only that one; MMX_NOT_FOUND if there is none.
//
// sessions -> { "sessions": [ { "id": 7, "frontend": "phones", "source": "home",
//   "address": "192.0.2.4", "client": "android", "connectedAt": ..., "lastInAt": ...,
//   "bytesIn": 10, "bytesOut": 2000, "pending": 0 } ] }
//   params: "instance" (optional): a frontend.
//
// state {"source": "home"} -> { "source": "home", "epoch": 1, "complete": true, "stale": false,
//   "records": [ { "key": "0a01", "order": 4096, "labels": ["config"], "size": 40, "stale": false,
//                  "text": "what the codec's describe says" } ] }
//   key is hexadecimal. Without "source": the only source, or MMX_INVALID if there are several.
//
// policy.test {"instance": "phones", "payload": "0a0b..", "session": 0, "direction": "tx"} or
//             {"instance": "phones", "labels": ["text", "position"], "direction": "tx"} ->
//   { "instance": "phones", "direction": "tx", "labels": ["text"], "description": "...",
//     "canonical": "0a0b.." (with payload and tx),
//     "verdict": "accepted",               accepted | denied | local | limited | invalid
//     "gates": [ { "instance": "phones", "gate": "ingress", "action": "allow",
//                  "rule": "allow [text ...]", "place": "preset admin: deny" or "f.yaml:12:7" } ] }
//   direction: tx (default) | rx | state. Nothing is sent and no rate is spent.
//
// reload -> { "changed": [ { "id": "phones", "change": "updated", "what": ["listen"] } ],
//             "warnings": [] }
//   change: added | removed | updated | recreated | enabled | disabled. A configuration with errors
//   is MMX_INVALID whose message is what --check-config would print; nothing changed then.
//
// kick {"session": 7, "reason": "..." (optional)} -> { "session": 7, "frontend": "phones" };
//   MMX_NOT_FOUND.
//
// log-level {"level": "debug"} -> { "level": "debug" };
//   without "level": what it is.
//
// metrics {"format": "json"} -> as Metrics::to_json; {"format": "prometheus"} -> { "text": "..." }
//
// call {"instance": "sim", "verb": "drop", "args": ...(optional)} -> { "result": ... }
//
// follow {"what": ["sessions", "instances", "links"] (optional)} -> a stream of events
//   { "what": "sessions", "event": "opened" | "closed", "session": {...as in sessions}, "reason":
//   "" } { "what": "instances", "event": "changed", "instance": {"id", "state", "health", "reason"}
//   } { "what": "links", "event": "changed", "source": "home", "link": {...as in status} }
#pragma once

namespace meshmux::control {

inline constexpr const char *kStatus = "status";
inline constexpr const char *kInstances = "instances";
inline constexpr const char *kSessions = "sessions";
inline constexpr const char *kState = "state";
inline constexpr const char *kPolicyTest = "policy.test";
inline constexpr const char *kReload = "reload";
inline constexpr const char *kKick = "kick";
inline constexpr const char *kLogLevel = "log-level";
inline constexpr const char *kMetrics = "metrics";
inline constexpr const char *kCall = "call";
inline constexpr const char *kFollow = "follow";

}  // namespace meshmux::control
