/**
 * Attributes of ai.onnx, ai.onnx.ml and com.microsoft that hold floats, in every opset. An IR attribute is a plain
 * number, so the name tells the exporter what to write; Dropout's seed is the one name that means both.
 */
const FLOATS = new Set([
  'activation_alpha',
  'activation_beta',
  'activation_params',
  'alpha',
  'base_values',
  'beta',
  'bias',
  'class_weights',
  'clip',
  'coefficients',
  'cubic_coeff_a',
  'default_float',
  'epsilon',
  'extrapolation_value',
  'gamma',
  'height_scale',
  'high',
  'imputed_value_floats',
  'intercepts',
  'kernel_params',
  'keys_floats',
  'lambd',
  'low',
  'mask_filter_value',
  'max',
  'mean',
  'min',
  'momentum',
  'nodes_hitrates',
  'nodes_values',
  'norm_coefficient',
  'offset',
  'prob_a',
  'prob_b',
  'ratio',
  'replaced_value_float',
  'rho',
  'scale',
  'scales',
  'seed',
  'softcap',
  'spatial_scale',
  'support_vectors',
  'target_weights',
  'threshold',
  'value',
  'value_float',
  'value_floats',
  'values_floats',
  'weights',
  'width_scale',
]);

/** List attributes of strings, for the empty list. */
const STRING_LISTS = new Set(['activations', 'pool_strings', 'value_strings', 'keys_strings', 'nodes_modes']);

export type AttributeKind = 'float' | 'int' | 'string';

/** What the elements of a number or list attribute of this name are. */
export function attributeKind(op: string, name: string): AttributeKind {
  if (FLOATS.has(name) && !(op === 'Dropout' && name === 'seed')) return 'float';
  return STRING_LISTS.has(name) ? 'string' : 'int';
}
