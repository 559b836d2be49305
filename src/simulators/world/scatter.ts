/** A number that looks like chance and is none. */
export function scatter(number: number, below: number): number {
  return (Math.imul(number ^ (number >>> 15), 0x2c1b3c6d) >>> 0) % below;
}

/** The same for a text. */
export function scatterText(text: string, below: number): number {
  let sum = 7;
  for (let at = 0; at < text.length; at += 1) sum = (Math.imul(sum, 31) + text.charCodeAt(at)) | 0;
  return scatter(sum, below);
}
