/** Operators of other domains that real files hold and that have no C here, with the way around them. */
interface Advice {
  readonly domain: string;
  readonly ops: RegExp;
  readonly next: string;
}

const ADVICE: readonly Advice[] = [
  {
    domain: 'com.microsoft',
    ops: /^(MatMulNBits|MatMulBnb4|GatherBlockQuantized)$/,
    next: 'write the weights as DequantizeLinear in blocks: quant_format=QuantFormat.QDQ of its quantizer does so',
  },
  {
    domain: 'com.microsoft',
    ops: /^(DynamicQuantize\w+|MatMulIntegerToFloat|\w*Integer\w*|QAttention|QEmbedLayerNormalization)$/,
    next: 'give the float model from before quantize_dynamic; compile --calibrate quantizes it',
  },
  {
    domain: 'com.microsoft',
    ops: /^(\w*Attention\w*|EmbedLayerNormalization|RotaryEmbedding|GatedRelativePositionBias|LongformerAttention)$/,
    next: "give the model from before onnxruntime's transformer optimizer",
  },
  { domain: 'com.microsoft', ops: /./, next: 'give the model from before onnxruntime optimized it' },
  {
    domain: 'ai.onnx.ml',
    ops: /./,
    next: "write the estimator in plain operators: hummingbird.ml.convert(estimator, 'onnx', samples)",
  },
];

/** What to do about an operator that is not known here; null where nothing better than to replace it is known. */
export function adviceFor(domain: string, op: string): string | null {
  return ADVICE.find((advice) => advice.domain === domain && advice.ops.test(op))?.next ?? null;
}
