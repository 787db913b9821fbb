const WIDTH = 116;

/** Calls that are longer than a line go on below, broken between arguments, four columns further in; no line ends in spaces. */
export function wrapLines(code: string): string {
  return code.replace(/ +$/gm, '').split('\n').map(wrapped).join('\n');
}

/** What stands between the parentheses behind `before`, the same. */
export function wrapList(before: string, items: readonly string[]): string {
  return wrapLines(`${before}(${items.join(', ')}`).slice(before.length + 1);
}

function wrapped(line: string): string {
  const at = line.lastIndexOf(', ', WIDTH);
  const isCall = /^\s*((static )?void )?(\(void\))?\w+\(/.test(line) && !line.includes('"');
  if (line.length <= WIDTH || at < 0 || !isCall) return line;
  const indent = `${/^\s*/.exec(line)![0]}    `;
  return `${line.slice(0, at + 1)}\n${rest(line.slice(at + 2), indent)}`;
}

function rest(text: string, indent: string): string {
  const at = text.lastIndexOf(', ', WIDTH - indent.length);
  const fits = indent.length + text.length <= WIDTH || at < 0;
  return fits ? indent + text : `${indent}${text.slice(0, at + 1)}\n${rest(text.slice(at + 2), indent)}`;
}
