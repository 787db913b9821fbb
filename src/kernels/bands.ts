import { elementBytes } from '../ir/tensor.ts';
import type { WindowShape } from '../ir/window.ts';
import type { ByEights } from './by-eights.ts';
import { isPlainPointwise } from './conv2d/layout.ts';
import type { Kernel } from './kernel.ts';
import { oncePerJob } from './once-per-job.ts';
import { asBytes, type CodesJob, packedOrNot } from './packed-codes.ts';

/** Pixels of a 1x1 without stride at a time. */
const MOST_PIXELS = 16;
/** Of codes that are read, and saturated, a word at a time. */
const BEYOND = 4;

/** What a kind of layers means by its codes. */
interface CodesOf<J> {
  /** Of positions outside of the image. */
  padding(job: J): number;
  /** Operands of which each eight codes may be taken in the order of nn_load_eights. */
  eights(job: J): ByEights;
  /** The layer with its channels in that order. */
  reorder(job: J, eights: ByEights): J;
}

/**
 * A kernel of bytes for codes that lie two to a byte: the rows that some rows of the output depend on are unpacked, with their
 * padding; the kernel sees them as an image, and its results are packed.
 */
export function inBands<J extends CodesJob>(kernel: Kernel<J>, codesOf: CodesOf<J>): Kernel<J> {
  const bandOf = oncePerJob(({ shape }: J) => planBands(shape, kernel.tile?.pixels === 2));
  const bandJob = (job: J, x: string, y: string): J => {
    const bytes = asBytes(codesOf.reorder(job, codesOf.eights(job)));
    return { ...bytes, shape: bandOf(job).shape, x: { ...bytes.x, name: x }, y: { ...bytes.y, name: y } };
  };
  const inner = oncePerJob((job: J) => bandJob(job, 'band', 'codes'));
  const { adds: _, compact: __, ...ofCodes } = kernel;
  return {
    ...ofCodes,
    id: `${kernel.id}_a4`,
    pricedAs: kernel.id,
    accepts(job) {
      const reason = packedOrNot(job);
      if (reason !== null) return reason;
      const { bands, codes, oneImage } = bandOf(job);
      if (!oneImage) return 'it has several images';
      if (bands > 1 && codes % 2 === 1) return 'an odd number of codes would be packed at a time';
      return kernel.accepts(inner(job));
    },
    scratchBytes(job) {
      const { bytes, codes } = roomsOf(job, bandOf(job));
      return bytes + codes + kernel.scratchBytes(inner(job));
    },
    overlap: (job) => ({ atLeast: bandOverlap(job, bandOf(job)) }),
    work(job) {
      const { bands } = bandOf(job);
      const { bytes, codes } = roomsOf(job, bandOf(job));
      const each = Object.entries(kernel.work(inner(job))).map(([part, count]) => [part, count * bands]);
      const { x, y } = codesOf.eights(job);
      const [loads, stores] = [x ? 'loads eights' : 'loads codes', y ? 'stores eights' : 'stores codes'];
      return { ...Object.fromEntries(each), [loads]: bands * bytes, [stores]: bands * codes };
    },
    build(job, lower) {
      const { image, rows } = bandOf(job);
      const { bytes, codes } = roomsOf(job, bandOf(job));
      const [inRow, outRow] = [image.in_w * image.in_c, image.out_w * image.out_c];
      const room = bytes > 0 ? lower.scratch(bytes, 'int8_t') : `${job.x.name} + row * ${inRow}`;
      const results = codes > 0 ? lower.scratch(codes, 'int8_t') : `${job.y.name} + row * ${outRow}`;
      const built = kernel.build(bandJob(job, room, results), lower);
      const eights = codesOf.eights(job);
      const packed = (operand: 'x' | 'y') => (eights[operand] ? 2 : job[operand].packed ? 1 : 0);
      const band = {
        x: job.x.name,
        x_packed: packed('x'),
        padding: codesOf.padding(job),
        in_h: image.in_h,
        loads: bytes > 0,
        width: inRow,
        stride: image.stride_h,
        pad_top: image.pad_top,
        count: rowsRead(image, rows),
        before: image.pad_left * image.in_c,
        pitch: pitchOf(image),
        room,
        out_h: image.out_h,
        rows,
        stores: codes > 0,
        out_row: outRow,
        codes: results,
        ...job.clamp,
        y: job.y.name,
        y_packed: packed('y'),
      };
      return { ...built, template: 'bands', params: { ...built.params, layer: built.template, band } };
    },
  };
}

type Bands = ReturnType<typeof planBands>;

/**
 * The image as bands divide it, rows of the output of each, how many, its shape, its bytes and those of its results.
 * @param pairs the kernel computes two pixels at a time
 */
function planBands(shape: WindowShape, pairs: boolean) {
  const plain = isPlainPointwise(shape) && shape.stride_h === 1 && shape.stride_w === 1;
  const image = plain ? asColumn(shape) : shape;
  const rows = plain ? pixelsAtOnce(image.out_h) : pairs && image.out_w % 2 === 1 && image.out_h > 1 ? 2 : 1;
  const [in_h, in_w] = [rowsRead(image, rows), pitchOf(image) / image.in_c];
  const band: WindowShape = plain
    ? { ...image, in_h: 1, in_w: rows, out_h: 1, out_w: rows }
    : // Kernels may read some codes beyond a row, where there is another one.
      { ...image, in_h: in_h + 1, in_w, out_h: rows, pad_top: 0, pad_left: 0 };
  return {
    image,
    plain,
    /** No band has fewer rows than the others. */
    whole: image.out_h % rows === 0,
    oneImage: image.batch === 1,
    rows,
    shape: band,
    bands: Math.ceil(image.out_h / rows),
    bytes: in_h * in_w * image.in_c + BEYOND,
    codes: rows * image.out_w * image.out_c,
  };
}

/**
 * Bytes for a band and for its results; 0 where the kernel reads or writes bytes where they lie, which it does not beyond their end.
 */
function roomsOf({ x, y }: CodesJob, { plain, whole, bytes, codes }: Bands) {
  return { bytes: plain && whole && !x.packed ? 0 : bytes, codes: whole && !y.packed ? 0 : codes + BEYOND };
}

/** What is written up to the end of a band must lie below what the next one reads. */
function bandOverlap({ x, y }: CodesJob, { image, rows, bands }: Bands): number {
  const [inRow, outRow] = [image.in_w * image.in_c, image.out_w * image.out_c];
  let distance = 0;
  for (let band = 1; band < bands; band++) {
    const top = Math.min(image.in_h, Math.max(0, band * rows * image.stride_h - image.pad_top));
    const low = Math.floor(top * inRow * elementBytes(x.type));
    distance = Math.max(distance, Math.ceil(band * rows * outRow * elementBytes(y.type)) - low);
  }
  return distance;
}

function asColumn(shape: WindowShape): WindowShape {
  const pixels = shape.batch * shape.out_h * shape.out_w;
  return { ...shape, batch: 1, in_h: pixels, out_h: pixels, in_w: 1, out_w: 1 };
}

/** An even number, of which the least is left over at the end. */
function pixelsAtOnce(pixels: number): number {
  if (pixels <= MOST_PIXELS) return pixels;
  let best = MOST_PIXELS;
  for (let count = MOST_PIXELS; count >= MOST_PIXELS / 2; count -= 2) {
    if (Math.ceil(pixels / count) * count < Math.ceil(pixels / best) * best) best = count;
  }
  return best;
}

/** Of the input, for so many rows of the output. */
function rowsRead({ kernel_h, stride_h, dilation_h }: WindowShape, rows: number): number {
  return (rows - 1) * stride_h + (kernel_h - 1) * dilation_h + 1;
}

/** Codes of a row with its padding, as far as windows reach. */
function pitchOf({ in_c, in_w, out_w, kernel_w, stride_w, dilation_w, pad_left }: WindowShape): number {
  return in_c * Math.max((out_w - 1) * stride_w + (kernel_w - 1) * dilation_w + 1, pad_left + in_w);
}
