/**
 * Attributes of ai.onnx and com.microsoft that hold floats, in every opset. An IR attribute is a plain
 * number, so the name tells the exporter what to write; Dropout's seed is the one name that means both.
 */
const FLOATS = new Set([
  'activation_alpha',
  'activation_beta',
  'activation_params',
  'alpha',
  'beta',
  'bias',
  'clip',
  'cubic_coeff_a',
  'epsilon',
  'extrapolation_value',
  'gamma',
  'height_scale',
  'high',
  'lambd',
  'low',
  'mask_filter_value',
  'max',
  'mean',
  'min',
  'momentum',
  'norm_coefficient',
  'ratio',
  'scale',
  'scales',
  'seed',
  'softcap',
  'spatial_scale',
  'threshold',
  'value',
  'value_float',
  'value_floats',
  'weights',
  'width_scale',
]);

/** List attributes of strings, for the empty list. */
const STRING_LISTS = new Set(['activations', 'pool_strings', 'value_strings', 'keys_strings']);

export type AttributeKind = 'float' | 'int' | 'string';

/** What the elements of a number or list attribute of this name are. */
export function attributeKind(op: string, name: string): AttributeKind {
  if (FLOATS.has(name) && !(op === 'Dropout' && name === 'seed')) return 'float';
  return STRING_LISTS.has(name) ? 'string' : 'int';
}
