// tsc copies no JSON: the schema of data set descriptors belongs beside the compiled code.
import { copyFileSync } from 'node:fs';

copyFileSync('src/data/dataset.schema.json', 'dist/data/dataset.schema.json');
