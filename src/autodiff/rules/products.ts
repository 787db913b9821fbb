import { floatAttribute, intAttribute } from '../../ir/attributes.ts';
import type { ValueName } from '../../ir/types.ts';
import type { Builder } from '../builder.ts';
import type { GradientRules } from '../rule.ts';

export const productRules: GradientRules = {
  /** Y = alpha A' B' + beta C; A' and B' are A and B, transposed or not. */
  Gemm({ build, node, dy, input, to }) {
    const transA = intAttribute(node, 'transA', 0) === 1;
    const transB = intAttribute(node, 'transB', 0) === 1;
    const scaled = (value: ValueName) => build.scale(value, floatAttribute(node, 'alpha', 1));
    to(0, () =>
      scaled(
        transA
          ? build.matmul(input(1), dy, { transA: transB, transB: true })
          : build.matmul(dy, input(1), { transB: !transB }),
      ),
    );
    to(1, () =>
      scaled(
        transB
          ? build.matmul(dy, input(0), { transA: true, transB: transA })
          : build.matmul(input(0), dy, { transA: !transA }),
      ),
    );
    to(2, () => build.scale(dy, floatAttribute(node, 'beta', 1)));
  },
  MatMul({ build, dy: gradient, input, to }) {
    const a = asRow(build, input(0));
    const b = asColumn(build, input(1));
    const [left, right] = [build.shape(a), build.shape(b)];
    const dy = build.reshape(gradient, build.shape(gradient).length === 0 ? [1, 1] : withVectors());
    to(0, () => asInput(build.matmul(dy, b, { transB: true }), 0));
    to(1, () => asInput(right.length === 2 ? flatProduct() : build.matmul(a, dy, { transA: true }), 1));

    /** The result of matrices, where one operand was a vector and its dimension went away. */
    function withVectors(): number[] {
      const batch = build.shape(gradient).slice(0, Math.max(left.length, right.length) - 2);
      return [...batch, left[left.length - 2], right[right.length - 1]];
    }

    /** One product for all batches that share B. */
    function flatProduct(): ValueName {
      const [rows, columns] = [left[left.length - 1], right[1]];
      return build.matmul(
        build.reshape(a, [-1, rows].with(0, countRows(left))),
        build.reshape(dy, [countRows(left), columns]),
        {
          transA: true,
        },
      );
    }

    function asInput(value: ValueName, index: 0 | 1): ValueName {
      const isVector = build.shape(input(index)).length === 1;
      return isVector
        ? build.reshape(build.sumTo(value, index === 0 ? left : right), build.shape(input(index)))
        : value;
    }
  },
};

function countRows(shape: readonly number[]): number {
  return shape.slice(0, -1).reduce((product, size) => product * size, 1);
}

function asRow(build: Builder, a: ValueName): ValueName {
  const shape = build.shape(a);
  return shape.length === 1 ? build.reshape(a, [1, shape[0]]) : a;
}

function asColumn(build: Builder, b: ValueName): ValueName {
  const shape = build.shape(b);
  return shape.length === 1 ? build.reshape(b, [shape[0], 1]) : b;
}
