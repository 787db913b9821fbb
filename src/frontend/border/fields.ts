import type { onnx } from 'onnx-proto';

/** Names end up in C strings of onnxruntime and on terminals: control characters and lone surrogates are spelled out. */
export function text(name: string | null | undefined): string {
  return (name ?? '').replace(
    /[\u0000-\u001f\u007f-\u009f]|\p{Surrogate}/gu,
    (c) => `\\x${c.charCodeAt(0).toString(16)}`,
  );
}

export function utf8(bytes: Uint8Array | null | undefined): string {
  return new TextDecoder().decode(bytes ?? new Uint8Array());
}

/** 'ai.onnx' and '' name the same domain. */
export function plainDomain(domain: string | null | undefined): string {
  const name = text(domain);
  return name === 'ai.onnx' ? '' : name;
}

export function entries(pairs: onnx.IStringStringEntryProto[] | null | undefined): Map<string, string> {
  return new Map((pairs ?? []).map(({ key, value }) => [key ?? '', value ?? '']));
}

/** int64 fields arrive as Long where protobufjs finds the long package, else as number. */
interface LongLike {
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
}

export function toBigInt(value: number | LongLike): bigint {
  if (typeof value === 'number') return BigInt(value);
  const bits = (BigInt(value.high) << 32n) | BigInt(value.low >>> 0);
  return value.unsigned ? BigInt.asUintN(64, bits) : BigInt.asIntN(64, bits);
}

/** Beyond 2^53 the nearest number: only 'to the end' constants such as INT64_MAX are that large. */
export function toNumber(value: number | LongLike | null | undefined): number {
  return typeof value === 'number' ? value : Number(value ? toBigInt(value) : 0n);
}
