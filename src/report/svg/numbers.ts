import { grouped } from '../table.ts';

const PREFIXES = ['', ' k', ' M', ' G'];

/** Three digits at most: 0.125, 12.5, 1.5 k, 20 M. */
export function shortNumber(value: number): string {
  const thousands = Math.min(PREFIXES.length - 1, Math.floor(Math.log10(Math.max(1, Math.abs(value))) / 3 + 1e-9));
  return `${threeDigits(value / 1000 ** thousands)}${PREFIXES[thousands]}`;
}

/** 512 B, 1.5 KiB, 20 MiB. */
export function shortBytes(bytes: number): string {
  const size = Math.abs(bytes);
  if (size < 1024) return `${threeDigits(bytes)} B`;
  return size < 2 ** 20 ? `${threeDigits(bytes / 1024)} KiB` : `${threeDigits(bytes / 2 ** 20)} MiB`;
}

/** Of a share of 0 to 1: 97.25 %. */
export function percent(share: number, digits = 2): string {
  return `${(share * 100).toFixed(digits)} %`;
}

/** 12,345 B */
export function exactBytes(bytes: number): string {
  return `${grouped(bytes)} B`;
}

function threeDigits(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return String(Number(Number.isInteger(value) || Math.abs(value) >= 1 ? value.toFixed(digits) : value.toPrecision(3)));
}
