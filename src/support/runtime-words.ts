/** Openings of onnxruntime's messages that say nothing about the model. */
const OPENINGS: readonly RegExp[] = [
  /^Non-zero status code returned while running .*? Status Message: /,
  /^Exception during initialization: /,
  /^This is an invalid model\. (Error: )?/,
  /^Type Error: (?!Type )/,
  /^\[ONNXRuntimeError\] : \d+ : \w+ : /,
  /^\S+\.(?:cc|h):\d+ \S+ /,
  // A condition of its source, where words follow.
  /^.*? was false\. (?=\S)/,
];

interface Sentence {
  readonly words: RegExp;
  readonly means: (found: readonly string[]) => string;
  /** What to do about it. */
  readonly next?: string;
}

const RELATIONS: Readonly<Record<string, string>> = { '>': 'above ', '>=': 'at least ', '==': '' };

/** What it says in terms of its own source, in those of the model. */
const SENTENCES: readonly Sentence[] = [
  {
    words: /Type 'tensor\((\w+)\)' of input parameter \((.*)\) of operator \((\w+)\)/,
    means: ([, dtype, input, op]) => `its input '${input}' is ${dtype}, which ${op} of this operator set does not take`,
    next: 'put a Cast before it, or export the model with a newer operator set',
  },
  {
    words: /Type parameter \(\w+\) of Optype \((\w+)\) bound to different types \(tensor\((\w+)\) and tensor\((\w+)\)/,
    means: ([, op, one, other]) => `its inputs are ${one} and ${other}, and ${op} takes one type for both`,
    next: 'put a Cast before one of them',
  },
  {
    words: /^Could not find an implementation for (\w+)\((\d+)\)/,
    means: ([, op, opset]) => `onnxruntime has no kernel for ${op} of opset ${opset} and these types`,
  },
  {
    words: /^(\w+?)_? (>|>=|==) (-?\d+) was false\.?$/,
    means: ([, name, relation, bound]) => `its ${name} must be ${RELATIONS[relation]}${bound}`,
  },
];

const LONGEST = 240;

/** The next step, where one is known. */
export function nextStep(text: string): string | null {
  return SENTENCES.find(({ words }) => words.test(text))?.next ?? null;
}

/** onnxruntime's reason without the places in its source, and in a sentence where there is one. */
export function plainWords(text: string): string {
  let plain = text;
  for (let before = ''; before !== plain; ) {
    before = plain;
    for (const opening of OPENINGS) plain = plain.replace(opening, '');
  }
  for (const { words, means } of SENTENCES) {
    const found = words.exec(plain);
    if (found) return cut(means(found));
  }
  return cut(plain);
}

/** Behind a whole word, where there is one in the second half. */
function cut(text: string): string {
  if (text.length <= LONGEST) return text;
  const end = text.lastIndexOf(' ', LONGEST - 3);
  return `${text.slice(0, end > LONGEST / 2 ? end : LONGEST - 3)}...`;
}
