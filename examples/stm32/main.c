/* Classifies the stored samples with a generated model and prints each result over the UART. */
#include <stdint.h>
#include <string.h>

#include "model.h"
#include "uart.h"

extern const uint8_t samples[], samples_end[]; /* samples.S */

static model_arena arena; /* all the RAM that the model uses */

static int classify(const uint8_t *sample)
{
    memcpy(model_input(&arena), sample, MODEL_INPUT_BYTES);
    model_run(&arena);
    const __auto_type scores = model_output(&arena); /* int8_t or float */
    int best = 0;
    for (int i = 1; i < MODEL_OUTPUT_ELEMENTS; i++) {
        if (scores[i] > scores[best]) {
            best = i;
        }
    }
    return best;
}

int main(void)
{
    uart_start();
    uart_text("nibblec on STM32F405: arena ");
    uart_number((long)sizeof arena);
    uart_text(" bytes\n");
    const long count = (samples_end - samples) / MODEL_INPUT_BYTES;
    for (long i = 0; i < count; i++) {
        uart_text("sample ");
        uart_number(i);
        uart_text(": class ");
        uart_number(classify(samples + i * MODEL_INPUT_BYTES));
        uart_text("\n");
    }
    uart_text("done\n");
    return 0;
}
