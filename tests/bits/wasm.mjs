// Prints the hashes as WebAssembly computes them, in the order of the list that is given: `node wasm.mjs bits.wasm hashes.txt`.
import { readFileSync } from "node:fs";

const [, , module, list] = process.argv;
const { instance } = await WebAssembly.instantiate(readFileSync(module));
const names = readFileSync(list, "utf8").trim().split("\n").map((line) => line.split(" ")[0]);
names.forEach((name, number) => {
  const hash = BigInt.asUintN(64, instance.exports.hash_of(number));
  console.log(`${name} ${hash.toString(16).padStart(16, "0")}`);
});
