import { constantOf, typeOf } from '../../ir/graph.ts';
import { elementCount } from '../../ir/shape.ts';
import { tensorOf } from '../../ir/tensor.ts';
import { definePass } from '../pass.ts';
import { isOp, onlyOutput } from './match.ts';
import { type Rule, rewriteGraph } from './rewrite.ts';

/** MatMul with a constant matrix on the right is a dense layer over all rows: Gemm, between Reshapes where rank is not 2. */
export const matmulToGemm = definePass({
  name: 'matmul-to-gemm',
  summary: 'Turn MatMul by a constant matrix into Gemm.',
  requires: ['float-only'],
  provides: [],
  defaults: {},
  run: (graph) => rewriteGraph(graph, [toGemm]),
});

const toGemm: Rule = (graph, node) => {
  const output = onlyOutput(node);
  const [source, matrix] = node.inputs;
  if (!isOp(node, 'MatMul') || !output || !source || constantOf(graph, matrix)?.dtype !== 'f32') return null;
  const [depth, columns] = typeOf(graph, matrix).shape;
  const { shape } = typeOf(graph, source);
  const target = typeOf(graph, output);
  if (typeOf(graph, matrix).shape.length !== 2 || elementCount(target.shape) === 0 || depth === 0) return null;
  const inputs = (rows: string) => [rows, matrix ?? null, null];
  if (shape.length === 2) {
    return {
      touches: [node],
      apply: (edit) => edit.update(node, { op: 'Gemm', inputs: inputs(source), attributes: {} }),
    };
  }
  const rows = elementCount(shape) / depth;
  const flat = (size: number) => ({ ...target, shape: [rows, size] });
  return {
    touches: [node],
    apply(edit) {
      const shapeOf = (name: string, dimensions: readonly number[]) =>
        edit.constant(`${output}.${name}`, tensorOf('i64', [dimensions.length], dimensions));
      const from = edit.node(
        { op: 'Reshape', inputs: [source, shapeOf('rows', [rows, depth])] },
        flat(depth),
        `${output}.in`,
      );
      const spec = { op: 'Gemm', name: node.name, inputs: inputs(from), clip: node.clip };
      const product = edit.node(spec, flat(columns), `${output}.out`);
      edit.update(node, {
        op: 'Reshape',
        name: `${node.name}.view`,
        inputs: [product, shapeOf('shape', target.shape)],
        attributes: {},
        clip: null,
      });
    },
  };
};
