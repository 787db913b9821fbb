import { runToolOrFail } from './run-tool.ts';

/** Multiplications of Arm, RISC-V and AVR: mul, muls, mulhu, smull, mla, smlad, vmul, fmuls, ... */
const MULTIPLIES = /mul|^v?[su]?ml[als]|^smm/;

/** Library routines that multiply: __mulsi3, __umulhisi3, __aeabi_lmul, ... */
const MULTIPLYING_ROUTINE = /^__.*mul/;

/**
 * The multiplications that a function of a linked program can reach: instructions, and calls of library routines that
 * multiply. Empty: it has none.
 * @returns lines 'function: instruction'
 * @throws UserError TOOL_FAILED, TOOL_MISSING.
 */
export async function multiplications(objdump: string, program: string, root: string): Promise<string[]> {
  const { stdout } = await runToolOrFail(objdump, ['-d', '--no-show-raw-insn', program], 'disassemble the program');
  return findMultiplications(stdout, root);
}

/** The same for a listing. Every name in an instruction counts as a call. */
export function findMultiplications(listing: string, root: string): string[] {
  const functions = readFunctions(listing);
  const reached = new Set([root]);
  const found: string[] = [];
  for (const name of reached) {
    for (const line of functions.get(name) ?? []) {
      const [mnemonic] = line.split('\t');
      const targets = [...line.matchAll(/<([^>+]+)(?:\+0x[0-9a-f]+)?>/g)].map(([, target]) => target!);
      if (MULTIPLIES.test(mnemonic!) || targets.some((target) => target !== name && MULTIPLYING_ROUTINE.test(target))) {
        found.push(`${name}: ${line.replaceAll('\t', ' ').trim()}`);
      }
      for (const target of targets) if (functions.has(target)) reached.add(target);
    }
  }
  if (!functions.has(root)) throw new RangeError(`there is no function ${root} in the program`);
  return found;
}

/** What no instruction after it is reached from. */
const LEAVES = /^(ret|reti|mret|j|jr|rjmp|jmp|ijmp|b|b\.n|b\.w|bx|udf|nop)$|^(pop|ldm)\S*\t.*\bpc\b/;

/** Instructions 'mnemonic<tab>operands' of each function; the name of the next one where it runs into that. */
function readFunctions(listing: string): Map<string, string[]> {
  const functions = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of listing.split('\n')) {
    const [, header] = /^[0-9a-f]+ <(.+)>:$/.exec(line) ?? [];
    if (header !== undefined) {
      const last = current.at(-1) ?? 'nop';
      if (!LEAVES.test(last) && !LEAVES.test(last.split('\t')[0]!)) current.push(`\t<${header}>`);
      current = [];
      functions.set(header, current);
    }
    const [, instruction] = /^\s*[0-9a-f]+:\t([a-z].*)$/.exec(line) ?? [];
    if (instruction !== undefined) current.push(instruction);
  }
  return functions;
}
