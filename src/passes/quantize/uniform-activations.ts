/** An entry of the list `activations`, see choose-activations.ts. */
export type ActivationEntry = { readonly match: string; readonly bits: 4 | 8 | 16 };

/**
 * The list that gives every activation so many bits: 16 all of them; 4 all but the model's inputs and outputs and what the
 * last layer with weights reads and makes.
 */
export function uniformActivations(bits: 4 | 8 | 16): ActivationEntry[] {
  if (bits === 16) return [{ match: ':all', bits }];
  return [{ match: '*', bits }, ...(bits === 4 ? [{ match: ':last', bits: 8 } as const] : [])];
}
