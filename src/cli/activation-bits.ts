import { InvalidArgumentError } from 'commander';

interface Entry {
  readonly match: string;
  readonly bits: number;
}

/**
 * For commander: '4', or '4,conv1=8,block*=8', as the `activations` of the pass calibrate. Later entries win. A 4 without a
 * pattern is for all activations but the model's inputs and outputs and what the last layer with weights reads and makes,
 * a 16 for all of them.
 */
export function activationBits(text: string): Entry[] {
  return text.split(',').flatMap((part): Entry[] => {
    const at = part.lastIndexOf('=');
    const [match, bits] = at < 0 ? ['*', part] : [part.slice(0, at), part.slice(at + 1)];
    if (match === '' || !/^(4|8|16)$/.test(bits))
      throw new InvalidArgumentError('Must look like 4, 16 or 4,conv1=8,block*=8.');
    const entry = { match, bits: Number(bits) };
    if (at >= 0) return [entry];
    return bits === '16' ? [{ match: ':all', bits: 16 }] : [entry, { match: ':last', bits: 8 }];
  });
}
