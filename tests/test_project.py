"""What no cell can test: the order of imports, the written-down layout, and the commands as a user types them."""
import ast, builtins, dis, importlib, json, re, subprocess, sys, types, warnings
from pathlib import Path

import pytest
from PIL import Image

import notebook_rules

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT/'nbs').glob('*.ipynb'))

def sources(path):
    return [''.join(c['source']) for c in json.loads(path.read_text(encoding='utf-8'))['cells'] if c['cell_type'] == 'code']

def module_of(path):
    return next((m[1] for s in sources(path) if (m := re.search(r'^#\|\s*default_exp\s+(\S+)', s, re.M))), None)

MODULES = {module_of(p): int(p.name[:2]) for p in NOTEBOOKS if p.name[:2].isdigit()}

def imported(path):
    for s in sources(path):
        for n in ast.walk(ast.parse(re.sub(r'^[%!].*', 'pass', s, flags=re.M))):
            if isinstance(n, ast.ImportFrom) and (n.module or '').startswith('text_recognizer.'): yield n.module[len('text_recognizer.'):]
            if isinstance(n, ast.Import): yield from (a.name[len('text_recognizer.'):] for a in n.names if a.name.startswith('text_recognizer.'))

@pytest.mark.parametrize('path', [p for p in NOTEBOOKS if p.name[:2].isdigit()], ids=lambda p: p.stem)
def test_imports_only_smaller_numbers(path):
    later = [m for m in imported(path) if MODULES.get(m, 0) >= int(path.name[:2]) and m != module_of(path)]
    assert not later, f'{path.name} imports {later}, which come later'

def test_every_notebook_is_in_the_sidebar():
    listed = set(re.findall(r'[\w.]+\.ipynb', (ROOT/'nbs'/'sidebar.yml').read_text()))
    assert listed == {p.name for p in NOTEBOOKS}

def globals_used(code):
    yield from (o.argval for o in dis.get_instructions(code) if o.opname == 'LOAD_GLOBAL')
    for o in code.co_consts:
        if isinstance(o, types.CodeType): yield from globals_used(o)

@pytest.mark.parametrize('name', sorted(filter(None, MODULES)))
def test_module_defines_what_it_uses(name):
    "A cell sees the imports of all cells above it; an exported module sees only those that are exported too."
    module = importlib.import_module(f'text_recognizer.{name}')
    code = compile(Path(module.__file__).read_text(encoding='utf-8'), module.__file__, 'exec')
    assert not set(globals_used(code)) - set(vars(module)) - set(dir(builtins))

def command(name, *args):
    return subprocess.run([str(Path(sys.executable).parent/name), *map(str, args)], capture_output=True, text=True)

@pytest.mark.parametrize('name', ['tr_data', 'tr_read', 'tr_train', 'tr_evaluate', 'tr_export', 'tr_benchmark'])
def test_command_explains_itself(name):
    res = command(name, '--help')
    assert res.returncode == 0 and 'usage' in res.stdout

def test_read_goes_on_after_a_bad_file(tmp_path):
    (tmp_path/'bad.png').write_text('no picture')
    res = command('tr_read', tmp_path/'bad.png', ROOT/'text_recognizer'/'samples'/'page.png')
    assert res.returncode == 1
    assert 'bad.png is not an image' in res.stderr and 'Traceback' not in res.stderr
    assert len(res.stdout.split()) > 30

BAD = dict(missing=lambda d: d/'gone.png', text=lambda d: write(d/'a.png', b'words'), empty_folder=lambda d: d,
           truncated=lambda d: write(d/'cut.jpg', jpeg()[:1000]), huge=lambda d: save(d/'huge.png', Image.new('1', (20_000, 20_000), 1)))

def write(path, data): path.write_bytes(data); return path
def save(path, img): img.save(path); return path
def jpeg():
    import io
    b = io.BytesIO(); Image.effect_noise((200, 200), 60).save(b, 'JPEG'); return b.getvalue()

@pytest.mark.parametrize('case', BAD)
def test_bad_input_is_one_sentence(case, tmp_path):
    res = command('tr_read', BAD[case](tmp_path))
    lines = res.stderr.strip().splitlines()
    assert res.returncode == 1 and len(lines) == 1 and lines[0].startswith('tr_read: '), res.stderr
    assert res.stdout == ''

@pytest.mark.parametrize('size', [(1, 1), (600, 400)])
def test_nothing_written_is_no_failure(size, tmp_path):
    res = command('tr_read', save(tmp_path/'blank.png', Image.new('L', size, 255)))
    assert res.returncode == 0 and res.stdout.strip() == ''

def test_wrong_usage_ends_with_2():
    assert command('tr_read').returncode == 2
    assert command('tr_evaluate', 'nonsense').returncode == 2

@pytest.mark.parametrize('args', [('--data', 'gone'), ()])
def test_a_folder_of_pictures_is_explained(args):
    res = command('tr_evaluate', 'photos', *args)
    lines = res.stderr.strip().splitlines()
    assert res.returncode == 1 and len(lines) == 1 and lines[0].startswith('tr_evaluate: ') and 'cases.json' in lines[0], res.stderr

def test_bad_weights_are_explained(tmp_path):
    shipped = (ROOT/'text_recognizer'/'weights'/'line.h5').read_bytes()
    for data in (shipped[:len(shipped)//2], b'text'):
        res = command('tr_read', ROOT/'text_recognizer'/'samples'/'page.png', '--weights', write(tmp_path/'w.h5', data))
        assert res.returncode == 1 and 'w.h5' in res.stderr and 'Traceback' not in res.stderr

@pytest.mark.parametrize('path', NOTEBOOKS, ids=lambda p: p.stem)
def test_title_cell_is_alone(path):
    "nbdev turns the title cell into front matter and drops whatever stands below the quote: the introduction has a cell of its own."
    cells = [''.join(c['source']) for c in json.loads(path.read_text(encoding='utf-8'))['cells'] if c['cell_type'] == 'markdown']
    assert re.fullmatch(r'# .+\n\n> .+', cells[0]), f'{path.name}: the title cell holds {cells[0][:200]!r}; a title and one > line were wanted.'
    assert len(cells[1]) > 80 and not cells[1].startswith('#'), f'{path.name}: no introduction after the title.'

OFFENDERS = set((ROOT/'tests'/'offenders.txt').read_text(encoding='utf-8').splitlines())

@pytest.mark.parametrize('rule', notebook_rules.RULES)
def test_notebook_rules(rule):
    "The list of offenders only gets shorter: what is new in it fails, and what was mended is taken out."
    found, listed = ({o for o in os if o.startswith(f'{rule}: ')} for os in (notebook_rules.offenders(rule), OFFENDERS))
    assert not found - listed, 'new offenders (mend them):\n' + '\n'.join(sorted(found - listed))
    if listed - found: warnings.warn('take out of tests/offenders.txt:\n' + '\n'.join(sorted(listed - found)))

def test_a_rule_sees_an_offender(tmp_path):
    "The rules are rules: a notebook that breaks each of them is caught by each."
    path, long = tmp_path/'99_bad.ipynb', '\n'.join(f'    x{i} = {i}' for i in range(70))
    def code(s): return dict(cell_type='code', source=s, outputs=[])
    rows = [dict(cell_type='markdown', source='# Bad\n\n> A notebook.\n\nIts introduction.'), code(f'#| export\ndef bad():\n{long}'), code('#| data\nseen = 1'),
            code('seen'), code('import os\nos.sep'), dict(cell_type='markdown', source=''), dict(cell_type='raw', source='x'*310_000)]
    path.write_text(json.dumps(dict(cells=rows)))
    assert all(list(find(path)) for find in notebook_rules.RULES.values())

def test_before_and_after_follow_the_numbers():
    "The second cell of text links the notebooks with the next smaller and the next larger number."
    numbered = [p for p in NOTEBOOKS if p.name[:2].isdigit()]
    for before, path, after in zip(numbered, numbered[1:], numbered[2:]):
        text = '\n'.join(''.join(c['source']) for c in json.loads(path.read_text(encoding='utf-8'))['cells'][:5])
        for word, other in (('before', before), ('after', after)):
            assert re.search(rf'\*{word}:\* \[[^\]]+\]\({re.escape(other.stem)}\.html\)', text), f'{path.name}: {word} should name {other.stem}'
