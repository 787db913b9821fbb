import { type Builder, Unfit, whole } from '../builder.ts';
import { type Family, FLOATS, type Nature } from '../family.ts';

/** Opset in which the axes became an input. */
const AXES_INPUT: Readonly<Record<string, number>> = { ReduceSum: 13 };

function reduce(op: string, nature: Nature): Family {
  return {
    op,
    nature,
    make: (b) => {
      const positive = op === 'ReduceLogSum';
      const bounded = op === 'ReduceMin' || op === 'ReduceMax';
      const dtypes =
        bounded && b.opset >= 12
          ? (['f32', 'i32', 'i64', 'i8', 'u8', 'f64'] as const)
          : (['f32', 'i32', 'f64', 'i64'] as const);
      const x = b.data({
        dtypes,
        rank: [0, 4],
        ...(positive && { values: whole(1, 8) }),
        ...(op === 'ReduceProd' && { values: whole(-2, 2) }),
      });
      const axes = b.chance(0.75) && x.shape.length > 0 ? b.axes(x.shape) : null;
      const keep = b.some({ keepdims: b.int(0, 1) });
      if (b.opset < (AXES_INPUT[op] ?? 18)) return b.node(op, [x], { ...keep, ...(axes && { axes }) });
      const noop = b.some({ noop_with_empty_axes: b.int(0, 1) });
      const list = axes ?? (b.chance(0.5) ? [] : null);
      b.node(op, [x, list && b.ints(list)], { ...keep, ...noop });
    },
  };
}

function arg(op: string): Family {
  return {
    op,
    nature: 'step',
    make: (b) => {
      const x = b.data({ dtypes: ['f32', 'i32', 'i8', 'u8', 'f64'] });
      b.node(
        op,
        [x],
        b.some({
          axis: b.axis(x.shape),
          keepdims: b.int(0, 1),
          ...(b.opset >= 12 && { select_last_index: b.int(0, 1) }),
        }),
      );
    },
  };
}

function rowwise(op: string, nature: Nature): Family {
  return {
    op,
    nature,
    make: (b) => {
      const x = b.data({ dtypes: op === 'Hardmax' ? FLOATS.slice(0, 2) : FLOATS });
      const axis = b.axis(x.shape);
      // Before opset 13 the default is 1, which a vector does not have.
      b.node(op, [x], x.shape.length === 1 && b.opset < 13 ? { axis } : b.some({ axis }));
    },
  };
}

function cumulative(op: string, since: number): Family {
  return {
    op,
    nature: 'close',
    since,
    make: (b) => {
      const x = b.data({ dtypes: ['f32', 'f64', 'i32', 'i64'] });
      const axis = b.constant(b.pick(['i64', 'i32']), b.chance(0.7) ? [] : [1], [b.axis(x.shape)]);
      b.node(op, [x, axis], b.some({ exclusive: b.int(0, 1), reverse: b.int(0, 1) }));
    },
  };
}

function topK(b: Builder): void {
  const x = b.data({ dtypes: ['f32', 'i64', 'i32', 'f64'] });
  const axis = b.axis(x.shape);
  const k = b.int(1, x.shape.at(axis)!);
  if (b.opset < 10) return b.node('TopK', [x], { axis, k }, 2);
  b.node('TopK', [x, b.constant('i64', [1], [k])], { axis, ...(b.opset >= 11 && b.some({ largest: b.int(0, 1) })) }, 2);
}

export const REDUCTION: readonly Family[] = [
  ...[
    'ReduceL1',
    'ReduceL2',
    'ReduceLogSum',
    'ReduceLogSumExp',
    'ReduceMean',
    'ReduceProd',
    'ReduceSum',
    'ReduceSumSquare',
  ].map((op) => reduce(op, 'close')),
  reduce('ReduceMax', 'exact'),
  reduce('ReduceMin', 'exact'),
  arg('ArgMax'),
  arg('ArgMin'),
  rowwise('Softmax', 'close'),
  rowwise('LogSoftmax', 'close'),
  rowwise('Hardmax', 'step'),
  cumulative('CumSum', 11),
  cumulative('CumProd', 26),
  { op: 'TopK', nature: 'step', make: topK },
  {
    op: 'LpNormalization',
    nature: 'close',
    make: (b) => {
      const x = b.data({ dtypes: FLOATS });
      if (x.shape.length === 0) throw new Unfit();
      b.node('LpNormalization', [x], b.some({ axis: b.axis(x.shape, true), p: b.int(1, 2) }));
    },
  },
];
