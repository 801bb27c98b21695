// One official JavaScript client over its Node transport: connects, prints every event that matters as a
// JSON line, and does what is asked on standard input, one JSON line a command. Knows no test.
import { webcrypto } from "node:crypto";
import { createInterface } from "node:readline";

// Debian's Node 18 does not set it.
if (!globalThis.crypto) globalThis.crypto = webcrypto;

const { MeshDevice } = await import("@meshtastic/core");
const { TransportNode } = await import("@meshtastic/transport-node");

const [host, port] = process.argv.slice(2);
const say = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
// The library logs to standard output; only our lines may go there.
console.log = console.info = console.debug = console.warn = () => {};

const transport = await TransportNode.create(host, Number(port));
const device = new MeshDevice(transport);
let nodes = 0;
device.events.onMyNodeInfo.subscribe((info) => say({ event: "own", number: info.myNodeNum }));
device.events.onNodeInfoPacket.subscribe(() => { nodes += 1; });
device.events.onConfigComplete?.subscribe((id) => say({ event: "complete", id, nodes }));
device.events.onDeviceStatus.subscribe((status) => say({ event: "status", status, nodes }));
device.events.onMessagePacket.subscribe((packet) =>
  say({ event: "text", text: packet.data, from: packet.from, type: packet.type }));

createInterface({ input: process.stdin }).on("line", async (line) => {
  const command = JSON.parse(line);
  if (command.do === "text") {
    device.sendText(command.text, "broadcast", true).then(
      (id) => say({ event: "acknowledged", id }),
      (error) => say({ event: "failed", error: String(error?.error ?? error) }));
  } else if (command.do === "quit") {
    await device.disconnect();
    process.exit(0);
  }
});
device.configure().catch((error) => say({ event: "configure-failed", error: String(error) }));
