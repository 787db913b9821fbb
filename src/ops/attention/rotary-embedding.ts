import { intAttribute } from '../../ir/attributes.ts';
import type { OpDef } from '../op-def.ts';
import { headsOf } from './heads.ts';
import { rotaryRules } from './rules.ts';

export const rotaryEmbedding: OpDef = {
  op: 'RotaryEmbedding',
  summary: 'Rotates pairs of numbers by their position; neighbours or halves, part of a head or all of it.',
  check: rotaryRules,
  lower(node, lower) {
    const { dtype } = lower.type(node.inputs[0]);
    if (dtype !== 'f32') return lower.refuse(`${dtype} is not supported`);
    const x = headsOf(lower.read(0, 'row-major'), intAttribute(node, 'num_heads', 0));
    const half = (intAttribute(node, 'rotary_embedding_dim', 0) || x.size) / 2;
    const cos = lower.read(1, 'row-major').name;
    const sin = lower.read(2, 'row-major').name;
    const positions = node.inputs[3] ? lower.read(3, 'row-major').name : 'NULL';
    const y = lower.write(0, 'row-major');
    lower.call({
      template: 'rotary_embedding_f32',
      params: {
        sizes: [x.batch, x.heads, x.rows, x.size, half].join(', '),
        steps: x.steps.join(', '),
        interleaved: intAttribute(node, 'interleaved', 0),
        x: x.operand.name,
        cos,
        sin,
        positions,
        y: y.name,
      },
      macs: 4 * x.batch * x.heads * x.rows * half,
      summary: `RotaryEmbedding, ${x.heads} heads of ${x.rows} x ${x.size}`,
      overlap: [{ read: x.operand, distance: 0 }],
    });
  },
};
