import { badModel } from './bad-model.ts';

interface Format {
  readonly name: string;
  /** On the first bytes as Latin-1, so that places are offsets. */
  readonly matches: (text: string) => boolean;
  /** What makes an ONNX file of it. */
  readonly hint: string;
}

const tf2onnx = (flag: string, file: string) => `python -m tf2onnx.convert --${flag} ${file} --output model.onnx`;
const TORCH = "torch.onnx.export(model, example_input, 'model.onnx')";
const isZip = (text: string) => text.startsWith('PK\x03\x04');

/** Files that people have beside their ONNX model, by the bytes they begin with; no ONNX file begins so. */
const FORMATS: readonly Format[] = [
  {
    name: 'a TensorFlow Lite model',
    matches: (text) => text.startsWith('TFL', 4),
    hint: `make an ONNX file of it: ${tf2onnx('tflite', 'model.tflite')}`,
  },
  {
    name: 'an HDF5 file, as Keras writes models',
    matches: (text) => text.startsWith('\x89HDF\r\n\x1a\n'),
    hint: `make an ONNX file of it: ${tf2onnx('keras', 'model.h5')}`,
  },
  {
    name: 'a Keras model',
    matches: (text) => isZip(text) && /metadata\.json|config\.json|model\.weights\.h5/.test(text),
    hint: "load it in Keras and export it: model.export('model.onnx', format='onnx')",
  },
  {
    name: 'a NumPy archive',
    matches: (text) => isZip(text) && text.includes('.npy'),
    hint: 'it holds arrays, not a model: give it as data',
  },
  {
    name: 'a PyTorch file',
    matches: (text) => isZip(text) || /^\x80[\x02-\x05]/.test(text),
    hint: `load it in PyTorch and export it: ${TORCH}`,
  },
  {
    name: 'a model in the ORT format',
    matches: (text) => text.startsWith('ORTM', 4),
    hint: 'give the ONNX file that it was made from',
  },
  {
    name: 'a file of safetensors',
    matches: (text) => /^[\s\S]{4}\0{4}\{\s*"/.test(text),
    hint: `it holds weights without a graph: load them into the model and export it: ${TORCH}`,
  },
  {
    name: 'a GGUF file',
    matches: (text) => text.startsWith('GGUF'),
    hint: `it holds weights without a graph: export the model itself: ${TORCH}`,
  },
  {
    name: 'a NumPy array',
    matches: (text) => text.startsWith('\x93NUMPY'),
    hint: 'it holds data, not a model: give it with --data or --calibrate',
  },
  {
    name: 'a pointer of Git LFS',
    matches: (text) => text.startsWith('version https://git-lfs'),
    hint: 'fetch the file itself: git lfs pull',
  },
  { name: 'packed by gzip', matches: (text) => text.startsWith('\x1f\x8b'), hint: 'unpack it: gunzip' },
  {
    name: 'text',
    matches: (text) => /^\s*[<{#]/.test(text),
    hint: 'an ONNX model is a binary file: export the model, or download the file itself and not the page about it',
  },
];

/** A zip's first entry and its name are within these. */
const PREFIX = 512;

/** Throws BAD_MODEL for a file of another kind, with the way from there to ONNX. */
export function refuseForeign(bytes: Uint8Array): void {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, PREFIX)).toString('latin1');
  const format = FORMATS.find(({ matches }) => matches(text));
  if (format) badModel(`the file is ${format.name}, not an ONNX model`, undefined, format.hint);
}
