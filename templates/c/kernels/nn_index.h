#ifndef NN_INDEX_H
#define NN_INDEX_H
#include <stdint.h>

/* An ONNX index: negative counts from the end. One outside [-size, size) is an error of the caller; it is brought
 * into range, so that memory stays safe. */
static inline int32_t nn_index(int64_t index, int32_t size)
{
    if (index < 0) {
        index += size;
    }
    if (index < 0) {
        return 0;
    }
    return (index < size) ? (int32_t)index : size - 1;
}

#endif
