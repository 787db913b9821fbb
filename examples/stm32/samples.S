/* The test samples: raw inputs of the model, back to back, exactly as model_input() wants them. */
    .section .rodata.samples, "a"
    .balign 4
    .global samples
    .global samples_end
samples:
    .incbin SAMPLES_FILE
samples_end:
