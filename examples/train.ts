/** Makes data and models of the examples again: `npm run example`, or `npm run example vibration` for one of them. */
import { writeFileSync } from 'node:fs';
import { shapes } from './shapes/shapes.ts';
import { dataFiles, modelFile, trainExample } from './training/example.ts';
import { TUNINGS, tuneExample } from './training/tune.ts';
import { unet } from './unet/unet.ts';
import { vibration } from './vibration/vibration.ts';
import { vit } from './vit/vit.ts';

const chosen = process.argv.slice(2);
for (const example of [shapes, vibration, vit, unet]) {
  const { name } = example;
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const write = (file: string, bytes: Uint8Array) => {
    writeFileSync(new URL(`${name}/${file}`, import.meta.url), bytes);
    console.log(`examples/${name}/${file}: ${bytes.length} bytes`);
  };
  for (const [file, bytes] of dataFiles(example)) write(file, bytes);
  const model = modelFile(await trainExample(example), example);
  write(`${name}.onnx`, model);
  if (!example.tuned) continue;
  for (const tuning of Object.keys(TUNINGS) as (keyof typeof TUNINGS)[]) {
    write(`${name}_${tuning}.onnx`, await tuneExample(example, model, tuning));
  }
}
