import { InvalidArgumentError } from 'commander';
import { type ActivationEntry, uniformActivations } from '../passes/quantize/uniform-activations.ts';

type Bits = ActivationEntry['bits'];

/** For commander: '4', or '4,conv1=8,block*=8', as the `activations` of the pass calibrate. Later entries win. */
export function activationBits(text: string): ActivationEntry[] {
  return text.split(',').flatMap((part): ActivationEntry[] => {
    const at = part.lastIndexOf('=');
    const bits = bitsOf(part.slice(at + 1));
    if (at === 0 || bits === null) throw new InvalidArgumentError('Must look like 4, 16 or 4,conv1=8,block*=8.');
    return at < 0 ? uniformActivations(bits) : [{ match: part.slice(0, at), bits }];
  });
}

/** For commander: '4,8,16', bits to choose from. */
export function activationChoices(text: string): Bits[] {
  const bits = text.split(',').map((part) => bitsOf(part.trim()));
  if (bits.includes(null)) throw new InvalidArgumentError('Must look like 4,8,16.');
  return [...new Set(bits as Bits[])].sort((a, b) => a - b);
}

function bitsOf(text: string): Bits | null {
  return /^(4|8|16)$/.test(text) ? (Number(text) as Bits) : null;
}
