/** Makes the example's model and data again: `npm run example`. The same bytes every time. */
import { writeFileSync } from 'node:fs';
import { buildExample } from './build-example.ts';

for (const [name, bytes] of await buildExample()) {
  writeFileSync(new URL(name, import.meta.url), bytes);
  console.log(`examples/shapes/${name}: ${bytes.length} bytes`);
}
