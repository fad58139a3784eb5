"""JupyterLab itself, in headless Chromium: --flags browser. Without Chromium, or without the extra lab, these tests are skipped and say so.

Pictures of what was on the screen go to the folder that TEXT_RECOGNIZER_SHOTS names, or to pytest's own temporary folder."""
import os, time
from pathlib import Path

import pytest

pytest.importorskip('anywidget', reason='needs the extra lab'); pytest.importorskip('playwright', reason='needs playwright')
import lab as L

from text_recognizer.jupyter import sample_strokes

@pytest.fixture(scope='module', autouse=True)
def wanted(request):
    if 'browser' not in request.config.getoption('--flags').split(): pytest.skip('needs --flags browser')
    if not L.chromium(): pytest.skip('needs Chromium: apt-get install chromium')

@pytest.fixture(scope='module')
def folder(tmp_path_factory): return tmp_path_factory.mktemp('lab')

@pytest.fixture(scope='module')
def url(folder, wanted):
    with L.jupyterlab(folder) as u: yield u

@pytest.fixture(scope='module')
def chrome(wanted):
    with L.browser() as b: yield b

def shot(on, folder, name): on.screenshot(path=Path(os.environ.get('TEXT_RECOGNIZER_SHOTS') or folder)/f'{name}.png') # of a page, or of one widget

def answered(box, n): box.locator(f'.tr-answer[data-n="{n}"]').wait_for(timeout=20_000)
def until(look, wanted, seconds=15):
    "Wait until `look()` gives what is wanted."
    end = time.time() + seconds
    while not wanted(found := look()):
        assert time.time() < end, f'still {found!r}'
        time.sleep(.1)
    return found

PAD = 'from text_recognizer.widgets import *\npad = DrawingPad()\npad'

@pytest.fixture(scope='module')
def pad(chrome, url, folder):
    L.write_notebook(folder/'pad.ipynb', PAD, 'pad')
    page = L.open_notebook(chrome, url, 'pad.ipynb')
    start = time.time(); L.run_all(page); page.started = start
    return page

full = pytest.mark.skipif(not os.environ.get('CI_FULL'), reason='the whole browser test runs with CI_FULL=1')

def said(box): return box.locator('.tr-said').first.inner_text()
def is_empty(o): return o.startswith('The pad is empty')

def test_a_pad_reads_what_is_drawn(pad, folder):
    first, second = pad.locator('.tr-box').all()
    drawn = time.time()
    L.draw(pad, first.locator('canvas'), sample_strokes('words')[0].strokes, 60, 45)
    until(first.locator('.tr-text').inner_text, lambda o: o == 'paper')
    print(f'\nfrom Run All to the first answer {time.time() - pad.started:.1f} s, from the first stroke {time.time() - drawn:.1f} s')
    assert 'confidence' in said(first) and first.locator('.tr-chip').count()
    assert second.locator('.tr-text').inner_text() == 'paper', 'a pad that is shown twice is one pad'
    shot(pad, folder, 'jupyterlab'); shot(first, folder, 'pad')

def test_undo_and_clear(pad):
    box, other = pad.locator('.tr-box').all()
    box.locator('canvas').focus(); pad.keyboard.press('Control+z')
    until(box.locator('.tr-text').inner_text, lambda o: o != 'paper')
    assert box.get_by_role('button', name='Undo').is_enabled()
    other.get_by_role('button', name='Undo').click()
    until(lambda: said(box), is_empty)
    assert box.get_by_role('button', name='Clear').is_disabled()
    assert pad.locator('.jp-CodeCell').count() == 2, 'Ctrl+Z stays in the pad'

def test_a_letter_by_finger(pad):
    box = pad.locator('.tr-box').first
    box.get_by_label('What is written').select_option('character')
    canvas = box.locator('canvas'); until(lambda: canvas.bounding_box()['height'], lambda o: o > 200)
    canvas.scroll_into_view_if_needed(); at, cdp = canvas.bounding_box(), pad.context.new_cdp_session(pad)
    for s in sample_strokes('characters')[1].strokes:
        points = [dict(x=at['x'] + 50 + float(x), y=at['y'] + 50 + float(y)) for x, y in s]
        for kind, p in [('touchStart', points[0]), *(('touchMove', p) for p in points[1:]), ('touchEnd', None)]:
            cdp.send('Input.dispatchTouchEvent', dict(type=kind, touchPoints=[p] if p else []))
    until(box.locator('.tr-text').inner_text, lambda o: o == 'a')
    box.get_by_role('button', name='Clear').click(); until(lambda: said(box), is_empty)
    box.get_by_label('What is written').select_option('line'); until(lambda: canvas.bounding_box()['height'], lambda o: o < 200)

def test_an_example_is_kept_by_keyboard(pad):
    box = pad.locator('.tr-box').first
    box.get_by_role('textbox', name='What it says').focus(); pad.keyboard.type('nothing drawn'); pad.keyboard.press('Enter')
    until(lambda: said(box), lambda o: 'The pad is empty' in o and 'keep it' in o)
    L.draw(pad, box.locator('canvas'), sample_strokes('words')[1].strokes, 60, 45)
    until(box.locator('.tr-text').inner_text, lambda o: o == 'word')
    box.get_by_role('textbox', name='What it says').focus(); pad.keyboard.type('word'); pad.keyboard.press('Tab'); pad.keyboard.press('Space')
    until(box.locator('.tr-said').last.inner_text, lambda o: o == '1 kept')
    reached = set()
    box.get_by_label('What is written').focus()
    L.draw(pad, box.locator('canvas'), [[(50, 60), (90, 60)]]); until(lambda: said(box), lambda o: not o.startswith('Kept'))
    box.get_by_label('What is written').focus()
    for _ in range(8): reached.add(pad.evaluate('document.activeElement.getAttribute("aria-label") || document.activeElement.closest("label")?.innerText.trim() || document.activeElement.innerText')); pad.keyboard.press('Tab')
    assert {'What is written', 'pen', 'guide', 'Undo', 'Clear', 'What it says', 'Keep as example'} <= reached, reached
    box.get_by_role('button', name='Clear').click(); until(lambda: said(box), is_empty)

def test_ten_thousand_points(pad):
    box = pad.locator('.tr-box').first; n = box.locator('.tr-answer').get_attribute('data-n')
    box.locator('canvas').evaluate("""c => { const r = c.getBoundingClientRect();
        const at = (type, i) => c.dispatchEvent(new PointerEvent(type, {pointerId: 1, pointerType: "pen", button: 0, bubbles: true, clientX: r.left + 100 + i/25, clientY: r.top + 80 + 40*Math.sin(i/40)}));
        c.setPointerCapture = () => {}; at("pointerdown", 0); for (let i = 1; i < 10000; i++) at("pointermove", i); at("pointerup", 10000); }""")
    until(lambda: box.locator('.tr-answer').get_attribute('data-n'), lambda o: o != n)
    assert said(box) and not said(box).startswith('The reader failed')
    box.get_by_role('button', name='Clear').click(); until(lambda: said(box), is_empty)

def test_the_answer_is_there_before_the_next_word(pad):
    "A line of four words, stroke by stroke: after each pen-up the answer comes, the pen never waits."
    box = pad.locator('.tr-box').first
    box.locator('.tr-answer').evaluate('o => { o.dataset.all = "" }')
    item = sample_strokes('hard')[1]; k = 640/max(s[:, 0].max() for s in item.strokes)
    L.draw(pad, box.locator('canvas'), [s*k for s in item.strokes], 30, 50, pause=250)
    until(lambda: said(box), lambda o: 'after the pen was lifted' in o); pad.wait_for_timeout(800)
    ms = sorted(map(int, box.locator('.tr-answer').get_attribute('data-all').split()))
    print(f'\n{item.text!r} read as {box.locator(".tr-text").inner_text()!r}: {len(ms)} answers, pen-up to answer median {ms[len(ms)//2]} ms, 95 % {ms[int(.95*(len(ms) - 1))]} ms')
    assert len(ms) > 3

PANES = """from text_recognizer.jupyter import sample_strokes
from text_recognizer.learning import *
from text_recognizer.lens import *
from text_recognizer.microscope import *
from text_recognizer.paragraph import SAMPLE_PAGE
from text_recognizer.widgets import *
ink = sample_strokes()
drawn = lambda i: strokes_ink(ink[i].strokes)
bench = LearningPane(([drawn(i) for i in range(8)], [ink[i].text for i in range(8)]), steps=6)
for o in (Lens(), PagePane(SAMPLE_PAGE), Microscope(drawn(10)), bench): display(o)"""

@pytest.fixture(scope='module')
def panes(chrome, url, folder):
    L.write_notebook(folder/'panes.ipynb', PANES)
    page = L.open_notebook(chrome, url, 'panes.ipynb', height=1400)
    L.run_all(page)
    page.get_by_role('group', name='Write, read, correct, learn').wait_for()
    return page

def named(page, name): return page.get_by_role('group', name=name, exact=True)
def slide(locator, value): locator.evaluate('(o, v) => { o.value = v; o.dispatchEvent(new Event("input")); o.dispatchEvent(new Event("change")); }', value)

def test_the_lens_follows_its_threshold(panes, folder):
    box = named(panes, 'Detector lens')
    assert box.locator('polygon').count() == 8 and '8 lines' in said(box)
    n = box.get_attribute('data-n'); slide(box.get_by_label('threshold'), .9)
    until(lambda: box.get_attribute('data-n'), lambda o: o != n)
    slide(box.get_by_label('opacity'), .2); assert box.locator('image').nth(1).get_attribute('opacity') == '0.2'
    shot(box, folder, 'lens')

def test_a_line_of_a_page_is_corrected(panes, folder):
    box = named(panes, 'Your page')
    box.locator('polygon').nth(2).hover(); until(box.locator('.tr-caption').inner_text, lambda o: o.startswith('line 3: and two more'))
    box.locator('polygon').nth(2).click(); panes.keyboard.type('and two more sat on a wall'); panes.keyboard.press('Enter')
    until(lambda: said_by(box), lambda o: o == 'Kept line 3: and two more sat on a wall')
    box.get_by_role('button', name='We counted').press('Enter'); panes.keyboard.press('Enter')
    until(lambda: said_by(box), lambda o: o.startswith('Kept line 2: We counted'))
    shot(box, folder, 'page')
    with panes.expect_file_chooser() as chosen: box.get_by_label('Choose a picture').click()
    chosen.value.set_files(L.ROOT/'README.md'); until(lambda: said_by(box), lambda o: o.startswith('Expected a picture, got README.md'))
    box.get_by_label('Choose a picture').set_input_files([]); box.get_by_label('Choose a picture').set_input_files(L.ROOT/'text_recognizer'/'samples'/'page.png')
    until(lambda: said_by(box), lambda o: o == '8 lines', 40)
    box.evaluate("""o => { const d = new DataTransfer(); d.setData("text/plain", "words ".repeat(200000)); o.dispatchEvent(new ClipboardEvent("paste", {clipboardData: d, bubbles: true})); }""")
    until(lambda: said_by(box), lambda o: o.startswith('Expected a picture, got text'))

def said_by(box): return box.locator('> .tr-said').first.inner_text()

def test_the_microscope_follows_its_sliders(panes, folder):
    box = named(panes, 'CTC microscope'); text = box.locator('.tr-text')
    assert 'changed:' in box.inner_text()
    before = text.inner_text(); slide(box.get_by_label('language model'), 0)
    until(text.inner_text, lambda o: o != before); assert 'The language model is off.' in box.inner_text()
    box.locator('svg').focus(); panes.keyboard.press('ArrowRight'); panes.keyboard.press('PageDown')
    until(lambda: said_by(box), lambda o: o.startswith('step 10:'))
    slide(box.get_by_label('language model'), .3); until(text.inner_text, lambda o: o == before)
    shot(box, folder, 'microscope')

def test_lines_are_learned_cancelled_and_undone(panes, folder):
    box = named(panes, 'Write, read, correct, learn'); button = lambda name: box.get_by_role('button', name=name, exact=True)
    assert button('Cancel').is_disabled() and button('Undo learning').is_disabled()
    button('Learn').press('Enter'); until(button('Cancel').is_enabled, bool); button('Cancel').click()
    until(lambda: said_by(box), lambda o: o.startswith('Cancelled'), 60)
    button('Learn').click(); until(lambda: said_by(box), lambda o: o.startswith('Learned from 6 lines'), 120)
    assert '→' in box.locator('.tr-text').inner_text()
    shot(box, folder, 'learning')
    button('Undo learning').click(); until(lambda: said_by(box), lambda o: o == 'The reader is as it was.')

EXPLORER = """from text_recognizer.evaluate import error_rows
from text_recognizer.explorer import *
from text_recognizer.jupyter import sample_strokes
from text_recognizer.line import LinePredictor
from text_recognizer.widgets import strokes_ink
ink = [*sample_strokes('hard')][:12]
pictures = [strokes_ink(o.strokes) for o in ink]
Explorer(error_rows(LinePredictor().predict_batch(pictures), [o.text for o in ink], writers=[o.writer for o in ink]), pictures)"""

@full
def test_errors_are_explored(chrome, url, folder):
    L.write_notebook(folder/'errors.ipynb', EXPLORER)
    page = L.open_notebook(chrome, url, 'errors.ipynb', height=1200); L.run_all(page)
    box = named(page, 'Error explorer'); box.wait_for()
    rows = box.locator('tr').count(); assert rows > 8
    box.locator('.tr-pairs button').first.press('Enter'); until(box.locator('figure').count, bool)
    shot(box, folder, 'explorer')
    box.get_by_label('at least').fill('25'); box.get_by_label('at least').press('Enter'); until(box.locator('tr').count, lambda o: o < rows)
    box.get_by_role('button', name='Export').click(); until(lambda: said_by(box), lambda o: 'written to errors.csv' in o)
    page.context.close()

STORIES = sorted(p.name for p in (L.ROOT/'nbs').glob('8[1-4]_*.ipynb'))

@full
@pytest.mark.parametrize('name', STORIES)
def test_a_story_runs_in_jupyterlab(chrome, url, folder, name):
    (folder/name).write_text((L.ROOT/'nbs'/name).read_text())
    page = L.open_notebook(chrome, url, name, height=1000)
    start = time.time(); L.run_all(page, 900)
    print(f'\n{name}: {time.time() - start:.0f} s')
    assert page.locator('.tr-box').count()
    shot(page, folder, name[:-6]); page.context.close()

@full
def test_a_telephone_is_wide_enough(chrome, url, folder, pad):
    page = L.open_notebook(chrome, url, 'pad.ipynb', 360, 740)
    L.run_all(page)
    box = page.locator('.tr-box').first; box.locator('canvas').wait_for(); page.wait_for_timeout(500)
    wide = box.evaluate('b => Math.max(...[...b.querySelectorAll("*")].map(o => o.getBoundingClientRect().right))')
    shot(page, folder, 'pad-360')
    assert wide <= 360, wide
    page.context.close()

@full
def test_another_kernel_and_a_restart(chrome, url, folder, pad):
    L.write_notebook(folder/'other.ipynb', PAD)
    page = L.open_notebook(chrome, url, 'other.ipynb'); L.run_all(page)
    box = page.locator('.tr-box').first; box.locator('canvas').wait_for()
    L.draw(page, box.locator('canvas'), sample_strokes('words')[1].strokes, 60, 45)
    until(box.locator('.tr-text').inner_text, lambda o: o == 'word')
    L.menu(page, 'Kernel', 'Restart Kernel'); page.get_by_role('button', name='Confirm Kernel Restart').click()
    page.get_by_text('(ipykernel) | Idle').first.wait_for()
    L.draw(page, box.locator('canvas'), [[(300, 60), (340, 60)]])
    until(lambda: said(box), lambda o: 'kernel was restarted' in o and 'run the cell' in o)
    shot(page, folder, 'pad-restarted')
    L.run_all(page)
    box = page.locator('.tr-box').first; box.locator('canvas').wait_for()
    L.draw(page, box.locator('canvas'), sample_strokes('words')[1].strokes, 60, 45)
    until(box.locator('.tr-text').inner_text, lambda o: o == 'word')
    page.context.close()
