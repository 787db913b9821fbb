import { UserError } from '../support/errors.ts';

/** Stops: the file breaks a rule of ONNX. */
export function badModel(message: string, where?: string, hint?: string): never {
  throw new UserError({ code: 'BAD_MODEL', message, ...(where && { where }), ...(hint && { hint }) });
}

/** A name from the model for a message: in quotes, at most 80 characters. */
export function show(name: string): string {
  return name.length > 80 ? `'${name.slice(0, 77)}...'` : `'${name}'`;
}

/** For messages about a node: Conv 'block2/conv'. */
export function showNode(node: {
  readonly op: string;
  readonly name: string;
  readonly outputs: readonly unknown[];
}): string {
  const op = node.op.length > 80 ? `${node.op.slice(0, 77)}...` : node.op;
  const name = node.name || node.outputs.find((output) => typeof output === 'string' && output !== '');
  return typeof name === 'string' ? `${op} ${show(name)}` : op;
}
