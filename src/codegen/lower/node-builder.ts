import { constantOf, typeOf } from '../../ir/graph.ts';
import type { KernelWish, LayerSpec, Layout, LowerBuilder, Operand } from '../../ir/lowering.ts';
import type { Argument, Call, Overlap, Port, Storage } from '../../ir/program.ts';
import { channelsLast, dimensionStrides, isRowMajor, memoryToIndex, rowMajor, sameStorage } from '../../ir/storage.ts';
import { arenaArray, isPacked, isWide } from '../../ir/tensor.ts';
import type { Node, Tensor, ValueName } from '../../ir/types.ts';
import { cType } from '../../ops/support/c-text.ts';
import { invariant, must } from '../../support/errors.ts';
import type { ProgramBuilder } from './program-builder.ts';

/** Thrown by refuse(): this node cannot become C. */
export class Refusal extends Error {}

/**
 * What lower() of one operator works with; collects the arguments of the call it ends in. `sum`: an Add of its result, which the
 * layer makes as well.
 */
export function nodeBuilder(
  program: ProgramBuilder,
  own: Node,
  wish: KernelWish,
  sum: Node | null = null,
): LowerBuilder {
  const { graph } = program;
  const node = sum === null ? own : withSum(own, sum);
  const args: Argument[] = [];
  const reads = new Map<string, Port>();
  const writes: Port[] = [];
  const constants: string[] = [];
  let requantization: Call['requantization'];
  /** Results of this layer that it cannot write packed itself. */
  const toPack: { readonly from: Port; readonly to: Port }[] = [];

  const argument = (name: string, port: Port, access: Argument['access']): Operand => {
    args.push({ name, ctype: cType(arenaArray(port.type).dtype), access, buffer: port.buffer });
    return operand(name, port, null);
  };

  return {
    graph,
    features: program.features,
    wish,
    sum: sum && { node: sum, other: own.inputs.length },
    type: (value) => typeOf(graph, value),
    constant: constantIn,
    storageOf: (value) => program.port(value).storage,
    read(index, layout, { packed = false, wide = false } = {}) {
      const value = must(node.inputs[index], `input ${index} of ${node.op} '${node.name}'`);
      const constant = constantIn(value);
      if (constant) {
        const { tensor, storage } = relaidConstant(constant, layout);
        const name = program.addTable(`c${index}`, tensor.dtype, tensor.data, 'weights', `constant input ${index}`);
        constants.push(name);
        const type = typeOf(graph, value);
        return operand(name, { value, type, shape: type.shape, storage, buffer: -1 }, constant);
      }
      const port = program.port(value);
      const laid = program.relaid(port, wantedStorage(port, layout));
      const bytes = isPacked(laid.type) && !packed ? program.unpacked(laid) : laid;
      const placed = wide && !isWide(bytes.type) ? program.widened(bytes) : bytes;
      const known = [...reads].find(([, other]) => other.buffer === placed.buffer);
      if (known) return operand(known[0], placed, null);
      const name = reads.size === 0 && node.inputs.length === 1 ? 'x' : `x${index}`;
      reads.set(name, placed);
      return argument(name, placed, 'read');
    },
    write(index, layout, { packed = false, wide = false } = {}) {
      const value = must(node.outputs[index], `output ${index} of ${node.op} '${node.name}'`);
      const { shape } = typeOf(graph, value);
      const home = program.addValue(value, resolveLayout(layout, shape));
      const port =
        wide && !isWide(home.type)
          ? program.addWidened(home)
          : isPacked(home.type) && !packed
            ? program.addUnpacked(home)
            : home;
      if (port !== home) toPack.push({ from: port, to: home });
      const name = node.outputs.filter((output) => output !== null).length === 1 ? 'y' : `y${index}`;
      writes.push(port);
      return argument(name, port, 'write');
    },
    alias(index, from, storage) {
      const value = must(node.outputs[index], `output ${index}`);
      const source = must(node.inputs[from], `input ${from}`);
      program.addView(value, program.port(source), storage);
    },
    table(name, dtype, data, kind, comment, parameterBytes) {
      const symbol = program.addTable(name, dtype, data, kind, comment, parameterBytes);
      constants.push(symbol);
      return symbol;
    },
    scratch(bytes, ctype) {
      const name = args.some((arg) => arg.name === 'scratch') ? `scratch${args.length}` : 'scratch';
      args.push({ name, ctype, access: 'scratch', buffer: program.addScratch(bytes) });
      return name;
    },
    requantizes(form) {
      requantization = form;
    },
    call(layer) {
      if (program.features.has('flash-apart') && constants.length > 0 && !layer.readsFlash) {
        throw new Refusal('its C cannot read tables from a flash that is an address space of its own');
      }
      invariant(sum === null || reads.size > 1, `${node.op} '${node.name}' adds`);
      const first = must(writes[0], `an output of ${node.op} '${node.name}'`);
      const isPackedLater = (port: Port) => toPack.some(({ from }) => from === port);
      const also = writes.slice(1).filter((port) => !isPackedLater(port));
      program.addCall(
        {
          op: node.op,
          node: node.name,
          template: layer.template,
          params: layer.params,
          ...(layer.kernel !== undefined && { kernel: layer.kernel }),
          ...(layer.reading !== undefined && { reading: layer.reading }),
          ...(layer.others && layer.others.length > 0 && { others: layer.others }),
          ...(layer.refused && layer.refused.length > 0 && { refused: layer.refused }),
          ...(layer.work && { work: layer.work }),
          ...(layer.instructions !== undefined && { instructions: layer.instructions }),
          ...(layer.decoding !== undefined && { decoding: layer.decoding }),
          ...(layer.codeBytes !== undefined && { codeBytes: layer.codeBytes }),
          ...(sum && { sum: sum.name }),
          ...(layer.leaner && { leaner: layer.leaner }),
          ...(layer.instances && { instances: layer.instances }),
          ...(layer.limit && { limit: layer.limit }),
          arguments: args,
          overlaps: overlapsOf(layer, first),
          macs: layer.macs ?? 0,
          constants,
          summary: layer.summary,
          result: isPackedLater(first) ? null : first,
          ...(also.length > 0 && { also }),
          ...(requantization && { requantization }),
        },
        node.op.toLowerCase().replace(/[^a-z0-9]+/g, '_'),
      );
      for (const { from, to } of toPack) program.pack(from, to);
    },
    refuse(reason): never {
      throw new Refusal(reason);
    },
  };

  /** What computed values go on from is one of them. */
  function constantIn(value: ValueName | null | undefined): Tensor | null {
    return value != null && program.firsts.has(value) ? null : constantOf(graph, value);
  }

  /** Only between element types that C lets share memory: equal ones, or one of them a character type. */
  function overlapsOf(layer: LayerSpec, write: Port): Overlap[] {
    const isByte = (port: Port) => /^u?int8_t$/.test(cType(port.type.dtype));
    return (layer.overlap ?? []).flatMap(({ read, distance, exactly }) => {
      const port = [...reads.values()].find((other) => other.value === read.value);
      if (!port || !(cType(port.type.dtype) === cType(write.type.dtype) || isByte(port) || isByte(write))) return [];
      return [{ read: port.buffer, write: write.buffer, distance, ...(exactly && { exactly }) }];
    });
  }
}

/** Reads what the sum adds as its last input, and writes the sum. */
function withSum(own: Node, sum: Node): Node {
  const others = sum.inputs.filter((value) => value !== own.outputs[0]);
  return { ...own, inputs: [...own.inputs, ...others], outputs: sum.outputs };
}

function operand(name: string, port: Port, constant: Tensor | null): Operand {
  const { value, type, shape, storage } = port;
  const strides = dimensionStrides(storage, shape) ?? [];
  const packed = constant === null && isPacked(type);
  return { value, type, shape, storage, strides, name, ctype: cType(type.dtype), packed, constant };
}

function resolveLayout(layout: Exclude<Layout, 'any'>, shape: readonly number[]): Storage {
  if (layout === 'row-major' || layout === 'channels-first') return rowMajor(shape);
  return layout === 'channels-last' ? channelsLast(shape) : layout;
}

/** `any` still promises one stride per dimension. */
function wantedStorage(port: Port, layout: Layout): Storage {
  if (layout !== 'any') return resolveLayout(layout, port.shape);
  return dimensionStrides(port.storage, port.shape) ? port.storage : rowMajor(port.shape);
}

function relaidConstant(constant: Tensor, layout: Layout): { tensor: Tensor; storage: Storage } {
  const storage = layout === 'any' ? rowMajor(constant.shape) : resolveLayout(layout, constant.shape);
  if (isRowMajor(storage) || sameStorage(storage, rowMajor(constant.shape))) return { tensor: constant, storage };
  const data = constant.data.slice();
  memoryToIndex(storage).forEach((index, position) => {
    data[position] = constant.data[index]!;
  });
  return { tensor: { ...constant, data }, storage };
}
