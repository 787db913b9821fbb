import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';

/**
 * describe() for tests that need a tool. Where it is missing they are skipped with the printed reason,
 * and fail instead when REQUIRE_NATIVE=1.
 */
export async function describeWith(
  title: string,
  available: () => Promise<true | string>,
  body: () => void,
): Promise<void> {
  const verdict = await available();
  if (verdict === true) {
    describe(title, body);
    return;
  }
  if (process.env.REQUIRE_NATIVE === '1') throw new Error(`${title}: ${verdict}`);
  console.warn(`skipped: ${title}: ${verdict}`);
  describe.skip(title, body);
}

/** Runs `work` in a fresh folder and removes it. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'nibblec-test-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
