import { extname, isAbsolute, join } from 'node:path';
import { listOf, type Settings } from './project-file.ts';
import type { Setting } from './settings.ts';

/**
 * The flags that mean the same as these settings, '--dim=height=96': a project is parsed, checked and run as a command line
 * is. Relative paths start at `folder`.
 */
export function argumentsOf(settings: Settings, table: Readonly<Record<string, Setting>>, folder: string): string[] {
  return Object.entries(table).flatMap(([key, { kind, flag }]) => {
    const value = settings[key];
    if (value === undefined) return [];
    if (kind === 'yes' || kind === 'no') return value === (kind === 'yes') ? [flag] : [];
    return valuesOf(value, kind, folder).map((text) => `${flag}=${text}`);
  });
}

/** What of them is no path: paths may change as long as the files' contents do not. */
export function withoutPaths(settings: Settings, table: Readonly<Record<string, Setting>>): string[] {
  const plain = Object.entries(table).filter(([, { kind }]) => kind !== 'path' && kind !== 'paths');
  return argumentsOf(settings, Object.fromEntries(plain), '.').sort();
}

function valuesOf(value: unknown, kind: Setting['kind'], folder: string): string[] {
  switch (kind) {
    case 'path':
    case 'paths':
      return listOf(value).map((path) => within(folder, path));
    case 'name or path':
      return listOf(value).map((text) => (isPath(text) ? within(folder, text) : text));
    case 'pairs':
      return Object.entries(value as object).map(([name, text]) => `${name}=${text}`);
    case 'states':
      return value === 'none' ? [value] : valuesOf(value, 'pairs', folder);
    case 'constants':
      return Object.entries(value as object).map(([name, text]) => `${name}=${constant(String(text), folder)}`);
    default:
      return [...listOf(value)];
  }
}

/** Names of recipes and targets have neither dots nor slashes. */
export function isPath(text: string): boolean {
  return extname(text) !== '' || /[\\/]/.test(text);
}

/** '@zeros.npy' is a file. */
function constant(text: string, folder: string): string {
  return text.startsWith('@') ? `@${within(folder, text.slice(1))}` : text;
}

export function within(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}
