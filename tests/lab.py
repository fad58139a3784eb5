"""JupyterLab on a free port of 127.0.0.1, and headless Chromium in front of it; `tests/test_lab.py` uses both."""
import json, os, re, shutil, socket, subprocess, sys, time, urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
TOKEN = 'notebooks'
OPTIONS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

def chromium(): return shutil.which('chromium') or shutil.which('chromium-browser')

def free_port():
    with socket.socket() as s: s.bind(('127.0.0.1', 0)); return s.getsockname()[1]

def write_json(path, o): path.parent.mkdir(parents=True, exist_ok=True); path.write_text(json.dumps(o))

def write_notebook(path, *cells):
    "A notebook with these cells of code."
    made = [dict(cell_type='code', id=f'c{i}', metadata={}, source=c, outputs=[], execution_count=None) for i, c in enumerate(cells)]
    write_json(path, dict(cells=made, metadata=dict(kernelspec=dict(display_name='python3', language='python', name='python3')), nbformat=4, nbformat_minor=5))

@contextmanager
def jupyterlab(folder, **env):
    "A server on `folder`, without news, without windowing, with settings of its own; gives its address."
    port, own = free_port(), folder/'.jupyter'
    write_json(own/'config'/'labconfig'/'page_config.json', dict(disabledExtensions={'@jupyterlab/apputils-extension:announcements': True}))
    write_json(own/'settings'/'@jupyterlab'/'notebook-extension'/'tracker.jupyterlab-settings', dict(windowingMode='none'))
    env = {**os.environ, 'JUPYTER_CONFIG_DIR': own/'config', 'JUPYTERLAB_SETTINGS_DIR': own/'settings', 'JUPYTERLAB_WORKSPACES_DIR': own/'workspaces',
           'JUPYTER_RUNTIME_DIR': own/'runtime', 'PYTHONPATH': ROOT, 'MPLBACKEND': '', 'OMP_NUM_THREADS': 1, **env}
    args = ['--no-browser', '--ip=127.0.0.1', f'--port={port}', '--ServerApp.port_retries=0', f'--IdentityProvider.token={TOKEN}', f'--ServerApp.root_dir={folder}', '--allow-root']
    log = open(folder/'lab.log', 'w')
    server = subprocess.Popen([sys.executable, '-m', 'jupyterlab', *args], env={k: str(v) for k, v in env.items() if v != ''}, stdout=log, stderr=log, cwd=folder)
    try:
        url = f'http://127.0.0.1:{port}'
        for _ in range(240):
            try: urllib.request.urlopen(f'{url}/api?token={TOKEN}', timeout=2); break
            except OSError:
                if server.poll() is not None: raise RuntimeError(f'JupyterLab ended: {(folder/"lab.log").read_text()[-800:]}') from None
                time.sleep(.25)
        yield url
    finally:
        server.terminate()
        try: server.wait(10)
        except subprocess.TimeoutExpired: server.kill()
        log.close()

@contextmanager
def browser():
    "Debian's Chromium without a screen."
    from playwright.sync_api import sync_playwright
    with sync_playwright() as p:
        b = p.chromium.launch(executable_path=chromium(), args=OPTIONS)
        try: yield b
        finally: b.close()

def open_notebook(b, url, name, width=1200, height=900, **kwargs):
    "A page with the notebook `name`, its kernel ready."
    page = b.new_context(viewport=dict(width=width, height=height), **kwargs).new_page()
    page.goto(f'{url}/doc/tree/{name}?token={TOKEN}&reset', wait_until='domcontentloaded')
    page.locator('.jp-Notebook .jp-Cell').first.wait_for(timeout=60_000)
    page.get_by_text('(ipykernel) | Idle').first.wait_for(timeout=60_000)
    return page

def menu(page, *names):
    for n in names: page.get_by_role('menuitem', name=re.compile(f'^{n}')).first.click()

def cell_errors(page):
    "Tracebacks below the cells."
    shown = page.locator('[data-mime-type="application/vnd.jupyter.error"], [data-mime-type="application/vnd.jupyter.stderr"]').all_inner_texts()
    return [o for o in shown if 'Traceback (most recent call last)' in o]

def run_all(page, seconds=120):
    "Run every cell by the menu; raises where a cell ends in an error."
    menu(page, 'Run', 'Run All Cells')
    end = time.time() + seconds
    page.wait_for_timeout(300)
    while page.evaluate("""() => [...document.querySelectorAll('.jp-CodeCell')].some(c => c.querySelector('.jp-InputArea-editor').textContent.trim() &&
            !/\\[\\d+\\]/.test(c.querySelector('.jp-InputPrompt').textContent))"""):
        if cell_errors(page): break
        if time.time() > end: raise TimeoutError(f'the notebook was not done after {seconds} seconds')
        page.wait_for_timeout(200)
    assert not (bad := cell_errors(page)), bad[0][-2000:]

def draw(page, canvas, strokes, dx=0, dy=0, pause=0):
    "Draw strokes on a canvas with the mouse; coordinates are those of the canvas on the screen."
    canvas.scroll_into_view_if_needed(); at = canvas.bounding_box()
    for s in strokes:
        pts = [(at['x'] + dx + float(x), at['y'] + dy + float(y)) for x, y in s]
        page.mouse.move(*pts[0]); page.mouse.down()
        for p in pts[1:]: page.mouse.move(*p)
        page.mouse.up()
        if pause: page.wait_for_timeout(pause)
