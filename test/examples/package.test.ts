import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeModel } from '../cli/tiny.ts';
import { describeWith } from '../verify/native.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const built = async () => existsSync(`${ROOT}dist/cli/main.js`) || 'nibblec is not built (npm run build)';

await describeWith('the package, installed from what npm pack makes', built, () => {
  let project = '';
  let home = '';
  let files: readonly string[] = [];

  /** As npm installs it, with this checkout's packages beside it: nothing is fetched. */
  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'nibblec-installed-'));
    const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', project];
    const { stdout } = await execa('npm', pack, { cwd: ROOT });
    const [packed] = JSON.parse(stdout);
    files = packed.files.map(({ path }: { path: string }) => path);
    await execa('tar', ['-xzf', packed.filename], { cwd: project });
    const modules = join(project, 'node_modules');
    await mkdir(modules);
    await symlink(join(project, 'package'), join(modules, 'nibblec'));
    for (const name of await readdir(join(ROOT, 'node_modules'))) {
      if (!name.startsWith('.')) await symlink(join(ROOT, 'node_modules', name), join(modules, name));
    }
    home = join(project, 'package');
    // What is run lies in a folder of its own, as after an installation.
    await symlink(modules, join(home, 'node_modules'));
    await writeModel(project);
  });
  afterAll(() => rm(project, { recursive: true, force: true }));

  const nibblec = (...args: string[]) =>
    execa('node', ['node_modules/nibblec/dist/cli/main.js', ...args], { cwd: project, reject: false });

  test('every link of every page leads somewhere', async () => {
    const pages = files.filter((file) => file.endsWith('.md'));
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/tutorial.md', 'examples/README.md']));
    const dead: string[] = [];
    for (const page of pages) {
      const text = await readFile(join(home, page), 'utf8');
      for (const [, link] of text.matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
        if (!/^https?:/.test(link) && !existsSync(join(home, dirname(page), link))) dead.push(`${page}: ${link}`);
      }
    }
    expect(dead).toEqual([]);
  });

  test('it compiles, and its hints name pages that are there', async () => {
    expect((await nibblec('compile', 'tiny.onnx', '--quiet')).exitCode).toBe(0);
    await writeFile(join(project, 'nibblec.config.json'), '{ "models": {} }');
    const { stderr } = await nibblec('build');
    const [page] = /\S+docs\/project\.md/.exec(stderr) ?? [''];
    expect(existsSync(join(project, page))).toBe(true);
    expect((await nibblec('doctor', '--json')).exitCode).toBe(0);
  });

  test('pages and scripts that any message names are in it', async () => {
    const code = files.filter((file) => /^dist\/.*\.js$/.test(file));
    const named = new Set<string>();
    for (const file of code) {
      const text = (await readFile(join(home, file), 'utf8')).replace(/^ *(\/?\*|\/\/).*$/gm, '');
      for (const [path] of text.matchAll(/\b(docs|scripts|examples)\/[\w./-]*\w\.(md|sh|ts|js|yml)\b/g))
        named.add(path);
    }
    expect([...named]).toContain('docs/few-bits.md');
    // examples/run is in the layout of ESP-IDF that --package writes.
    const ours = [...named].filter((path) => !path.startsWith('examples/run/'));
    expect(ours.filter((path) => !existsSync(join(home, path)))).toEqual([]);
  });

  test('what init names as $schema is in it', async () => {
    const folder = join(project, 'new');
    await mkdir(folder);
    await symlink(join(project, 'node_modules'), join(folder, 'node_modules'));
    await writeModel(folder);
    await execa('node', ['node_modules/nibblec/dist/cli/main.js', 'init'], { cwd: folder });
    const { $schema } = JSON.parse(await readFile(join(folder, 'nibblec.config.json'), 'utf8'));
    expect($schema).toBe('./node_modules/nibblec/dist/project/project.schema.json');
    expect(existsSync(join(folder, $schema))).toBe(true);
  });
});
