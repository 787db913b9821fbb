const WIDTH = 116;
const INDENT = '        ';

/** Calls that are longer than a line go on below, broken between arguments. */
export function wrapLines(code: string): string {
  return code.split('\n').map(wrapped).join('\n');
}

function wrapped(line: string): string {
  const at = line.lastIndexOf(', ', WIDTH);
  const isCall = /^\s+(\(void\))?\w+\(/.test(line) && !line.includes('"');
  if (line.length <= WIDTH || at < 0 || !isCall) return line;
  return `${line.slice(0, at + 1)}\n${rest(line.slice(at + 2))}`;
}

function rest(text: string): string {
  const at = text.lastIndexOf(', ', WIDTH - INDENT.length);
  const fits = INDENT.length + text.length <= WIDTH || at < 0;
  return fits ? INDENT + text : `${INDENT}${text.slice(0, at + 1)}\n${rest(text.slice(at + 2))}`;
}
