"""How different two pictures look when they are shown in turn: the mean of LDR-FLIP, 0 (alike) to 1.

Andersson et al., "FLIP: a difference evaluator for alternating images" (2020), by its authors' own code. Arguments:
reference and picture, each an array (h, w, 3) of sRGB 0..1 in a file of NumPy's.
"""

from __future__ import annotations

import sys

import flip_evaluator
import numpy as np

reference, picture = (np.load(path).astype(np.float32) for path in sys.argv[1:3])
_, mean, _ = flip_evaluator.evaluate(reference, picture, "LDR", inputsRGB=True, applyMagma=False)
print(float(mean))
