// The server that people would otherwise use: node peer.mjs FOLDER_WITH_NODE_MODULES FOLDER PORT
import { createRequire } from "node:module";
import { join } from "node:path";

const [modules, folder, port] = process.argv.slice(2);
const require = createRequire(join(modules, "package.json"));
const { Server } = require("@tus/server");
const { FileStore } = require("@tus/file-store");

const server = new Server({ path: "/files", datastore: new FileStore({ directory: folder }), relativeLocation: true });
server.listen({ host: "127.0.0.1", port: Number(port) });
