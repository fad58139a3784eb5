"""What our notebooks should be like, checked as far as a program can. Today's offenders stand in offenders.txt, which may only get shorter.

usage: python tests/notebook_rules.py     (prints every offender, one a line: what is wrong, the notebook, where)"""
import ast, json, re
from pathlib import Path

ROOT = Path(__file__).parent.parent
FLAGS = {'slow', 'cuda', 'data', 'browser'}

def cells(path): return json.loads(path.read_text(encoding='utf-8'))['cells']
def source(cell): return ''.join(cell['source'])
def directives(s): return {m.split()[0] for m in re.findall(r'^#\|\s*(\S.*)$', s, re.M)}
def exported(s): return bool(directives(s) & {'export', 'exports', 'exporti'})
def tree(s): return ast.parse(re.sub(r'^\s*[%!].*', 'pass', s, flags=re.M))
def lines(s): return [l for l in s.splitlines() if l.strip() and not l.startswith(('#|', '%'))]
def coded(path): return [c for c in cells(path) if c['cell_type'] == 'code' and source(c).strip()]

def defined(s):
    "Names that a cell creates at its top level."
    out = set()
    for n in tree(s).body:
        if isinstance(n, (ast.FunctionDef, ast.ClassDef)): out.add(n.name)
        elif isinstance(n, (ast.Import, ast.ImportFrom)): out |= {(a.asname or a.name).split('.')[0] for a in n.names}
        else: out |= {o.id for o in ast.walk(n) if isinstance(o, ast.Name) and isinstance(o.ctx, ast.Store)}
    return out

def used(s):
    "Names and attributes that a cell reads."
    return {o.id if isinstance(o, ast.Name) else o.attr for o in ast.walk(tree(s)) if isinstance(o, (ast.Name, ast.Attribute)) and isinstance(o.ctx, ast.Load)}

def introduction_in_title(path):
    "nbdev drops whatever stands below title and quote in the first markdown cell."
    first = next(source(c) for c in cells(path) if c['cell_type'] == 'markdown')
    if not re.fullmatch(r'# .+\n\n> .+', first): yield 'title cell'

def long_export(path, most=60):
    for s in map(source, coded(path)):
        if exported(s) and len(lines(s)) > most: yield next(iter(sorted(defined(s))), 'cell')

def large(path, most=300*1024):
    if path.stat().st_size > most: yield f'over {most//1024} KiB'

SHOWING = re.compile(r'^(show\w*|print\w*|plot\w*|stack|small|draw\w*|display|DataFrame|dict|sorted|len|round|\w*_picture|\w*_table)$')
SILENT = re.compile(r'^(test_\w+|cleanup|remove|close|unlink|seed_everything|append|update|write\w*|mkdir|save\w*)$')

def displays(s):
    "Is the last line of a cell a value worth looking at?"
    body = tree(s).body
    if not body or not isinstance(body[-1], ast.Expr) or s.rstrip().endswith(';'): return False
    value = body[-1].value
    if isinstance(value, (ast.ListComp, ast.SetComp, ast.List, ast.Tuple, ast.Await)):
        inner = value.elt if isinstance(value, (ast.ListComp, ast.SetComp)) else None
        if isinstance(inner, ast.Call) and SILENT.match(getattr(inner.func, 'attr', getattr(inner.func, 'id', ''))): return False
    if isinstance(value, ast.Call): return bool(SHOWING.match(getattr(value.func, 'attr', getattr(value.func, 'id', ''))))
    return not (isinstance(value, ast.Constant) and (value.value is Ellipsis or isinstance(value.value, str)))

def no_output(path):
    "Cells on data that may not be shown print numbers alone, so flagged ones are left out."
    for c in coded(path):
        s = source(c)
        if not exported(s) and not directives(s) & {*FLAGS, 'hide', 'eval:'} and displays(s) and not c.get('outputs'): yield lines(s)[-1].strip()[:60]

def bare_name(path):
    "A public name needs prose (between the exported cells before and after its own, or by its name in backticks) and an example that uses it."
    cs = cells(path)
    prose = ' '.join(source(c) for c in cs if c['cell_type'] == 'markdown')
    examples = set().union(*(used(source(c)) for c in coded(path) if not exported(source(c))))
    at = [i for i, c in enumerate(cs) if c['cell_type'] == 'code' and exported(source(c))]
    for before, i, after in zip([0, *at], at, [*at[1:], len(cs)]):
        beside = any(c['cell_type'] == 'markdown' for c in cs[before:after])
        for n in tree(source(cs[i])).body:
            if not isinstance(n, (ast.FunctionDef, ast.ClassDef)) or n.name.startswith('_'): continue
            if not beside and not re.search(rf'`[^`]*\b{n.name}\b[^`]*`', prose): yield f'{n.name} has no prose'
            if n.name not in examples: yield f'{n.name} has no example'

def free(s):
    "Names that a cell reads and does not bind anywhere in itself."
    names = [o for o in ast.walk(tree(s)) if isinstance(o, ast.Name)]
    bound = {o.id for o in names if isinstance(o.ctx, ast.Store)} | {o.arg for o in ast.walk(tree(s)) if isinstance(o, ast.arg)} | defined(s)
    return {o.id for o in names if isinstance(o.ctx, ast.Load)} - bound

def flagged_name(path):
    "What a flagged cell creates is not there when the cell is skipped."
    there, missing = set(), {}
    for s in map(source, coded(path)):
        if flags := directives(s) & FLAGS: missing |= {n: ' '.join(sorted(flags)) for n in defined(s) - there}
        else:
            yield from (f'{n} comes from a cell flagged {missing[n]}' for n in sorted(free(s) & missing.keys() - there))
            there |= defined(s)

def mixed_import(path):
    "The site is built by running exported cells and every cell with an import, so an example cell that imports runs without what it needs."
    for s in map(source, coded(path)):
        if exported(s) or 'hide' in directives(s): continue
        own, inside = ([isinstance(n, (ast.Import, ast.ImportFrom)) for n in ns] for ns in (tree(s).body, ast.walk(tree(s))))
        if any(inside) and not all(own): yield lines(s)[0][:60]

RULES = dict(introduction_in_title=introduction_in_title, long_export=long_export, large=large, no_output=no_output, bare_name=bare_name, flagged_name=flagged_name,
             mixed_import=mixed_import)

def offenders(*rules):
    "Every offence against `rules` (by default all), as offenders.txt has it."
    paths = sorted((ROOT/'nbs').glob('*.ipynb'))
    return sorted({f'{r}: {p.stem}: {o}' for r in rules or RULES for p in paths for o in RULES[r](p)})

if __name__ == '__main__': print('\n'.join(offenders()))
