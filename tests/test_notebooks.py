"""Every notebook is one test: its unflagged cells always, its `slow` and `data` cells with --flags "slow data".

With --flagged-only, notebooks without a cell of those flags are left to nbdev_test, so that no cell runs twice."""
import warnings
from pathlib import Path

from nbdev.test import test_nb as run_notebook
from notebook_rules import FLAGS, coded, directives, source

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT/'nbs').glob('*.ipynb'))

def flags_of(path): return set().union(*(directives(source(c)) & FLAGS for c in coded(path)))

def pytest_generate_tests(metafunc):
    if 'path' not in metafunc.fixturenames: return
    config, paths = metafunc.config, NOTEBOOKS
    if config.getoption('--flagged-only'): paths = [p for p in paths if flags_of(p) & set(config.getoption('--flags').split())]
    metafunc.parametrize('path', paths, ids=[p.stem for p in paths])

def test_notebook(path, flags, capfd):
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        ok, _ = run_notebook(path, skip_flags=FLAGS, force_flags=flags)
    assert ok, capfd.readouterr().err
