import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
const document = read('ARCHITECTURE.md');

interface Room {
  readonly name: string;
  readonly rooms: readonly string[];
  /** Those of `rooms` that may be imported with `import type` only. */
  readonly typesOnly: readonly string[];
  readonly packages: readonly string[];
}

interface Import {
  readonly file: string;
  /** A room, a package or a Node module. */
  readonly from: string;
  readonly inside: boolean;
  readonly typeOnly: boolean;
}

const rooms = [...document.matchAll(/^\| `([\w.]+)` \| [^|]+ \|([^|]*)\|([^|]*)\|$/gm)].map(
  ([, name, allowed, packages]): Room => ({
    name,
    rooms: [...allowed.matchAll(/`([^`]+)`/g)].map(([, room]) => room),
    typesOnly: [...allowed.matchAll(/`([^`]+)` \(types\)/g)].map(([, room]) => room),
    packages: [...packages.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  }),
);
const exceptions = [...document.matchAll(/^- `([\w./-]+)` imports `(\w+)`/gm)].map(
  ([, file, room]) => `${file} -> ${room}`,
);

const files = readdirSync(new URL('src/', ROOT), { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'));
const imports = files.flatMap((file) => importsOf(file, read(`src/${file}`)));

describe('the table of rooms', () => {
  test('has a row for each folder and file of src/', () => {
    expect(rooms.map(({ name }) => name).sort()).toEqual([...new Set(files.map(roomOf))].sort());
  });

  test.each(rooms)('$name may import only rooms above it', ({ name, rooms: allowed }) => {
    const above = rooms
      .slice(
        0,
        rooms.findIndex((room) => room.name === name),
      )
      .map((room) => room.name);
    expect(allowed.filter((room) => !above.includes(room))).toEqual([]);
  });
});

describe('the rooms inside passes', () => {
  const inner = [...document.matchAll(/^\| `passes\/([\w-]+)` \| [^|]+ \|([^|]*)\|$/gm)].map(([, name, allowed]) => ({
    name,
    allowed: [...allowed.matchAll(/`([^`]+)`/g)].map(([, room]) => room),
  }));
  const names = inner.map(({ name }) => name);

  test('are the folders of src/passes', () => {
    const folders = new Set(files.flatMap((file) => file.match(/^passes\/([^/]+)\//)?.[1] ?? []));
    expect([...names].sort()).toEqual([...folders].sort());
  });

  test.each(inner)('$name imports what its row lists, all of it from rooms above', ({ name, allowed }) => {
    const used = importsOfFolder(`passes/${name}/`);
    expect(used).toEqual([...allowed].sort());
    expect(allowed.filter((room) => names.indexOf(room) >= names.indexOf(name))).toEqual([]);
  });

  test('what a pass is knows no room', () => {
    const lists = ['passes/index.ts', 'passes/registry.ts', 'passes/usual-pipeline.ts'];
    const base = files.filter((file) => /^passes\/[^/]+$/.test(file) && !lists.includes(file));
    expect(base.filter((file) => innerRoomsOf(file).length > 0)).toEqual([]);
  });

  function importsOfFolder(folder: string): string[] {
    const own = files.filter((file) => file.startsWith(folder)).flatMap(innerRoomsOf);
    return [...new Set(own)].filter((room) => `passes/${room}/` !== folder).sort();
  }

  function innerRoomsOf(file: string): string[] {
    const targets = specifiersOf(read(`src/${file}`)).map(({ name }) => posix.join(posix.dirname(file), name));
    return targets.flatMap((target) => target.match(/^passes\/([^/]+)\//)?.[1] ?? []);
  }
});

describe.each(rooms)('$name', ({ name, rooms: allowed, typesOnly, packages }) => {
  const own = imports.filter(({ file }) => roomOf(file) === name);

  test('imports only what it may', () => {
    const strangers = own.filter(({ from, inside, typeOnly }) => {
      if (!inside) return !packages.includes(from);
      return !allowed.includes(from) || (typesOnly.includes(from) && !typeOnly);
    });
    const unknown = strangers
      .map(({ file, from }) => `${file} -> ${from}`)
      .filter((edge) => !exceptions.includes(edge));
    expect(unknown).toEqual([]);
  });

  test('may import only what it does', () => {
    const used = new Set(own.map(({ from }) => from));
    const valued = new Set(own.filter(({ typeOnly }) => !typeOnly).map(({ from }) => from));
    expect([...allowed, ...packages].filter((from) => !used.has(from))).toEqual([]);
    expect(allowed.filter((from) => !valued.has(from))).toEqual(typesOnly);
  });
});

test('every exception is still needed', () => {
  const edges = new Set(imports.map(({ file, from }) => `${file} -> ${from}`));
  expect(exceptions.filter((edge) => !edges.has(edge))).toEqual([]);
});

test('ARCHITECTURE.md gives a reason for every dependency, and for no other', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json'));
  const section = document.slice(document.indexOf('## Dependencies'), document.indexOf('System tools are'));
  const named = [...section.matchAll(/^\| (`.+?`) \| .+ \|$/gm)].flatMap(([, names]) =>
    names.replaceAll('`', '').split(', '),
  );
  expect(named.sort()).toEqual([...Object.keys(dependencies), ...Object.keys(devDependencies)].sort());
});

/** 'ops' for ops/conv/float.ts, 'compile.ts' for compile.ts. */
function roomOf(file: string): string {
  return file.split('/')[0];
}

/** All static and dynamic imports and re-exports that leave the file's room. */
function importsOf(file: string, text: string): Import[] {
  const found: Import[] = [];
  for (const { name, typeOnly } of specifiersOf(text)) {
    const inside = name.startsWith('.');
    const from = inside ? roomOf(posix.join(posix.dirname(file), name)) : packageOf(name);
    if (from !== roomOf(file)) found.push({ file, from, inside, typeOnly });
  }
  return found;
}

/** What a text imports or exports again, as written. */
function specifiersOf(text: string): { readonly name: string; readonly typeOnly: boolean }[] {
  const pattern = /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)/gm;
  return [...text.matchAll(pattern)].map(([, type, specifier, dynamic]) => ({
    name: specifier ?? dynamic,
    typeOnly: type !== undefined,
  }));
}

/** 'protobufjs' for 'protobufjs/minimal.js', 'node:fs' for 'node:fs/promises', '@scope/name' whole. */
function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}
