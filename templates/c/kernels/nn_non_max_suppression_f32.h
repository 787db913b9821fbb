#ifndef NN_NON_MAX_SUPPRESSION_F32_H
#define NN_NON_MAX_SUPPRESSION_F32_H
#include <stdint.h>
#include "nn_boxes_overlap_f32.h"
#include "nn_suppression.h"

/* Greedy non-maximum suppression: takes the best box of a class that is left (of equal ones the first), then rules out all that
 * overlap it by more than the threshold, until none is left. Writes batch, class and box of the first `capacity` that are
 * taken, zeros behind them, and returns how many there are. taken[boxes] is scratch: boxes that are taken or ruled out. */
static inline int32_t nn_non_max_suppression_f32(const nn_suppression *s, const float *boxes, const float *scores,
                                                 uint8_t *taken, int64_t *y)
{
    int32_t count = 0;

    for (int32_t row = 0; row < s->batches * s->classes; row++) {
        const float *of_batch = boxes + (row / s->classes) * s->boxes * 4;
        const float *score = scores + row * s->boxes;

        for (int32_t i = 0; i < s->valid; i++) {
            taken[i] = (s->has_least && !(score[i] > s->least)) ? 1 : 0;
        }
        for (int32_t picks = 0; picks < s->most; picks++) {
            int32_t best = -1;

            for (int32_t i = 0; i < s->valid; i++) {
                if (!taken[i] && (best < 0 || score[i] > score[best])) {
                    best = i;
                }
            }
            if (best < 0) {
                break;
            }
            if (count < s->capacity) {
                y[3 * count] = row / s->classes;
                y[3 * count + 1] = row % s->classes;
                y[3 * count + 2] = best;
            }
            count++;
            taken[best] = 1;
            for (int32_t i = 0; i < s->valid; i++) {
                if (!taken[i]) {
                    taken[i] = nn_boxes_overlap_f32(of_batch + 4 * best, of_batch + 4 * i, s->centers) > s->overlap;
                }
            }
        }
    }
    for (int32_t i = 3 * count; i < 3 * s->capacity; i++) {
        y[i] = 0;
    }
    return count;
}

#endif
