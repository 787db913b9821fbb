/**
 * Whether a layer is meant by a recipe's pattern: the name of a node or of its output, `*` for any run of characters; or
 * ':first' or ':last' of the layers with weights.
 */
export function matchesLayer(
  pattern: string,
  names: readonly (string | null)[],
  index: number,
  count: number,
): boolean {
  if (pattern === ':first') return index === 0;
  if (pattern === ':last') return index === count - 1;
  const expression = new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`, 's');
  return names.some((name) => name !== null && expression.test(name));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
