import { InvalidArgumentError } from 'commander';

interface Entry {
  readonly match: string;
  readonly bits: number;
}

/**
 * For commander: '4', or '4,conv1=8,block*=8', as the `activations` of the pass calibrate. Later entries win. A number
 * without a pattern is for all activations but the model's inputs and outputs and what the last layer with weights reads
 * and makes.
 */
export function activationBits(text: string): Entry[] {
  return text.split(',').flatMap((part): Entry[] => {
    const at = part.lastIndexOf('=');
    const [match, bits] = at < 0 ? ['*', part] : [part.slice(0, at), part.slice(at + 1)];
    if (match === '' || !/^[48]$/.test(bits)) throw new InvalidArgumentError('Must look like 4 or 4,conv1=8,block*=8.');
    const entry = { match, bits: Number(bits) };
    return at < 0 ? [entry, { match: ':last', bits: 8 }] : [entry];
  });
}
