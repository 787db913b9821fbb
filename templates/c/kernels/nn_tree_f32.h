#ifndef NN_TREE_F32_H
#define NN_TREE_F32_H
#include <stdint.h>

/*
 * Row of weights that a decision tree gives for the features x. Each node asks whether x[features[node]] is at most its
 * threshold, and has two branches: for yes, and for no, where NaN goes as well. A branch is a node, or ~row.
 */
static inline int32_t nn_tree_f32(const float *x, int32_t node, const uint16_t *features, const float *thresholds,
                                  const int16_t *branches)
{
    while (node >= 0) {
        const int32_t above = !(x[features[node]] <= thresholds[node]);

        node = branches[2 * node + above];
    }
    return ~node;
}

#endif
