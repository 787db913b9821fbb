import type { DType } from '../ir/types.ts';
import type { OpDef } from './op-def.ts';
import { floatAttribute } from './support/attributes.ts';
import { floatLiteral } from './support/c-text.ts';
import { lowerPointwise } from './support/pointwise.ts';

type Expression = string | ((dtype: DType, attribute: (name: string, otherwise: number) => string) => string | null);

/** name -> C expression of element `a` (float), from the ONNX operator specification. */
const FLOAT_UNARY: Record<string, [summary: string, expression: Expression]> = {
  Relu: ['max(x, 0)', '(a > 0.0f) ? a : 0.0f'],
  LeakyRelu: ['x, or alpha x below zero', (_, at) => `(a < 0.0f) ? ${at('alpha', 0.01)} * a : a`],
  Sigmoid: ['1 / (1 + exp(-x))', '1.0f / (1.0f + expf(-a))'],
  Tanh: ['tanh(x)', 'tanhf(a)'],
  Exp: ['exp(x)', 'expf(a)'],
};

const unary = (op: string): OpDef => {
  const [summary, expression] = FLOAT_UNARY[op]!;
  return {
    op,
    summary,
    quantize: { inputs: ['activation'], output: 'calibrated' },
    lower(node, lower) {
      const { dtype } = lower.type(node.inputs[0]);
      if (dtype !== 'f32') return lower.refuse(`${dtype} is not supported`);
      const text =
        typeof expression === 'string'
          ? expression
          : expression(dtype, (name, otherwise) => floatLiteral(floatAttribute(node, name, otherwise)));
      if (text === null) return lower.refuse(`${dtype} is not supported`);
      lowerPointwise(node, lower, { expression: text, title: op });
    },
  };
};

export const unaryOps: readonly OpDef[] = Object.keys(FLOAT_UNARY).map(unary);
