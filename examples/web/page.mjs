// The page: draws, brings the drawing into the form of the images that the network was trained on, and shows the prediction.
import { normalized } from "./normalize.mjs";

const SIZE = 28;
const canvas = document.getElementById("canvas");
const context = canvas.getContext("2d", { willReadFrequently: true });
const { instance } = await WebAssembly.instantiate(await (await fetch("web.wasm")).arrayBuffer());
const { memory, image, probabilities, predict } = instance.exports;

const rows = Array.from({ length: 10 }, (_, digit) => {
  const row = document.getElementById("probabilities").insertRow();
  row.insertCell().textContent = digit;
  const meter = document.createElement("meter");
  row.insertCell().append(meter);
  return { meter, percent: row.insertCell() };
});

function clear() {
  context.fillStyle = "black";
  context.fillRect(0, 0, canvas.width, canvas.height);
  show();
}

function show() {
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
  const ink = Float32Array.from({ length: canvas.width * canvas.height }, (_, index) => pixels[4 * index] / 255);
  const digit = normalized(ink, canvas.width, SIZE);
  const output = document.getElementById("class");
  if (digit === null) {
    output.textContent = "?";
    rows.forEach(({ meter, percent }) => ((meter.value = 0), (percent.textContent = "")));
    return;
  }
  new Float32Array(memory.buffer, image(), SIZE * SIZE).set(digit);
  predict();
  const result = new Float32Array(memory.buffer, probabilities(), 10);
  rows.forEach(({ meter, percent }, number) => {
    meter.value = result[number];
    percent.textContent = `${(100 * result[number]).toFixed(1)} %`;
  });
  output.textContent = result.indexOf(Math.max(...result));
}

let last = null;
const place = (event) => [event.offsetX * (canvas.width / canvas.clientWidth), event.offsetY * (canvas.height / canvas.clientHeight)];
canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  last = place(event);
});
canvas.addEventListener("pointerup", () => (last = null));
canvas.addEventListener("pointermove", (event) => {
  if (last === null) return;
  const next = place(event);
  Object.assign(context, { strokeStyle: "white", lineWidth: 20, lineCap: "round" });
  context.beginPath();
  context.moveTo(...last);
  context.lineTo(...next);
  context.stroke();
  last = next;
  show();
});
document.getElementById("clear").addEventListener("click", clear);
clear();

// `?digit=3` draws the fourth of the stored images.
const stored = new URLSearchParams(location.search).get("digit");
if (stored !== null) {
  const bytes = new Uint8Array(await (await fetch("digits.bin")).arrayBuffer());
  const scale = canvas.width / SIZE;
  for (let index = 0; index < SIZE * SIZE; index++) {
    const ink = bytes[Number(stored) * SIZE * SIZE + index];
    context.fillStyle = `rgb(${ink} ${ink} ${ink})`;
    context.fillRect((index % SIZE) * scale, Math.floor(index / SIZE) * scale, scale, scale);
  }
  show();
}
