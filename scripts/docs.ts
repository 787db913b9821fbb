import { writeFileSync } from 'node:fs';
import { documents } from './documents.ts';
import { notices } from './notices.ts';

for (const [name, text] of await documents()) writeFileSync(new URL(`../docs/${name}`, import.meta.url), text);
writeFileSync(new URL('../THIRD-PARTY-NOTICES.md', import.meta.url), notices());
