import { floatAttribute, intAttribute, stringAttribute } from '../../ir/attributes.ts';
import type { Node } from '../../ir/types.ts';
import type { LowerBuilder, OpDef } from '../op-def.ts';
import { floatLiteral } from '../support/c-text.ts';
import { checkDtype } from '../support/inputs.ts';
import { cellActivations } from './activations.ts';
import { recurrentRules } from './rules.ts';

/** What tells the three cells apart. */
interface Cell {
  readonly gates: number;
  /** Its kernel is nn_STEP_ACTIVATIONS_f32. */
  readonly step: string;
  readonly activations: readonly string[];
  /** Scratch of one step, in multiples of the hidden size. */
  readonly scratch: number;
  /** Attribute handed to the step function. */
  readonly flag?: string;
}

const RNN: Cell = { gates: 1, step: 'rnn_step', activations: ['Tanh'], scratch: 1 };
const GRU: Cell = {
  gates: 3,
  step: 'gru_step',
  activations: ['Sigmoid', 'Tanh'],
  scratch: 3,
  flag: 'linear_before_reset',
};
const LSTM: Cell = {
  gates: 4,
  step: 'lstm_step',
  activations: ['Sigmoid', 'Tanh', 'Tanh'],
  scratch: 4,
  flag: 'input_forget',
};

const recurrent = (op: string, summary: string, cell: Cell): OpDef => ({
  op,
  summary,
  inSteps: true,
  check: recurrentRules(cell.gates, cell.activations.length),
  lower(node, lower) {
    checkDtype(node, lower, (dtype) => dtype === 'f32');
    lowerRecurrent(node, lower, cell);
  },
});

/** Inputs X, W, R, B, sequence_lens, initial_h and for LSTM initial_c, P; outputs Y, Y_h and for LSTM Y_c. */
function lowerRecurrent(node: Node, lower: LowerBuilder, cell: Cell): void {
  const lstm = cell.gates === 4;
  const [steps, batch, inputs] = lower.type(node.inputs[0]).shape as [number, number, number];
  const [directions, , hidden] = lower.type(node.inputs[2]).shape as [number, number, number];

  const read = (index: number) => (node.inputs[index] == null ? null : lower.read(index, 'row-major').name);
  const [x, w, r, bias, lengths, firstH] = [0, 1, 2, 3, 4, 5].map(read);
  const [firstC, peepholes] = lstm ? [read(6), read(7)] : [null, null];
  const write = (index: number) => (node.outputs[index] == null ? null : lower.write(index, 'row-major').name);
  const [y, lastH, lastC] = [0, 1, 2].map(write);

  // The final state is the state: it is kept where Y_h and Y_c lie, if they are wanted.
  const scratch = lower.scratch((cell.scratch + (lastH ? 0 : 1) + (lstm && !lastC ? 1 : 0)) * hidden * 4, 'float');
  const spare = `${scratch} + ${cell.scratch * hidden}`;
  const stateAt = (name: string, d: number) => `${name} + b * ${hidden} + ${d * batch * hidden}`;
  const activations = cellActivations(node, lower, cell.activations, directions);

  lower.call({
    template: 'recurrent_f32',
    params: {
      lstm,
      inputs,
      hidden,
      steps,
      batch,
      clip: clipLiteral(node),
      flag: cell.flag ? String(intAttribute(node, cell.flag, 0)) : '',
      lengths: lengths ?? '',
      scratch,
      x: x!,
      xTime: batch * inputs,
      xBatch: inputs,
      y: y ?? '',
      yTime: directions * hidden * batch,
      yBatch: hidden,
      directions: activations.map(([f, g, h], d) => ({
        step: `nn_${[cell.step, ...activations[d].map(({ name }) => name)].join('_')}_f32`,
        reverse: stringAttribute(node, 'direction', 'forward') === 'reverse' || d === 1,
        w: `${w} + ${d * cell.gates * hidden * inputs}`,
        r: `${r} + ${d * cell.gates * hidden * hidden}`,
        bias: bias ? `${bias} + ${d * 2 * cell.gates * hidden}` : 'NULL',
        peepholes: peepholes ? `${peepholes} + ${d * 3 * hidden}` : 'NULL',
        f: f!,
        g: g ?? f!,
        h: h ?? f!,
        hState: lastH ? stateAt(lastH, d) : spare,
        cState: lastC ? stateAt(lastC, d) : lastH ? spare : `${spare} + ${hidden}`,
        hFirst: firstH ? stateAt(firstH, d) : '',
        cFirst: firstC ? stateAt(firstC, d) : '',
        yDirection: d * hidden * batch,
      })),
    },
    macs: directions * batch * steps * cell.gates * hidden * (inputs + hidden),
    summary: `${node.op} ${inputs} -> ${hidden}, ${steps} steps${directions === 2 ? ', both directions' : ''}`,
  });
}

/** onnxruntime clips the gates of an RNN to 0 where the file says so; less is no clipping. */
function clipLiteral(node: Node): string {
  const clip = floatAttribute(node, 'clip', -1);
  return clip > 0 || (clip === 0 && node.op === 'RNN') ? floatLiteral(clip) : 'INFINITY';
}

export const recurrentOps: readonly OpDef[] = [
  recurrent(
    'GRU',
    'Gated recurrent unit: directions, initial state, lengths, layouts, activations, clip; in integers one step, in a loop.',
    GRU,
  ),
  recurrent('LSTM', 'Long short-term memory: as GRU, with peepholes and input_forget.', LSTM),
  recurrent('RNN', 'Simple recurrent cell: as GRU.', RNN),
];
