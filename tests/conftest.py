import os, tempfile

os.environ.setdefault('MPLBACKEND', 'agg')

def pytest_addoption(parser):
    parser.addoption('--flags', default='', help='flagged cells to run as well, e.g. "slow data"')
    parser.addoption('--flagged-only', action='store_true', help='leave notebooks without such cells to nbdev_test')

def pytest_configure(config):
    "Prepared data of a test run goes to a folder of its own, unless one is named."
    if not os.environ.get('TEXT_RECOGNIZER_DATA'):
        config.data_tmp = tempfile.TemporaryDirectory()
        os.environ['TEXT_RECOGNIZER_DATA'] = config.data_tmp.name

def pytest_unconfigure(config):
    if hasattr(config, 'data_tmp'): config.data_tmp.cleanup()

import pytest

@pytest.fixture
def flags(request): return request.config.getoption('--flags').split()
