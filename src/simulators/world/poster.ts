import { scatterText } from './scatter';

export interface Picture {
  title: string;
  subtitle?: string;
  width: number;
  height: number;
}

const LETTERS_A_LINE = 14;
const LINES = 5;

const escaped = (text: string): string => text.replace(/[<>&"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

function linesOf(title: string): string[] {
  const lines: string[] = [];
  for (const word of title.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= LETTERS_A_LINE) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.slice(0, LINES);
}

/** A picture drawn from a title, always the same: a landscape in its own colours, with the name on it. */
export function drawPicture({ title, subtitle = '', width, height }: Picture): string {
  const hue = scatterText(title, 360);
  const sun = { x: 60 + scatterText(`${title} x`, 180), y: 90 + scatterText(`${title} y`, 90) };
  const ridge = (seed: string, base: number): string => {
    const at = (part: number): number => base - scatterText(`${title}${seed}${part}`, 70);
    return `M0 450V${at(0)}Q60 ${at(1)} 120 ${at(2)}T240 ${at(3)}T300 ${at(4)}V450Z`;
  };
  const text = linesOf(title)
    .map((line, at) => `<tspan x="150" y="${330 + at * 26}">${escaped(line)}</tspan>`)
    .join('');
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 300 450" preserveAspectRatio="xMidYMid slice">` +
    `<linearGradient id="s" x2="0" y2="1"><stop stop-color="hsl(${hue} 55% 30%)"/><stop offset="1" stop-color="hsl(${(hue + 40) % 360} 65% 62%)"/></linearGradient>` +
    `<path fill="url(#s)" d="M0 0h300v450H0z"/><circle cx="${sun.x}" cy="${sun.y}" r="34" fill="hsl(${(hue + 60) % 360} 85% 78%)"/>` +
    `<path fill="hsl(${hue} 40% 32%)" d="${ridge('a', 300)}"/><path fill="hsl(${hue} 45% 17%)" d="${ridge('b', 350)}"/>` +
    `<text text-anchor="middle" font-family="Georgia, serif" font-size="24" fill="#fff">${text}</text>` +
    `<text x="150" y="440" text-anchor="middle" font-family="sans-serif" font-size="13" fill="#fff" opacity=".8">${escaped(subtitle)}</text></svg>`
  );
}
