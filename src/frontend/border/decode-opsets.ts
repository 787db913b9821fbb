import type { onnx } from 'onnx-proto';
import { badModel, show } from '../bad-model.ts';
import { plainDomain, toNumber } from './fields.ts';

export function decodeOpsets(imports: onnx.IOperatorSetIdProto[] | null | undefined): Map<string, number> {
  const opsets = new Map<string, number>();
  for (const { domain, version } of imports ?? []) {
    const name = plainDomain(domain);
    const number = toNumber(version);
    if (!(number >= 1 && number <= 2 ** 31)) badModel(`the operator set version of domain ${show(name)} is ${number}`);
    if (opsets.has(name) && opsets.get(name) !== number) badModel(`domain ${show(name)} is imported in two versions`);
    opsets.set(name, number);
  }
  return opsets;
}
