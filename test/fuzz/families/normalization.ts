import { type Builder, between, type Value } from '../builder.ts';
import { type Family, FLOATS, type Nature } from '../family.ts';

const close = (op: string, make: (b: Builder) => void, since = 7): Family => ({
  op,
  nature: 'close' as Nature,
  since,
  make,
});

const epsilon = (b: Builder) => ({ epsilon: b.pick([1e-5, 1e-3, 0.1]) });

function batch(b: Builder): void {
  const x = b.data({ dtypes: FLOATS, rank: [b.opset >= 9 ? 2 : 3, 5] });
  const parameter = (values?: ReturnType<typeof between>) => b.operand(x.dtype, [x.shape[1]], values);
  const inputs = [x, parameter(), parameter(), parameter(), parameter(between(0.1, 3))];
  b.node('BatchNormalization', inputs, b.some({ ...epsilon(b), momentum: 0.7 }));
}

function instance(b: Builder): void {
  const x = b.data({ dtypes: FLOATS, rank: [3, 5] });
  b.node(
    'InstanceNormalization',
    [x, b.operand(x.dtype, [x.shape[1]]), b.operand(x.dtype, [x.shape[1]])],
    b.some(epsilon(b)),
  );
}

function group(b: Builder): void {
  const shape = b.like([b.int(1, 2), b.int(1, 3) * b.int(1, 3), ...b.shape(1, 3)]);
  const x = b.data({ dtypes: FLOATS, shape });
  const channels = shape[1];
  const groups = b.pick([1, 2, 3, channels].filter((n) => channels % n === 0));
  const parameters = b.opset >= 21 ? channels : groups;
  const inputs = [x, b.operand(x.dtype, [parameters]), b.operand(x.dtype, [parameters])];
  b.node('GroupNormalization', inputs, { num_groups: groups, ...b.some(epsilon(b)) });
}

function layer(b: Builder, op: 'LayerNormalization' | 'RMSNormalization'): void {
  const x = b.data({ dtypes: FLOATS, rank: [1, 4] });
  const axis = b.axis(x.shape);
  const from = axis < 0 ? axis + x.shape.length : axis;
  const shape = x.shape.slice(from);
  const scale = b.operand(x.dtype, shape);
  const attributes = { ...(from === x.shape.length - 1 ? b.some({ axis }) : { axis }), ...b.some(epsilon(b)) };
  if (op === 'RMSNormalization') return b.node(op, [x, scale], attributes);
  const outputs = b.pick([[true], [true], [true, true, true], [true, false, true]]);
  b.node(op, [x, scale, b.optional(() => b.operand(x.dtype, shape))], attributes, outputs);
}

function skipLayer(b: Builder): void {
  const x = b.data({ shape: b.like([b.int(1, 2), b.int(1, 4), b.int(2, 6)]) });
  const hidden = [x.shape[2]];
  const vector = (): Value => b.operand('f32', hidden);
  b.node(
    'ms.SkipLayerNormalization',
    [x, b.operand('f32', x.shape), vector(), b.optional(vector), b.optional(vector)],
    b.some(epsilon(b)),
  );
}

export const NORMALIZATION: readonly Family[] = [
  close('BatchNormalization', batch),
  close('InstanceNormalization', instance),
  close('GroupNormalization', group, 18),
  close('LayerNormalization', (b) => layer(b, 'LayerNormalization'), 17),
  close('RMSNormalization', (b) => layer(b, 'RMSNormalization'), 23),
  close('com.microsoft.SkipLayerNormalization', skipLayer),
  close(
    'MeanVarianceNormalization',
    (b) => {
      const x = b.data({ dtypes: ['f32'], rank: [4, 4] });
      b.node('MeanVarianceNormalization', [x], b.some({ axes: b.pick([[2], [2, 3], [0, 2, 3], [1]]) }));
    },
    9,
  ),
  close('LRN', (b) => {
    const x = b.data({ dtypes: ['f32'], rank: [4, 4] });
    b.node('LRN', [x], {
      size: b.pick([1, 3, 5]),
      ...b.some({ alpha: b.pick([0.0001, 0.5]), beta: b.pick([0.75, 0.5]), bias: b.pick([1, 2]) }),
    });
  }),
];
