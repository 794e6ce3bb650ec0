// As MNIST was made: the digit fits into 20 x 20 pixels, and its centre of mass is that of the 28 x 28.
const BOX = 20;

/** Ink of a square drawing, from 0 to 1, as an image of so many pixels; null if there is no ink. */
export function normalized(ink, width, size) {
  let [left, top, right, bottom] = [width, width, -1, -1];
  for (let index = 0; index < ink.length; index++) {
    if (ink[index] < 0.1) continue;
    const [x, y] = [index % width, Math.floor(index / width)];
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
  }
  if (right < 0) return null;

  // Every pixel of the box is the mean of the part of the drawing that it covers.
  const scale = Math.max(right - left + 1, bottom - top + 1) / BOX;
  const at = (x, y) => (x < 0 || y < 0 || x >= width || y >= width ? 0 : ink[y * width + x]);
  const box = new Float32Array(BOX * BOX);
  const [x0, y0] = [(left + right + 1) / 2 - (BOX / 2) * scale, (top + bottom + 1) / 2 - (BOX / 2) * scale];
  const samples = Math.max(1, Math.ceil(scale));
  for (let row = 0; row < BOX; row++)
    for (let column = 0; column < BOX; column++) {
      let sum = 0;
      for (let a = 0; a < samples; a++)
        for (let b = 0; b < samples; b++)
          sum += at(
            Math.floor(x0 + (column + (a + 0.5) / samples) * scale),
            Math.floor(y0 + (row + (b + 0.5) / samples) * scale),
          );
      box[row * BOX + column] = sum / (samples * samples);
    }

  let [mass, massX, massY] = [0, 0, 0];
  box.forEach((value, index) => {
    mass += value;
    massX += value * (index % BOX);
    massY += value * Math.floor(index / BOX);
  });
  const shiftX = Math.round(size / 2 - massX / mass);
  const shiftY = Math.round(size / 2 - massY / mass);
  const image = new Float32Array(size * size);
  box.forEach((value, index) => {
    const [x, y] = [(index % BOX) + shiftX, Math.floor(index / BOX) + shiftY];
    if (x >= 0 && y >= 0 && x < size && y < size) image[y * size + x] = value;
  });
  return image;
}
