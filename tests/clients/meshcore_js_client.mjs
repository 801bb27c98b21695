// One official MeshCore JavaScript client over TCP: connects, fetches messages as they are announced, prints
// everything that matters as a JSON line, and does what is asked on standard input, one JSON line a command,
// one at a time (the library tells answers apart by their code only). Knows no test.
import { createInterface } from "node:readline";

const { TCPConnection, Constants } = await import("@liamcottle/meshcore.js");

const [host, port] = process.argv.slice(2);
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const bytes = (text) => new Uint8Array(Buffer.from(text, "hex"));
const plain = (key, value) => (value instanceof Uint8Array ? hex(value) : value);
const say = (event) => process.stdout.write(`${JSON.stringify(event, plain)}\n`);
// The library logs to standard output; only our lines may go there.
console.log = console.info = console.debug = console.warn = console.error = () => {};

const radio = new TCPConnection(host, Number(port));
let turn = Promise.resolve();
const inTurn = (action) => {
  turn = turn.then(action, action);
  return turn;
};

async function fetchMessages() {
  for (const { contactMessage, channelMessage } of await radio.getWaitingMessages()) {
    if (contactMessage) {
      say({ event: "message", from: hex(contactMessage.pubKeyPrefix), text: contactMessage.text,
            type: contactMessage.txtType });
    } else if (channelMessage) {
      say({ event: "message", channel: channelMessage.channelIdx, text: channelMessage.text });
    }
  }
}

const actions = {
  info: () => radio.getSelfInfo(20000),
  contacts: async () => (await radio.getContacts()).map((c) => ({ key: hex(c.publicKey), type: c.type, name: c.advName })),
  channels: async () => (await radio.getChannels()).map((c) => ({ index: c.channelIdx, name: c.name })),
  text: ({ key, text }) => radio.sendTextMessage(bytes(key), text),
  channel: ({ channel, text }) => radio.sendChannelTextMessage(channel, text),
  login: ({ key, password }) => radio.login(bytes(key), password),
  status: ({ key }) => radio.getStatus(bytes(key)),
  telemetry: ({ key }) => radio.getTelemetry(bytes(key)),
  trace: ({ path }) => radio.tracePath(bytes(path), 5000),
  battery: () => radio.getBatteryVoltage(),
  stats: () => radio.getStatsCore(),
  time: () => radio.getDeviceTime(),
  set_clock: () => radio.syncDeviceTime(),
  fetch: () => fetchMessages(),
};

radio.on("connected", () => say({ event: "connected" }));
radio.on("disconnected", () => say({ event: "disconnected" }));
radio.on(Constants.PushCodes.SendConfirmed, ({ ackCode }) => say({ event: "ack", code: ackCode >>> 0 }));
radio.on(Constants.PushCodes.MsgWaiting, () => inTurn(fetchMessages));
radio.on(Constants.PushCodes.LogRxData, () => say({ event: "raw" }));

createInterface({ input: process.stdin }).on("line", (line) => {
  const command = JSON.parse(line);
  inTurn(async () => {
    try {
      say({ event: "done", id: command.id, value: (await actions[command.do](command)) ?? null });
    } catch (error) {
      say({ event: "failed", id: command.id, error: String(error) });
    }
  });
});
await radio.connect();
