/*
 * The label vocabulary: bits that say what a payload is or contains. A codec emits them, policy
 * rules test them. Must not know how any protocol spells what a label names.
 */
#ifndef MESHMUX_LABELS_H
#define MESHMUX_LABELS_H

#include "meshmux/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MMX_LABEL(n) (UINT64_C(1) << (n))

/* What a payload does. The name in the comment is the one used in policies and on screen. */
#define MMX_LABEL_TEXT MMX_LABEL(0)            /* text */
#define MMX_LABEL_POSITION MMX_LABEL(1)        /* position */
#define MMX_LABEL_TELEMETRY MMX_LABEL(2)       /* telemetry */
#define MMX_LABEL_TRACEROUTE MMX_LABEL(3)      /* traceroute */
#define MMX_LABEL_WAYPOINT MMX_LABEL(4)        /* waypoint */
#define MMX_LABEL_APP_DATA MMX_LABEL(5)        /* app-data: payloads between apps */
#define MMX_LABEL_HISTORY MMX_LABEL(6)         /* history: a request to a store-and-forward node */
#define MMX_LABEL_NODEINFO MMX_LABEL(7)        /* nodeinfo: who a node says it is */
#define MMX_LABEL_ROUTING MMX_LABEL(8)         /* routing: acknowledgements and route control */
#define MMX_LABEL_ADMIN_READ MMX_LABEL(9)      /* admin.read: asks for settings, changes nothing */
#define MMX_LABEL_ADMIN_WRITE MMX_LABEL(10)    /* admin.write: changes settings, recoverable */
#define MMX_LABEL_ADMIN_DESTROY MMX_LABEL(11)  /* admin.destroy: wipes, reboots, flashes */
#define MMX_LABEL_ADMIN_TIME MMX_LABEL(12)     /* admin.time: sets the radio's clock */
#define MMX_LABEL_ADMIN_CONTACT MMX_LABEL(13)  /* admin.contact: adds a peer with its key */
#define MMX_LABEL_ADMIN_FAVORITE MMX_LABEL(14) /* admin.favorite: favourite, ignored, muted */
#define MMX_LABEL_ADMIN_REMOTE MMX_LABEL(15)   /* admin.remote: administers another node */
#define MMX_LABEL_SELF_QUERY MMX_LABEL(16)     /* self-query: asks the own node what state holds */
#define MMX_LABEL_FILE MMX_LABEL(17)           /* file: reads or writes the radio's files */
#define MMX_LABEL_MQTT_PROXY MMX_LABEL(18)     /* mqtt-proxy: the radio's MQTT traffic */
#define MMX_LABEL_REMOTE_EXEC MMX_LABEL(19)    /* remote-exec: GPIO, shells, OTA, remote CLI */
#define MMX_LABEL_RAW MMX_LABEL(20)            /* raw: bytes for the air that cannot be read */
#define MMX_LABEL_LOG MMX_LABEL(21)            /* log: the radio's own log lines */
#define MMX_LABEL_CONTROL MMX_LABEL(22)        /* control: session keeping of the link itself */
#define MMX_LABEL_CONFIG MMX_LABEL(23)         /* config: a settings section or channel */
#define MMX_LABEL_NODE MMX_LABEL(24)           /* node: an entry of the node or contact list */
#define MMX_LABEL_NOTICE MMX_LABEL(25)         /* notice: a remark of the radio for its user */
#define MMX_LABEL_CONTACTS MMX_LABEL(26)       /* contacts: edits the contact list */
#define MMX_LABEL_ADVERT MMX_LABEL(27)         /* advert: announces the own node on the air */
#define MMX_LABEL_LOGIN MMX_LABEL(28)          /* login: logs in to a room or repeater */
#define MMX_LABEL_SIGN MMX_LABEL(29)           /* sign: signs data with the radio's key */
#define MMX_LABEL_KEY_EXPORT MMX_LABEL(30)     /* key-export: asks for the private key */
#define MMX_LABEL_NEIGHBORS MMX_LABEL(31)      /* neighbors: neighbour reports and requests */
#define MMX_LABEL_ALERT MMX_LABEL(32)          /* alert: sensor alarms and bells */
#define MMX_LABEL_CONTACTS_READ                                     \
  MMX_LABEL(33) /* contacts.read: asks for a contact's card or path \
                 */

/* What nobody could classify. Denied unless a rule names it. */
#define MMX_LABEL_UNKNOWN MMX_LABEL(59) /* unknown */

/* What a payload contains. These never deny a command. */
#define MMX_LABEL_SECRET_KEY MMX_LABEL(60)      /* secret.key: a private key */
#define MMX_LABEL_SECRET_PASSWORD MMX_LABEL(61) /* secret.password */
#define MMX_LABEL_SECRET_PIN MMX_LABEL(62)      /* secret.pin */
#define MMX_LABEL_SECRET_PSK MMX_LABEL(63)      /* secret.psk: a channel key */
#define MMX_LABEL_SECRETS (UINT64_C(15) << 60)

#ifdef __cplusplus
}
#endif

#endif
