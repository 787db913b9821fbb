import { DECODERS } from '../formats/index.ts';

/** Of nn_unpack_NAME_s8. */
export const DECODER_NAMES: readonly string[] = DECODERS.map(({ name }) => name);

/** Those that there are for codes of 16 bits too, nn_unpack_NAME_w16. */
export const WIDE_DECODER_NAMES: readonly string[] = DECODERS.filter(({ wide }) => wide).map(({ name }) => name);

/** Those that keep nothing from one segment to the next. */
export const FREE_DECODER_NAMES: readonly string[] = DECODERS.filter(({ keeps }) => !keeps).map(({ name }) => name);
