import { floatAttribute } from '../ir/attributes.ts';
import { elementCount } from '../ir/shape.ts';
import type { Node } from '../ir/types.ts';
import type { GradientRule, GradientRules } from './rule.ts';
import { gradientRules } from './rules/index.ts';
import { averageShares } from './rules/pool.ts';

/**
 * How h = d2L/dy2 becomes d2L/dx2 = sum (dy/dx)^2 h: the gradient's rule with its factors squared. Gradient rules are
 * linear in dy, which stands for h here.
 */
const secondOrderRules: GradientRules = {
  // Derivatives are zeros and ones.
  ...each('Add Sum Concat Split Slice Pad Gather Where ReduceSum', (rule) => rule),
  ...each('Reshape Flatten Squeeze Unsqueeze Identity Expand Dropout Transpose', (rule) => rule),
  ...each('Relu Clip MaxPool', (rule) => rule),
  Sub: gradientRules.Add,
  // Linear in each operand: the other one squared.
  ...each('Conv ConvTranspose MatMul Mul', squaredOperands),
  Gemm: (back) => squaredOperands(gradientRules.Gemm)({ ...back, node: squaredFactors(back.node) }),
  // One output for one input: the derivative twice.
  ...each('Neg LeakyRelu Elu Softplus Sigmoid Tanh Gelu', twice),
  ...each('HardSigmoid HardSwish BatchNormalization', twice),
  // Means: their share once more.
  AveragePool: (back) => gradientRules.AveragePool({ ...back, dy: back.build.mul(back.dy, averageShares(back)) }),
  ...each('GlobalAveragePool ReduceMean', shareOfMean),
};

/** Null for an operator without a rule. */
export function secondOrderRuleFor(node: Node): GradientRule | null {
  return node.domain === '' && Object.hasOwn(secondOrderRules, node.op) ? secondOrderRules[node.op] : null;
}

function each(names: string, change: (rule: GradientRule) => GradientRule): GradientRules {
  return Object.fromEntries(names.split(' ').map((name) => [name, change(gradientRules[name])]));
}

function squaredOperands(rule: GradientRule): GradientRule {
  return (back) => rule({ ...back, input: (index) => back.build.mul(back.input(index), back.input(index)) });
}

function squaredFactors(node: Node): Node {
  const [alpha, beta] = [floatAttribute(node, 'alpha', 1) ** 2, floatAttribute(node, 'beta', 1) ** 2];
  return { ...node, attributes: { ...node.attributes, alpha, beta } };
}

/** By input 0 only. */
function twice(rule: GradientRule): GradientRule {
  return (back) =>
    back.to(0, () => {
      let h = back.dy;
      for (let time = 0; time < 2; time++) {
        rule({
          ...back,
          dy: h,
          to(index, gradient) {
            if (index === 0) h = gradient();
          },
        });
      }
      return h;
    });
}

/** Every output is the mean of equally many inputs. */
function shareOfMean(rule: GradientRule): GradientRule {
  return (back) => {
    const count = elementCount(back.shape(0)) / elementCount(back.build.shape(back.dy));
    rule({ ...back, dy: back.build.scale(back.dy, 1 / count) });
  };
}
