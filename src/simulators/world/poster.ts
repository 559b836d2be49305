const [WIDTH, HEIGHT] = [600, 900];
const LINE = 14;

/** A number that a text always has. */
function numberOf(text: string): number {
  let number = 7;
  for (const sign of text) number = (number * 31 + sign.codePointAt(0)!) % 9_973;
  return number;
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escaped = (text: string): string => text.replace(/[&<>]/g, (sign) => ESCAPES[sign]!);

/** Words in lines of about `LINE` letters. */
function linesOf(title: string): string[] {
  const lines: string[] = [];
  for (const word of title.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < LINE) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A drawn poster, as SVG: the same title always looks the same. */
export function drawPoster({ title, year }: { title: string; year?: number }): string {
  const seed = numberOf(title);
  const hue = seed % 360;
  const text = linesOf(title)
    .map((line, index) => `<text x="48" y="${620 + index * 64}" font-size="56">${escaped(line)}</text>`)
    .join('');
  const place = { x: 120 + (seed % 360), y: 160 + (seed % 240), r: 90 + (seed % 110) };
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}">` +
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="hsl(${hue} 45% 22%)"/>` +
    `<circle cx="${place.x}" cy="${place.y}" r="${place.r}" fill="hsl(${(hue + 40) % 360} 70% 60%)"/>` +
    `<path d="M0 ${500 + (seed % 90)} L${WIDTH} ${420 + (seed % 150)} V${HEIGHT} H0 Z" fill="hsl(${(hue + 200) % 360} 35% 14%)"/>` +
    `<g fill="#fff" font-family="sans-serif" font-weight="700">${text}` +
    (year === undefined ? '' : `<text x="48" y="${HEIGHT - 48}" font-size="34" opacity=".7">${year}</text>`) +
    '</g></svg>'
  );
}
