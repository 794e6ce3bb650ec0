// Serves this folder: `node serve.mjs [PORT]`.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";

const TYPES = { ".html": "text/html", ".mjs": "text/javascript", ".wasm": "application/wasm", ".bin": "application/octet-stream" };
const FILES = new Set(["index.html", "page.mjs", "normalize.mjs", "web.wasm", "digits.bin"]);
const port = Number(process.argv[2] ?? 8000);

createServer(async (request, response) => {
  const name = new URL(request.url, "http://localhost").pathname.slice(1) || "index.html";
  if (!FILES.has(name)) return response.writeHead(404).end();
  try {
    const bytes = await readFile(new URL(name, import.meta.url));
    response.writeHead(200, { "content-type": TYPES[extname(name)] }).end(bytes);
  } catch {
    response.writeHead(404).end(`${name} is missing: ./run builds it`);
  }
}).listen(port, "127.0.0.1", () => console.log(`http://localhost:${port}`));
