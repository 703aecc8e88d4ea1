"""What the network sees: 40 mel-frequency cepstral coefficients every 10 ms.

The same library code that Kaldi uses, with the settings of ``MFCC_CONF`` in
model_directory.py, on samples in the range of int16, as Vosk feeds them.
"""

from __future__ import annotations

import kaldi_native_fbank as knf
import numpy as np

from tools.rehearsal_model.corpus import Array

RATE = 16000
SAMPLES_PER_FRAME = 160
FRAMES_PER_SECOND = 100
COEFFICIENTS = 40


def mfcc(samples: Array) -> Array:
    """Features [frames, 40] of at least 25 ms of sound; float16 keeps a corpus in memory."""
    options = knf.MfccOptions()
    options.frame_opts.samp_freq = RATE
    options.frame_opts.dither = 0.0
    options.mel_opts.num_bins = COEFFICIENTS
    options.mel_opts.low_freq = 20
    options.mel_opts.high_freq = 7600
    options.num_ceps = COEFFICIENTS
    options.use_energy = False
    computer = knf.OnlineMfcc(options)
    computer.accept_waveform(RATE, np.asarray(samples, np.float32))
    computer.input_finished()
    frames = [computer.get_frame(number) for number in range(computer.num_frames_ready)]
    return np.stack(frames).astype(np.float16)
