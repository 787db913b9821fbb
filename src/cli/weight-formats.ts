import { InvalidArgumentError } from 'commander';

interface Entry {
  readonly match: string;
  readonly format: string;
}

/**
 * For commander: 'int4' or 'int4,:first=int8,conv*=ternary' as the `layers` of the pass few-bit. Later entries win; a
 * format without a pattern is for all layers; what no entry matches is int8.
 */
export function weightFormats(text: string): Entry[] {
  const entries = text.split(',').map((part): Entry => {
    const at = part.lastIndexOf('=');
    const [match, format] = at < 0 ? ['*', part] : [part.slice(0, at), part.slice(at + 1)];
    if (match !== '' && format !== '') return { match, format };
    throw new InvalidArgumentError('Must look like int4 or int4,:first=int8,conv*=ternary.');
  });
  return entries.some(({ match }) => match === '*') ? entries : [{ match: '*', format: 'int8' }, ...entries];
}
