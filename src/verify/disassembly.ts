/** A function as it stands in a linked Arm program. */
export interface MachineFunction {
  readonly name: string;
  /** Functions it calls, jumps to, or falls through into. */
  readonly calls: ReadonlySet<string>;
  /** Of these, what it may return without having called. */
  readonly sometimes: ReadonlySet<string>;
  /** Sum of everything that it takes off the stack pointer anywhere: at least what any one path takes. */
  readonly frameBytes: number;
  /** Instructions whose effect on stack or flow cannot be told from here. */
  readonly unclear: readonly string[];
}

interface Instruction {
  readonly address: number;
  readonly mnemonic: string;
  readonly operands: string;
}

/** Reads the output of `arm-none-eabi-objdump -d --no-show-raw-insn`. */
export function readDisassembly(listing: string): Map<string, MachineFunction> {
  const blocks = splitBlocks(listing);
  const functions = new Map<string, MachineFunction>();
  blocks.forEach(({ name, instructions }, i) => {
    const targets = instructions.flatMap((instruction) => branchTarget(instruction) ?? []);
    const calls = new Set(targets.filter((target) => target !== name || callsItself(instructions, name)));
    const always = alwaysCalled(instructions, name);
    const sometimes = new Set([...calls].filter((target) => !always.has(target)));
    const next = blocks[i + 1];
    if (next && fallsThrough(instructions.findLast((instruction) => !isFilling(instruction)))) calls.add(next.name);
    functions.set(name, {
      name,
      calls,
      sometimes,
      frameBytes: instructions.reduce((sum, instruction) => sum + stackTaken(instruction), 0),
      unclear: instructions.filter(isUnclear).map(({ mnemonic, operands }) => `${mnemonic} ${operands}`),
    });
  });
  return functions;
}

function splitBlocks(listing: string): { name: string; instructions: Instruction[] }[] {
  const blocks: { name: string; instructions: Instruction[] }[] = [];
  for (const line of listing.split('\n')) {
    const header = /^[0-9a-f]+ <(.+)>:$/.exec(line);
    if (header) blocks.push({ name: header[1]!, instructions: [] });
    const match = /^\s*([0-9a-f]+):\t(\S+)(?:\t([^;@]*))?/.exec(line);
    // Literal pools are listed as .word, .short or .byte.
    if (match && !match[2]!.startsWith('.')) {
      const [, address, mnemonic, operands = ''] = match;
      const instruction = { address: Number.parseInt(address!, 16), mnemonic: mnemonic!, operands: operands.trim() };
      blocks.at(-1)?.instructions.push(instruction);
    }
  }
  return blocks;
}

/** The function that a branch goes to: 'bl 8000 <memcpy>', 'beq.n 8012 <memcpy+0x12>'; null for other instructions. */
function branchTarget({ mnemonic, operands }: Instruction): string | null {
  if (!/^(b|cbn?z|bl|blx)/.test(mnemonic) || /^(bic|bfi|bfc|bkpt)/.test(mnemonic)) return null;
  const target = /<([^>]+?)(?:\+0x[0-9a-f]+)?>$/.exec(operands);
  return target ? target[1]! : null;
}

/**
 * Targets of the calls and jumps that no path through the function goes around: it is not left before them, and no earlier
 * branch leads behind them.
 */
function alwaysCalled(instructions: readonly Instruction[], name: string): Set<string> {
  const reached = new Set<string>();
  let farthest = 0;
  for (const instruction of instructions) {
    const { address, mnemonic, operands } = instruction;
    const isCall = /^blx?$/.test(mnemonic);
    const isJump = /^b(\.[nw])?$/.test(mnemonic);
    const target = branchTarget(instruction);
    if (target && (isCall || isJump) && farthest <= address) reached.add(target);
    if (isCall || mnemonic === 'nop') continue;
    const leaves = target ? target !== name : /^bx/.test(mnemonic) || !fallsThrough(instruction);
    if (leaves) break;
    const [, to] = /([0-9a-f]+) <[^>]*>$/.exec(operands) ?? [];
    if (target && to) farthest = Math.max(farthest, Number.parseInt(to, 16));
  }
  return reached;
}

/** Recursion, as opposed to a loop: a call of its own first instruction. */
function callsItself(instructions: readonly Instruction[], name: string): boolean {
  return instructions.some(({ mnemonic, operands }) => /^blx?$/.test(mnemonic) && operands.endsWith(`<${name}>`));
}

function fallsThrough(last: Instruction | undefined): boolean {
  if (!last) return true;
  const { mnemonic, operands } = last;
  const leaves =
    /^(b|b\.n|b\.w|bx|udf|bkpt)$/.test(mnemonic) ||
    (/^(pop|ldm)/.test(mnemonic) && /\bpc\b/.test(operands)) ||
    (/^(mov|ldr|add)/.test(mnemonic) && /^pc\b/.test(operands)) ||
    /^(tbb|tbh|nop)/.test(mnemonic);
  return !leaves;
}

/** Zeros with which the linker aligns what follows; they read as an instruction. */
function isFilling({ mnemonic, operands }: Instruction): boolean {
  return mnemonic === 'movs' && operands === 'r0, r0';
}

/** Bytes that one instruction takes off the stack pointer. */
function stackTaken({ mnemonic, operands }: Instruction): number {
  if (/^(push|vpush|stmdb|stmfd|vstmdb)/.test(mnemonic)) {
    if (/^v?stm/.test(mnemonic) && !operands.startsWith('sp!')) return 0;
    return listBytes(/\{(.*)\}/.exec(operands)?.[1] ?? '');
  }
  const subtract = /^subw?(?:\.w|s)?$/.test(mnemonic) && /^sp, (?:sp, )?#(\d+)/.exec(operands);
  if (subtract) return Number(subtract[1]);
  const preindexed = /^v?str/.test(mnemonic) && /\[sp, #-(\d+)\]!/.exec(operands);
  return preindexed ? Number(preindexed[1]) : 0;
}

/** 'r4, r5, lr' or 'd8-d11': 4 bytes for each core or single register, 8 for each double. */
function listBytes(list: string): number {
  return list.split(',').reduce((sum, item) => {
    const [, kind, first, last] = /^\s*([a-z]+)(\d*)(?:-[a-z]+(\d+))?/.exec(item) ?? [];
    const count = last === undefined ? 1 : Number(last) - Number(first) + 1;
    return sum + count * (kind === 'd' ? 8 : 4);
  }, 0);
}

/**
 * Calls through registers, and stack pointers that move by a register. Writing pc from a register or a table is a switch
 * (compilers call with bx and blx), from the stack a return.
 */
function isUnclear({ mnemonic, operands }: Instruction): boolean {
  const callsByRegister = /^(bx|blx)/.test(mnemonic) && !/^lr\b/.test(operands) && !operands.includes('<');
  const loadsPc = /^ldr/.test(mnemonic) && /^pc, (?!\[sp\]|\[pc, r)/.test(operands);
  const movesStack = /^(sub|add)/.test(mnemonic) && /^sp, (?!#|sp, #)/.test(operands);
  return callsByRegister || loadsPc || movesStack;
}
