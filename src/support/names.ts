/** Turns any text into a C identifier: letters, digits and underscores, not starting with a digit, at most 40 characters. */
export function cIdentifier(text: string, fallback = 'x'): string {
  const plain = text
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 40);
  const safe = plain === '' ? fallback : plain;
  return /^[0-9]/.test(safe) ? `_${safe}`.replace(/^_/, `${fallback}_`) : safe;
}

/** Text that can stand inside a C block comment: printable ASCII, no comment delimiters, no line breaks, no trigraphs. */
export function commentText(text: string, limit = 100): string {
  const plain = text
    .replace(/[^\x20-\x7e]/g, '?')
    .replace(/\\/g, '/')
    .replace(/\*\//g, '* /')
    .replace(/\/\*/g, '/ *')
    .replace(/\?(?=\?)/g, '? ');
  return plain.length > limit ? `${plain.slice(0, limit - 3)}...` : plain;
}

/** Gives each text its own identifier, in order; later clashes get _2, _3, ... (compared without case). */
export function uniqueIdentifiers(texts: readonly string[], fallback = 'x'): string[] {
  const taken = new Set<string>();
  return texts.map((text) => {
    const base = cIdentifier(text, fallback);
    let name = base;
    for (let i = 2; taken.has(name.toLowerCase()); i++) name = `${base}_${i}`;
    taken.add(name.toLowerCase());
    return name;
  });
}
