/*
 * Everything a plugin needs, in one include. Must not contain anything of its own.
 */
#ifndef MESHMUX_MESHMUX_H
#define MESHMUX_MESHMUX_H

#include "meshmux/base.h"
#include "meshmux/entry.h"
#include "meshmux/ext/bus.h"
#include "meshmux/ext/codec.h"
#include "meshmux/ext/control.h"
#include "meshmux/ext/metrics.h"
#include "meshmux/ext/post.h"
#include "meshmux/ext/sessions.h"
#include "meshmux/ext/source.h"
#include "meshmux/ext/stream.h"
#include "meshmux/ext/timer.h"
#include "meshmux/host.h"
#include "meshmux/instance.h"
#include "meshmux/labels.h"
#include "meshmux/message.h"
#include "meshmux/options.h"
#include "meshmux/records.h"

#endif
