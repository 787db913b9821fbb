import { InvalidArgumentError } from 'commander';

/** For commander: 'conv1=conv2d_s8,fc=dense_s8', several times. Later entries win. */
export function kernelPins(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const entries = text.split(',').map((part) => {
    const at = part.lastIndexOf('=');
    if (at > 0 && at < part.length - 1) return [part.slice(0, at), part.slice(at + 1)] as const;
    throw new InvalidArgumentError('Must look like conv1=conv2d_s8 or conv1=conv2d_s8,fc=dense_s8.');
  });
  return Object.fromEntries([...Object.entries(before), ...entries]);
}
