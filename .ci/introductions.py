"""Does the built site have a page for each notebook, with a sentence of its introduction? python .ci/introductions.py SITE"""
import html, json, re, sys
from pathlib import Path

NBS = Path(__file__).parent.parent/'nbs'

def words(text): return re.findall(r'[A-Za-z]+', text)

def introduction(path):
    "The first sentence after the title cell, as plain words; code and links leave their text."
    cells = json.loads(path.read_text(encoding='utf-8'))['cells']
    text = ''.join([c['source'] for c in cells if c['cell_type'] == 'markdown'][1])
    return words(re.sub(r'\]\([^)]*\)', ']', text).split('. ')[0])[:12]

def missing(site):
    for path in sorted(NBS.glob('*.ipynb')):
        page = next(Path(site).rglob(f'{path.stem}.html'), None)
        if page is None: yield f'{path.stem}: no page'
        elif ' '.join(introduction(path)) not in ' '.join(words(html.unescape(re.sub(r'<[^>]*>', '', page.read_text(encoding='utf-8'))))): yield f'{path.stem}: its introduction is not on the page'

if __name__ == '__main__':
    wrong = list(missing(sys.argv[1]))
    print('\n'.join(wrong) or f'{len(list(NBS.glob("*.ipynb")))} pages, each with its introduction')
    sys.exit(bool(wrong))
