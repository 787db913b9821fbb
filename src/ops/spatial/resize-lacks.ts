import { intAttribute, intsAttribute, stringAttribute } from '../../ir/attributes.ts';
import { normalizeAxis } from '../../ir/shape.ts';
import type { Shape } from '../../ir/types.ts';
import type { Lack, NodeFacts } from '../op-def.ts';

/** Which interpolations onnxruntime has: those of images and volumes, cubic ones of float32. */
export const resizeLacks: readonly Lack[] = [
  { missing: otherAxes, next: 'Reshape the tensor around it to such a form, or resize in two steps' },
  { missing: cubicIntegers, next: 'put a Cast to float32 before it, and one back behind it' },
];

const FORMS: Readonly<Record<string, string>> = {
  linear: 'two or three dimensions, or images and volumes behind batch and channels',
  cubic: 'two dimensions, or images behind batch and channels',
};

function otherAxes(facts: NodeFacts): string | null {
  const mode = stringAttribute(facts.node, 'mode', 'nearest');
  const x = facts.input(0);
  const [form, resized] = [FORMS[mode], x && resizedAxes(facts, x.shape)];
  if (!form || !x || !resized || resized.length === 0) return null;
  const [rank, first, last] = [x.shape.length, Math.min(...resized), Math.max(...resized)];
  const plain = mode === 'linear' ? [2, 3] : [2];
  const behindChannels = first >= 2 && (rank === 4 || (rank === 5 && mode === 'linear'));
  const beforeChannels = rank === 4 && first >= 1 && last <= 2;
  if (plain.includes(rank) || behindChannels || beforeChannels) return null;
  return `it resizes axes ${resized.join(', ')} of [${x.shape}]; onnxruntime has ${mode} interpolation of ${form} only`;
}

/** Axes whose size changes; null: not known yet. */
function resizedAxes(facts: NodeFacts, shape: Shape): number[] | null {
  const axes = intsAttribute(facts.node, 'axes', [...shape.keys()]).map((axis) => normalizeAxis(axis, shape.length));
  const sizes = facts.numbers(3);
  const scales = facts.numbers(facts.node.inputs.length === 2 ? 1 : 2);
  if (sizes?.length) return axes.filter((axis, i) => sizes[i] !== shape[axis]);
  return scales?.length ? axes.filter((_, i) => scales[i] !== 1) : null;
}

function cubicIntegers({ node, input }: NodeFacts): string | null {
  const dtype = input(0)?.dtype;
  const cubic = stringAttribute(node, 'mode', 'nearest') === 'cubic' && intAttribute(node, 'antialias', 0) === 0;
  if (!cubic || !dtype || !['i8', 'u8', 'i32'].includes(dtype)) return null;
  return `cubic interpolation of ${dtype}; onnxruntime has it of float32 only`;
}
