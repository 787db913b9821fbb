import { readFile } from 'node:fs/promises';
import { UserError } from '../support/errors.ts';
import { type MachineFunction, readDisassembly } from './disassembly.ts';
import { runToolOrFail } from './run-tool.ts';

export interface StackUsage {
  /** No run can use more below the stack pointer of its caller (interrupts aside). */
  readonly bytes: number;
  /** The deepest chain of calls. */
  readonly path: readonly Frame[];
  /** The last function of the path that need not run and without which the bound is smaller by a tenth or more. */
  readonly branch: { readonly name: string; readonly bytesWithout: number } | null;
}

interface Frame {
  readonly name: string;
  readonly bytes: number;
}

interface Chain {
  readonly bytes: number;
  readonly path: readonly Frame[];
}

/** What gcc says about a function it compiled. */
interface CompiledFunction {
  readonly frameBytes: number;
  /** 'static', 'dynamic' (alloca, variable arrays) or 'dynamic,bounded'. */
  readonly kind: string;
  readonly callsIndirectly: boolean;
}

/**
 * Worst-case stack of a function of a linked Arm program. The call graph is read from the disassembly, so nothing that the linker
 * added is missed; frames of compiled functions are gcc's own numbers (-fcallgraph-info=su), frames of library functions (libgcc,
 * libm, memcpy) and of functions written in assembler are bounds read from their instructions.
 * @param program ELF with everything that `root` reaches.
 * @param callGraphs paths of gcc's .ci files.
 * @throws UserError TOOL_FAILED for recursion, calls through pointers and frames of unknown size, with the chain of calls.
 */
export async function stackUsage(
  program: string,
  callGraphs: readonly string[],
  root: string,
  objdump = 'arm-none-eabi-objdump',
): Promise<StackUsage> {
  const { stdout } = await runToolOrFail(objdump, ['-d', '--no-show-raw-insn', program], 'disassemble the program');
  const texts = await Promise.all(callGraphs.map((path) => readFile(path, 'utf8')));
  return withBranch(readDisassembly(stdout), readCallGraph(texts.join('\n')), root);
}

/** A run that does not take the deepest branch uses less: which one, and how much is left without it. */
export function withBranch(
  machine: ReadonlyMap<string, MachineFunction>,
  compiled: ReadonlyMap<string, CompiledFunction>,
  root: string,
): StackUsage {
  const deepest = deepestPath(machine, compiled, root);
  for (let i = deepest.path.length - 1; i > 0; i--) {
    const { name } = deepest.path[i]!;
    if (!machine.get(deepest.path[i - 1]!.name)?.sometimes.has(name)) continue;
    const bytesWithout = deepestPath(machine, compiled, root, name).bytes;
    if (deepest.bytes >= 1.1 * bytesWithout) return { ...deepest, branch: { name, bytesWithout } };
  }
  return { ...deepest, branch: null };
}

/**
 * Reads gcc's .ci files: a node's title is the symbol ('kws.c:l01_conv.constprop.0' for a static function), its label holds the
 * frame; a call through a pointer is an edge to __indirect_call.
 */
export function readCallGraph(text: string): Map<string, CompiledFunction> {
  const symbol = (title: string) => title.slice(title.lastIndexOf(':') + 1);
  const indirect = new Set<string>();
  for (const [, source] of text.matchAll(/^edge: \{ sourcename: "([^"]+)" targetname: "__indirect_call"/gm)) {
    indirect.add(symbol(source!));
  }
  const functions = new Map<string, CompiledFunction>();
  for (const [, title, bytes, kind] of text.matchAll(
    /^node: \{ title: "([^"]+)" label: ".*?\\n(\d+) bytes \(([^)]*)\)/gm,
  )) {
    const name = symbol(title!);
    functions.set(name, { frameBytes: Number(bytes), kind: kind!, callsIndirectly: indirect.has(name) });
  }
  return functions;
}

/** Depth first over the call graph; every function is visited once, and none calls `without`. */
export function deepestPath(
  machine: ReadonlyMap<string, MachineFunction>,
  compiled: ReadonlyMap<string, CompiledFunction>,
  root: string,
  without?: string,
): Chain {
  const known = new Map<string, Chain>();
  const chain: string[] = [];

  const visit = (name: string): Chain => {
    const before = known.get(name);
    if (before) return before;
    if (chain.includes(name)) throw unbounded([...chain, name], 'recursion');
    chain.push(name);
    const bytes = frameBytes(name, machine.get(name), compiled.get(name), chain);
    let deepest: Chain = { bytes: 0, path: [] };
    for (const callee of machine.get(name)?.calls ?? []) {
      if (callee === without) continue;
      const usage = visit(callee);
      if (usage.bytes > deepest.bytes) deepest = usage;
    }
    chain.pop();
    const usage = { bytes: bytes + deepest.bytes, path: [{ name, bytes }, ...deepest.path] };
    known.set(name, usage);
    return usage;
  };
  return visit(root);
}

function frameBytes(
  name: string,
  machine: MachineFunction | undefined,
  compiled: CompiledFunction | undefined,
  chain: readonly string[],
): number {
  if (compiled) {
    if (compiled.callsIndirectly) throw unbounded(chain, 'a call through a pointer');
    if (compiled.kind === 'dynamic') throw unbounded(chain, 'a frame whose size is known only at run time');
    // Of a naked function gcc says 0: what it takes, its own instructions take.
    return compiled.frameBytes || (machine?.frameBytes ?? 0);
  }
  if (!machine) throw unbounded(chain, `no code for ${name}`);
  if (machine.unclear.length > 0) throw unbounded(chain, `a library function with '${machine.unclear[0]}'`);
  return machine.frameBytes;
}

function unbounded(chain: readonly string[], why: string): UserError {
  return new UserError({
    code: 'TOOL_FAILED',
    message: `the stack of ${chain[0]} has no bound: ${why}`,
    where: chain.join(' -> '),
  });
}
