// tsc copies no JSON: schemas belong beside the compiled code that reads what they describe.
import { copyFileSync } from 'node:fs';

for (const schema of ['data/dataset.schema.json', 'project/project.schema.json'])
  copyFileSync(`src/${schema}`, `dist/${schema}`);
