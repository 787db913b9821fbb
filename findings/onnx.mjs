// Small ONNX models by the wire format of protobuf, run on the processor by onnxruntime without graph optimizations.
import { readFileSync } from 'node:fs';
import ort from 'onnxruntime-node';

export const ELEMENT_TYPES = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, float64: 11, int4: 22 };

/**
 * Runs `nodes` ({ op, inputs, outputs, attributes, domain }, in topological order) on `feeds` (name to tensor) and
 * returns the values of the tensors named in `outputs` (name to element type) as arrays of numbers. `options` of the session.
 */
export async function run({ opset, nodes, feeds, outputs, options = {} }) {
  const inputs = Object.entries(feeds).map(([name, { type, dims }]) => valueInfo(name, type, dims));
  const results = Object.entries(outputs).map(([name, type]) => valueInfo(name, type));
  const graph = [
    ...nodes.map((node) => message(1, nodeProto(node))),
    text(2, 'graph'),
    ...inputs.map((input) => message(11, input)),
    ...results.map((result) => message(12, result)),
  ];
  const opsets = [
    ['', opset],
    ['com.microsoft', 1],
    ['ai.onnx.ml', 3],
  ].map(([domain, version]) => message(8, [text(1, domain), varint(2, version)]));
  const model = Buffer.concat([varint(1, 10), message(7, graph), ...opsets]);
  const quiet = { graphOptimizationLevel: 'disabled', logSeverityLevel: 4, ...options };
  const session = await ort.InferenceSession.create(model, quiet);
  const values = await session.run(feeds);
  return Object.keys(outputs).map((name) => [...values[name].data].map(Number));
}

/** A tensor to feed; `values` are numbers, for int64 as well. */
export function tensor(type, values, dims = [values.length]) {
  return new ort.Tensor(type, type === 'int64' ? values.map(BigInt) : values, dims);
}

/** Tells what was expected and seen, and ends with exit code 1 where that is no longer what was seen before. */
export function finding(what, expected, seenBefore, seen) {
  const { version } = JSON.parse(readFileSync('node_modules/onnxruntime-node/package.json', 'utf8'));
  const unchanged = JSON.stringify(seen) === JSON.stringify(seenBefore);
  console.log(`onnxruntime-node ${version}: ${what}`);
  console.log(`  expected ${JSON.stringify(expected)}`);
  console.log(`  seen     ${JSON.stringify(seen)}${unchanged ? '' : ` CHANGED, was ${JSON.stringify(seenBefore)}`}`);
  if (!unchanged) process.exitCode = 1;
}

function nodeProto({ op, inputs, outputs, attributes = {}, domain = '' }) {
  return [
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) => message(5, [text(1, name), ...attributeValue(value)])),
    text(7, domain),
  ];
}

// Numbers are integers; those of { floats } are real.
function attributeValue(value) {
  if (typeof value === 'number') return [varint(3, value), varint(20, 2)];
  if (value.floats) return [...value.floats.map((item) => real(7, item)), varint(20, 6)];
  if (typeof value === 'string') return [text(4, value), varint(20, 3)];
  if (typeof value[0] === 'number') return [...value.map((item) => varint(8, item)), varint(20, 7)];
  return [...value.map((item) => text(9, item)), varint(20, 8)];
}

function valueInfo(name, type, dims) {
  const shape = dims
    ? [
        message(
          2,
          dims.map((size) => message(1, [varint(1, size)])),
        ),
      ]
    : [];
  return [text(1, name), message(2, [message(1, [varint(1, ELEMENT_TYPES[type]), ...shape])])];
}

function message(field, parts) {
  return bytes(field, Buffer.concat(parts));
}

function text(field, value) {
  return bytes(field, Buffer.from(value));
}

function bytes(field, value) {
  return Buffer.concat([unsigned((field << 3) | 2), unsigned(value.length), value]);
}

function real(field, value) {
  const four = Buffer.alloc(4);
  four.writeFloatLE(value);
  return Buffer.concat([unsigned((field << 3) | 5), four]);
}

function varint(field, value) {
  return Buffer.concat([unsigned(field << 3), unsigned(BigInt.asUintN(64, BigInt(value)))]);
}

function unsigned(value) {
  const groups = [];
  for (let rest = BigInt(value); ; rest >>= 7n) {
    const more = rest > 127n;
    groups.push(Number(rest & 127n) | (more ? 128 : 0));
    if (!more) return Buffer.from(groups);
  }
}
