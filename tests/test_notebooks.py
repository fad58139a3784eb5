"""Every notebook is one test: its unflagged cells always, its `slow` and `data` cells with --flags "slow data"."""
import warnings
from pathlib import Path

import pytest
from nbdev.test import test_nb as run_notebook

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT/'nbs').glob('*.ipynb'))
FLAGS = {'slow', 'cuda', 'data'}

@pytest.mark.parametrize('path', NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook(path, flags, capfd):
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        ok, _ = run_notebook(path, skip_flags=FLAGS, force_flags=flags)
    assert ok, capfd.readouterr().err
