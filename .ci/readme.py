"""README.md from nbs/index.ipynb: markdown cells as they are, code cells with their saved text output.

usage: python .ci/readme.py [--check]     (--check: exit 1 when README.md differs, write nothing)"""
import json, re, sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

def text_of(output):
    text = output.get('text') or output.get('data', {}).get('text/plain') or ''
    return ''.join(text).rstrip()

def code_cell(source, outputs):
    lines = [l for l in source.splitlines() if not l.startswith('#|')]
    yield '```python\n' + '\n'.join(lines).strip() + '\n```'
    shown = '\n'.join(filter(None, map(text_of, outputs)))
    if shown: yield '\n'.join('    ' + l for l in shown.splitlines())

def readme(cells):
    parts = []
    for c in cells:
        source = ''.join(c['source'])
        if re.search(r'^#\|\s*(hide|default_exp)', source, re.M): continue
        parts += [source] if c['cell_type'] == 'markdown' else code_cell(source, c.get('outputs', []))
    text = '<!-- Made from nbs/index.ipynb by .ci/readme.py: edit the notebook. -->\n\n' + '\n\n'.join(parts) + '\n'
    text = re.sub(r'\]\(images/', '](nbs/images/', text)
    return re.sub(r'\]\((\d\d_[\w.]+|results)\.html\)', r'](nbs/\1.ipynb)', text)

def main():
    made = readme(json.loads((ROOT/'nbs'/'index.ipynb').read_text(encoding='utf-8'))['cells'])
    path = ROOT/'README.md'
    if '--check' not in sys.argv: return path.write_text(made, encoding='utf-8')
    if path.read_text(encoding='utf-8') != made: sys.exit('README.md does not match nbs/index.ipynb: run python .ci/readme.py')

if __name__ == '__main__': main()
