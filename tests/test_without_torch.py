"""What needs no gradient needs no torch: these modules import, and do their work, where torch and fastai cannot be imported."""
import os, subprocess, sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
MODULES = 'core text metrics weights sources ink language corruptions ctc line confidence strips finder detector paragraph peers'.split()
BLOCK = "import sys\nfor o in ('torch', 'fastai', 'torchvision'): sys.modules[o] = None # importing it fails\n"

def without_torch(code):
    env = dict(os.environ, PYTHONPATH=str(ROOT))
    res = subprocess.run([sys.executable, '-c', BLOCK + code], capture_output=True, text=True, env=env)
    assert not res.returncode, res.stderr
    return res.stdout

@pytest.mark.parametrize('name', MODULES)
def test_imports(name): without_torch(f'import text_recognizer.{name}')

def test_works():
    "A picture is opened and flattened, cut into a strip, logits become text with and without a language model, a weight file is read."
    said = without_torch('''
import numpy as np
from text_recognizer.core import load_image, load_picture, package_path
from text_recognizer.ctc import BeamDecoder, greedy_decode, greedy_spans, word_spans
from text_recognizer.finder import core_input
from text_recognizer.ink import flatten_paper, normalize_line, page_square, remove_rules
from text_recognizer.language import CharNgram
from text_recognizer.line import line_strip
from text_recognizer.strips import GreyPage, strip_of_box
from text_recognizer.text import VOCAB
from text_recognizer.weights import load_weights
page = package_path('samples', 'page.png')
flat = remove_rules(flatten_paper(load_image(page)))
assert flat.dtype == np.float32 and flat.ndim == 3 and .005 < flat.mean() < .3, flat.mean()
assert normalize_line(flat[:, 85:180]).shape[1] == 48 and page_square(load_image(page))[0].shape == (1, 256, 256)
assert line_strip(load_image(page)[:, 85:180], normalisation='grey').shape[:2] == (1, 48)
assert strip_of_box(page, (60, 196, 1100, 290)).shape[0] == 48 and core_input(load_picture(page)[0])[0].shape[1] == 3
logits = np.full((24, len(VOCAB)), -2.)
logits[:, 0] = 3.
for i, c in enumerate('the house'): logits[2*i + 2, VOCAB.encode(c)] = 7.
spans = greedy_spans(logits, VOCAB)
assert len(word_spans(spans, logits, VOCAB)) == 2
lm = CharNgram.load(package_path('weights', 'language.h5'))
print(greedy_decode(logits[None], VOCAB)[0], '|', BeamDecoder(VOCAB, lm).texts(logits[None])[0], '|', load_weights(package_path('weights', 'line.h5'))[1]['kind'])
''')
    assert said.strip() == 'the house | the house | line', said

def test_tensors_are_taken():
    "The same functions take tensors and give the same arrays."
    torch = pytest.importorskip('torch')
    from text_recognizer import core, ctc, ink, text
    img = core.load_image(core.package_path('samples', 'page.png')); t = torch.from_numpy(img)
    for f in (core.load_image, ink.flatten_paper, ink.remove_rules, lambda o: ink.page_square(o)[0], lambda o: ink.normalize_line(o[:, 85:180])):
        a, b = f(img), f(t)
        assert isinstance(b, np.ndarray) and np.array_equal(a, b)
    z = torch.randn(20, len(text.VOCAB), requires_grad=True); a = z.detach().numpy()
    assert ctc.greedy_spans(z, text.VOCAB) == ctc.greedy_spans(a, text.VOCAB)
    assert ctc.BeamDecoder(text.VOCAB).texts(z[None]) == ctc.BeamDecoder(text.VOCAB).texts(a[None])
