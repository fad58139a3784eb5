"""Names of the notebooks with a cell of one of the given flags, as one regular expression: python .ci/flagged.py "slow data"."""
import re, sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT/'tests'))
from notebook_rules import coded, directives, source

wanted = set(sys.argv[1].split())
paths = [p for p in sorted((ROOT/'nbs').glob('*.ipynb')) if any(directives(source(c)) & wanted for c in coded(p))]
print('|'.join(re.escape(p.name) for p in paths))
