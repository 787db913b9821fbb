import { intsAttribute } from '../../ir/attributes.ts';
import type { GradientRule, GradientRules } from '../rule.ts';

const reshapeBack: GradientRule = ({ build, dy, shape, to }) => to(0, () => build.reshape(dy, shape(0)));

/** The same elements under another shape or order. */
export const viewRules: GradientRules = {
  Reshape: reshapeBack,
  Flatten: reshapeBack,
  Squeeze: reshapeBack,
  Unsqueeze: reshapeBack,
  Identity: ({ dy, to }) => to(0, () => dy),
  Expand: ({ dy, to }) => to(0, () => dy),
  Dropout: ({ dy, to }) => to(0, () => dy),
  Transpose({ build, node, dy, shape, to }) {
    const perm = intsAttribute(
      node,
      'perm',
      shape(0).map((_, i) => shape(0).length - 1 - i),
    );
    to(0, () =>
      build.transpose(
        dy,
        perm.map((_, i) => perm.indexOf(i)),
      ),
    );
  },
};
