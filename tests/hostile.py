"""Hostile inputs, made from a seed and never stored: `python tests/hostile.py --n 300 --seed 0` gives them to all readers.

Every read must end in an answer or in a `TextRecognizerError`, within a time and a memory. What it prints is one JSON object:
how many reads, the bad endings, the slowest reads, the highest memory in MB. A bug that was found becomes a line in here.
"""
import argparse, base64, io, json, math, os, resource, signal, struct, sys, tempfile, time, traceback, warnings, zlib
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

WORDS = 'The quick brown fox jumps over the lazy dog while 12 boxing wizards jump'.split()
def pick(rng, xs): return xs[int(rng.integers(len(xs)))]
def number(rng, lo, hi): return int(round(math.exp(rng.uniform(math.log(lo), math.log(hi)))))

# Pictures ------------------------------------------------------------------------------------------------------------

def writing(rng, w, h):
    img = Image.new('L', (w, h), int(rng.integers(150, 256))); d = ImageDraw.Draw(img)
    size = int(rng.integers(8, max(9, min(60, h))))
    for y in range(size//3, h, int(1.6*size)): d.text((size//3, y), ' '.join(pick(rng, WORDS) for _ in range(12)), fill=int(rng.integers(0, 90)), font=ImageFont.load_default(size))
    return img

def noise(rng, w, h): return Image.fromarray(rng.integers(0, 256, (h, w), dtype=np.uint8))
def speckles(rng, w, h): return Image.fromarray(np.uint8(255*(rng.random((h, w)) > rng.choice([.002, .05, .3]))))
def checkerboard(rng, w, h):
    n = int(rng.choice([1, 2, 3, 5, 8, 20])); y, x = np.ogrid[:h, :w]
    return Image.fromarray(np.uint8(255*((y//n + x//n) % 2)))
def stripes(rng, w, h):
    n, a = rng.uniform(2, 40), rng.uniform(0, math.pi); y, x = np.ogrid[:h, :w]
    return Image.fromarray(np.uint8(127 + 127*np.sin((x*math.cos(a) + y*math.sin(a))*6.28/n)))
def code(rng, w, h):
    n = max(1, min(w, h)//int(rng.integers(21, 60)))
    return Image.fromarray(np.uint8(255*(rng.random((-(-h//n), -(-w//n))) > .5))).resize((w, h), Image.NEAREST)
def even(rng, w, h): return Image.new('L', (w, h), int(rng.integers(256)))
def ramp(rng, w, h): y, x = np.ogrid[:h, :w]; return Image.fromarray(np.uint8((x*rng.uniform(0, 3) + y*rng.uniform(0, 3)) % 256))
def grid(rng, w, h):
    img = Image.new('L', (w, h), 255); d, n = ImageDraw.Draw(img), int(rng.integers(3, 60))
    for x in range(0, w, n): d.line([(x, 0), (x, h)], fill=60)
    for y in range(0, h, n): d.line([(0, y), (w, y)], fill=60)
    return img
def scribble(rng, w, h):
    img = Image.new('L', (w, h), 255); xy = np.cumsum(rng.normal(0, max(w, h)/20, (400, 2)), 0) % (w, h)
    ImageDraw.Draw(img).line([tuple(o) for o in xy], fill=0, width=int(rng.integers(1, 9))); return img
def clouds(rng, w, h): return noise(rng, max(1, w//30), max(1, h//30)).resize((w, h), Image.BICUBIC)
def rings(rng, w, h): y, x = np.ogrid[:h, :w]; return Image.fromarray(np.uint8(127 + 127*np.sin(np.hypot(x - w/2, y - h/2)/rng.uniform(1, 10))))
def halftone(rng, w, h): return clouds(rng, w, h).convert('1').convert('L')
def foreign(rng, w, h):
    img = Image.new('L', (w, h), 255); d = ImageDraw.Draw(img)
    for _ in range(20): d.text((rng.integers(w), rng.integers(h)), chr(int(rng.choice([0x416, 0x3a9, 0xe9, 0x5d0, 0x6f22]))), fill=0, font=ImageFont.load_default(30))
    return img
def blocks(rng, w, h):
    img = Image.new('L', (w, h), 255); d = ImageDraw.Draw(img)
    for _ in range(int(rng.integers(1, 40))): x, y = rng.integers(w), rng.integers(h); d.rectangle([x, y, x + rng.integers(1, w + 1), y + rng.integers(1, h + 1)], fill=int(rng.integers(256)))
    return img
PICTURES = [writing, noise, speckles, checkerboard, stripes, code, even, ramp, grid, scribble, clouds, rings, halftone, foreign, blocks]

def coloured(rng, img):
    how = rng.integers(4)
    if how == 0: return img
    if how == 1: return Image.merge('RGB', [img.point(lambda v, k=k: int(v*k)) for k in rng.uniform(.2, 1, 3)])
    if how == 2: return Image.merge('RGB', [img, img.transpose(Image.FLIP_LEFT_RIGHT), img.transpose(Image.FLIP_TOP_BOTTOM)])
    out = img.convert('RGBA'); out.putalpha(noise(rng, *img.size) if rng.random() < .5 else int(rng.integers(256))); return out

def picture(rng, most=90_000):
    "A pattern of any shape: from a single pixel to a long strip."
    area = number(rng, 1, most) if rng.random() < .3 else int(rng.uniform(.2, 1)*most)
    k = math.exp(rng.normal(0, .6)) if rng.random() < .8 else math.exp(rng.normal(0, 3))
    w, h = (max(1, min(6000, int(o))) for o in ((area*k)**.5, (area/k)**.5))
    make = pick(rng, PICTURES)
    return f'{make.__name__} {w}x{h}', coloured(rng, make(rng, w, h))

# Files ---------------------------------------------------------------------------------------------------------------

FILES = [('PNG', {}), ('PNG', {}), ('JPEG', {}), ('JPEG', dict(progressive=True)), ('JPEG', dict(quality=10)), ('BMP', {}), ('GIF', {}), ('WEBP', {}),
         ('WEBP', dict(lossless=True)), ('PPM', {}), ('AVIF', {}), ('TIFF', {}), ('TIFF', dict(compression='tiff_lzw')), ('TIFF', dict(compression='group4')),
         ('TIFF', dict(compression='tiff_adobe_deflate')), ('TIFF', dict(compression='jpeg')), ('TIFF', dict(compression='packbits')), ('JPEG2000', {}), ('ICO', {}), ('TGA', {})]
MODES = ['L', 'RGB', 'RGBA', 'P', '1', 'LA', 'CMYK', 'I;16', 'I', 'F']

def encoded(rng, img=None):
    img = img or writing(rng, int(rng.integers(1, 200)), int(rng.integers(9, 120)))
    for _ in range(20):
        (fmt, kw), mode, b = pick(rng, FILES), pick(rng, MODES), io.BytesIO()
        if kw.get('compression') == 'group4': mode = '1'
        try: (Image.fromarray(np.asarray(img.convert('L')).astype(np.uint16)*257) if mode == 'I;16' else img.convert(mode)).save(b, fmt, **kw)
        except Exception: continue
        return f'{fmt} {mode} {kw or ""}', b.getvalue()
    return 'PNG L', png(img)

def png(img): b = io.BytesIO(); img.save(b, 'PNG'); return b.getvalue()

def damaged(rng, data):
    d, how = bytearray(data), pick(rng, ['cut', 'flip', 'flip', 'head', 'zero', 'ones', 'insert', 'double', 'drop', 'join', 'none'])
    at, n = int(rng.integers(len(d))), int(rng.integers(1, 64))
    if how == 'cut': d = d[:at]
    elif how in ('flip', 'head'):
        for _ in range(int(rng.integers(1, 20))): d[int(rng.integers(min(len(d), 120 if how == 'head' else len(d))))] ^= 1 << int(rng.integers(8))
    elif how == 'zero': d[at:at + n] = bytes(len(d[at:at + n]))
    elif how == 'ones': d[at:at + n] = b'\xff'*len(d[at:at + n])
    elif how == 'insert': d[at:at] = rng.bytes(n)
    elif how == 'double': d[at:at] = d[at:at + n]
    elif how == 'drop': del d[at:at + n]
    elif how == 'join': d = d + d[at:]
    return how, bytes(d)

def file(rng):
    name, data = encoded(rng)
    how, data = damaged(rng, data)
    return f'{name} {how}', data

def chunk(kind, data): return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
def png_header(w, h, depth=8, colour=0, data=b'', interlace=0):
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', w, h, depth, colour, 0, 0, interlace)) + chunk(b'IDAT', data or zlib.compress(bytes(1000))) + chunk(b'IEND', b'')

def bomb(rng):
    "A small file that claims to be large."
    w, h = pick(rng, [(99_999_999, 1), (1, 99_999_999), (65_536, 2), (9999, 9999), (10_000, 10_001), (20_000, 20_000), (2**31 - 1, 2**31 - 1), (0, 5), (5, 0), (60_000, 1600)])
    how = pick(rng, ['png', 'png16', 'jpeg', 'bmp', 'gif', 'ppm', 'text', 'tiff', 'webp'])
    s, b16 = struct.pack, lambda n: n & 0xffff
    if how == 'png': d = png_header(w, h, 8, int(rng.choice([0, 2, 3, 4, 6])), interlace=int(rng.integers(2)))
    elif how == 'png16': d = png_header(w, h, 16, int(rng.choice([0, 2, 6])))
    elif how == 'jpeg':
        d = bytearray(io.BytesIO().getvalue() or jpeg(rng)); at = d.find(b'\xff\xc0')
        if at > 0: d[at + 5:at + 9] = s('>HH', b16(h), b16(w))
        d = bytes(d)
    elif how == 'bmp': d = b'BM' + s('<IHHI', 54, 0, 0, 54) + s('<IiiHHIIiiII', 40, w & 0x7fffffff, -h if rng.random() < .5 else h & 0x7fffffff, 1, int(rng.choice([1, 8, 24, 32])), int(rng.choice([0, 1])), 0, 0, 0, 0, 0)
    elif how == 'gif': d = b'GIF89a' + s('<HHBBB', b16(w), b16(h), 0x80, 0, 0) + bytes(6) + b',' + s('<HHHHB', 0, 0, b16(w), b16(h), 0) + b'\x02\x02\x44\x01\x00;'
    elif how == 'ppm': d = f'P{rng.integers(1, 8)}\n{w} {h}\n{rng.choice([1, 255, 65535, 99999, 0])}\n'.encode() + bytes(50)
    elif how == 'text': d = png_header(9, 9)[:-12] + chunk(b'zTXt', b'a\0\0' + zlib.compress(bytes(5_000_000))) + chunk(b'IEND', b'')
    elif how == 'tiff':
        tags = [(256, 4, 1, w & 0xffffffff), (257, 4, 1, h & 0xffffffff), (258, 3, 1, 8), (259, 3, 1, int(rng.choice([1, 5, 7, 8, 32773, 4]))), (262, 3, 1, 1), (273, 4, int(rng.choice([1, 2**31])), 8), (278, 4, 1, h & 0xffffffff), (279, 4, 1, int(rng.choice([10, 2**32 - 1])))]
        d = b'II*\0' + s('<I', 8) + s('<H', len(tags)) + b''.join(s('<HHII', *o) for o in tags) + s('<I', int(rng.choice([0, 8]))) + bytes(100)
    else: d = b'RIFF' + s('<I', 30) + b'WEBPVP8X' + s('<I', 10) + bytes(4) + s('<I', min(w, 2**24) - 1 & 0xffffff)[:3] + s('<I', min(h, 2**24) - 1 & 0xffffff)[:3]
    return f'bomb {how} {w}x{h}', d

def jpeg(rng, img=None, **kw): b = io.BytesIO(); (img or writing(rng, 60, 40)).save(b, 'JPEG', **kw); return b.getvalue()

def exif(rng):
    "A sound picture whose EXIF data is not."
    e = Image.Exif(); e[0x0112] = int(rng.integers(0, 12)); raw = bytearray(e.tobytes())
    how = pick(rng, ['turn', 'flip', 'cut', 'junk', 'loop', 'type'])
    if how == 'flip':
        for _ in range(6): raw[int(rng.integers(6, len(raw)))] ^= 1 << int(rng.integers(8))
    elif how == 'cut': raw = raw[:int(rng.integers(6, len(raw)))]
    elif how == 'junk': raw = bytearray(b'Exif\0\0' + rng.bytes(int(rng.integers(0, 80))))
    elif how == 'loop': raw[-4:] = struct.pack('>I', 8)
    elif how == 'type': raw = bytearray(b'Exif\0\0II*\0\x08\0\0\0\x01\0' + struct.pack('<HHI', 0x112, int(rng.integers(0, 14)), int(rng.choice([0, 1, 3, 2**31]))) + rng.bytes(4) + bytes(4))
    b = io.BytesIO(); fmt = pick(rng, ['JPEG', 'PNG', 'WEBP', 'TIFF', 'AVIF'])
    try: writing(rng, 60, 40).save(b, fmt, exif=bytes(raw))
    except Exception: return 'exif jpeg ' + how, jpeg(rng, exif=bytes(raw))
    return f'exif {fmt} {how}', b.getvalue()

def not_a_picture(rng):
    return pick(rng, [('eps', b'%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n(x) run\n'), ('pdf', b'%PDF-1.7\n'), ('svg', b'<svg xmlns="http://www.w3.org/2000/svg"/>'), ('zip', b'PK\3\4' + bytes(60)),
        ('wmf', b'\xd7\xcd\xc6\x9a' + bytes(60)), ('emf', b'\1\0\0\0' + bytes(36) + b' EMF' + bytes(60)), ('xbm', b'#define a_width 9\n#define a_height 9\nstatic char a_bits[] = {'), ('html', b'<html>'), ('nothing', b''),
        ('one byte', b'\x89'), ('random', rng.bytes(int(rng.integers(1, 500)))), ('text', 'grüße'.encode()), ('gz', b'\x1f\x8b\x08' + bytes(20)), ('xpm', b'/* XPM */\n"9 9 2 1"'), ('fits', b'SIMPLE  =                    T' + bytes(99)),
        ('dds', b'DDS ' + bytes(130)), ('icns', b'icns' + bytes(60)), ('psd', b'8BPS\0\1' + bytes(60)), ('mpeg', b'\0\0\1\xb3' + bytes(60)), ('hdf5', b'\x89HDF\r\n\x1a\n' + bytes(60)), ('grib', b'GRIB' + bytes(60)), ('bufr', b'BUFR' + bytes(60))])

# Objects -------------------------------------------------------------------------------------------------------------

def mode(rng):
    img = writing(rng, int(rng.integers(2, 90)), int(rng.integers(9, 60)))
    how = pick(rng, ['1', 'L', 'P', 'RGB', 'RGBA', 'CMYK', 'YCbCr', 'LAB', 'HSV', 'I', 'F', 'LA', 'PA', 'La', 'RGBa', 'RGBX', 'I;16', 'I;16B', 'I;16L', 'nan', 'inf', 'minus', 'empty', 'closed', 'info', 'lazy', 'big'])
    try:
        if how == 'nan': out = Image.fromarray(np.where(rng.random((20, 30)) < .1, np.nan, .5).astype(np.float32))
        elif how == 'inf': out = Image.new('F', (9, 9), float('inf'))
        elif how == 'minus': out = Image.fromarray(rng.normal(0, 1, (20, 30)).astype(np.float32))
        elif how == 'empty': out = Image.new('L', pick(rng, [(0, 0), (0, 5), (5, 0)]))
        elif how == 'closed': out = Image.open(io.BytesIO(png(img))); out.close()
        elif how == 'lazy': out = Image.open(io.BytesIO(damaged(rng, png(img))[1]))
        elif how == 'info': out = img.convert(pick(rng, ['P', 'L', 'RGB', '1'])); out.info['transparency'] = pick(rng, ['red', 3.5, None, b'', b'\0'*999, (1, 2, 3), (1, 2), -1, 999, {}, object()])
        elif how == 'big': out = Image.new('1', (12_000, 12_000))
        elif how == 'La': out = img.convert('LA').convert('La')
        elif how == 'LAB': out = Image.frombytes('LAB', img.size, img.convert('RGB').tobytes())
        elif how == 'RGBa': out = img.convert('RGBA').convert('RGBa')
        elif how.startswith('I;'): out = Image.frombytes(how, img.size, rng.bytes(2*img.width*img.height))
        else: out = img.convert(how)
    except Exception: out = img
    return f'mode {how}', out

def _array(rng):
    h, w = (int(o) for o in rng.integers(1, 90, 2)); rng.random((h, w))
    shape = pick(rng, [(h, w), (h, w), (h, w), (1, h, w), (h, w, 1), (h, w, 3), (h, w, 4), (3, h, w), (h, w, 2), (2, 2, 2, 2), (), (h,), (0, w), (h, 0), (1, 0, 4), (0, 0, 3)])
    dtype = pick(rng, ['uint8', 'uint8', 'uint16', 'uint32', 'int8', 'int16', 'int32', 'int64', 'uint64', 'float16', 'float32', 'float64', 'longdouble', 'bool', 'complex64', 'object', 'U3', 'S2', 'datetime64[s]', 'timedelta64[s]'])
    return dtype, shape, rng.random(shape) if shape else np.float64(rng.random())

def array(rng):
    dtype, shape, u = _array(rng)
    how = pick(rng, ['unit', 'unit', 'byte', 'wide', 'minus', 'nan', 'inf', 'even', 'view', 'read-only', 'virtual', 'masked', 'struct', 'list', 'ragged', 'deep', 'self', 'words'])
    with np.errstate(all='ignore'):
        a = u*dict(byte=255, wide=1e30, minus=-1).get(how, 1)
        if how == 'nan' and a.ndim: a[rng.random(a.shape) < .2] = np.nan
        if how == 'inf' and a.ndim: a[rng.random(a.shape) < .2] = pick(rng, [np.inf, -np.inf])
        if how == 'even': a = a*0 + rng.random()
        try: a = a.astype(dtype)
        except Exception: pass
    if how == 'view' and a.ndim > 1: a = a[::-1, ::-2].T if a.ndim == 2 else a[::-1]
    elif how == 'read-only': a = np.array(a); a.flags.writeable = False
    elif how == 'virtual': a = np.lib.stride_tricks.as_strided(np.uint8([3]), strides=(0, 0), shape=pick(rng, [(10**6, 10**6), (10**9, 4), (10_001, 10_000), (100_000, 3), (2**30, 2**30)]))
    elif how == 'masked': a = np.ma.masked_array(a, mask=rng.random(np.shape(a)) < .5)
    elif how == 'struct': a = np.zeros((5, 5), [('a', 'f4'), ('b', 'i2')])
    elif how == 'list': a = np.asarray(a).tolist()
    elif how == 'ragged': a = [[1, 2], [3], [[4]]]
    elif how == 'deep': a = 1; exec('for _ in range(200): a = [a]', ns := dict(a=a)); a = ns['a']
    elif how == 'self': a = []; a.append(a)
    elif how == 'words': a = [['a', None], [{}, 1]]
    return f'array {how} {dtype} {shape}', a

def tensor(rng):
    import torch
    h, w = (int(o) for o in rng.integers(1, 90, 2)); x = torch.from_numpy(rng.random((1, h, w))).float()
    how = pick(rng, ['grad', 'sparse', 'csr', 'meta', 'quantised', 'bfloat16', 'half', 'double', 'float8', 'complex', 'expand', 'int', 'bool', 'empty', 'nan', 'range', 'batch', 'flat', 'rgb', 'scalar', 'nested', 'conj', 'neg', 'plain', 'subclass', 'param'])
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        try: x = dict(grad=lambda: x.requires_grad_()*1, sparse=lambda: x.to_sparse(), csr=lambda: x[0].to_sparse_csr(), meta=lambda: x.to('meta'), quantised=lambda: torch.quantize_per_tensor(x, .1, 0, torch.quint8),
            bfloat16=lambda: x.bfloat16(), half=lambda: x.half(), double=lambda: x.double(), float8=lambda: x.to(torch.float8_e4m3fn), complex=lambda: x + 1j, expand=lambda: x[:, :1, :1].expand(1, 10**6, 10**6), int=lambda: (x*255).to(pick(rng, [torch.uint8, torch.int16, torch.int64])),
            bool=lambda: x > .5, empty=lambda: x[:, :0], nan=lambda: x*torch.nan, range=lambda: x*9 - 3, batch=lambda: x[None].repeat(2, 1, 1, 1), flat=lambda: x[0], rgb=lambda: x[0, ..., None].repeat(1, 1, 3), scalar=lambda: x.sum(),
            nested=lambda: torch.nested.nested_tensor([x[0], x[0][:1]]), conj=lambda: (x + 1j).conj(), neg=lambda: (x + 1j).conj().imag, plain=lambda: x, subclass=lambda: x.as_subclass(type('T', (torch.Tensor,), {})), param=lambda: torch.nn.Parameter(x))[how]()
        except Exception: pass
    return f'tensor {how}', x

class Broken:
    "A stream whose `read` does what is asked of it."
    def __init__(self, how, data): self.how, self.f = how, io.BytesIO(data)
    def seekable(self):
        if self.how == 'seekable fails': raise OSError('no')
        return self.how == 'seek fails'
    def seek(self, *_): raise OSError(29, 'Illegal seek')
    def read(self, n=-1):
        if self.how == 'fails': raise OSError(5, 'Input/output error')
        if self.how == 'error': raise RuntimeError('boom')
        if self.how == 'text': return 'text'
        if self.how == 'none': return None
        if self.how == 'number': return 7
        if self.how == 'endless': return bytes(1 << 24)
        if self.how == 'bytewise': return self.f.read(1)
        if self.how == 'late' and self.f.tell(): raise TimeoutError('timed out')
        return self.f.read(n)

def stream(rng):
    how = pick(rng, ['fails', 'error', 'text', 'none', 'number', 'endless', 'bytewise', 'late', 'good', 'closed', 'string', 'seek fails', 'seekable fails', 'attribute'])
    data = png(writing(rng, 50, 40))
    if how == 'closed': s = io.BytesIO(data); s.close(); return 'stream closed', s
    if how == 'string': return 'stream string', io.StringIO('text')
    if how == 'attribute': s = io.BytesIO(); s = type('S', (), dict(read=5))(); return 'stream attribute', s
    return f'stream {how}', Broken(how, data)

def path(rng):
    d = Path(TMP.name)
    how = pick(rng, ['nul', 'surrogate', 'long', 'folder', 'gone', 'fifo', 'zero', 'null', 'mem', 'sparse', 'secret', 'loop', 'dash', 'empty', 'below', 'good', 'str', 'odd name', 'socket', 'fspath', 'tty'])
    def put(name, data=b''): (d/name).write_bytes(data); return d/name
    if how == 'nul': return 'path nul', pick(rng, ['a\0b.png', Path('a\0b.png')])
    if how == 'surrogate': return 'path surrogate', 'a\udc80\ud800.png'
    if how == 'long': return 'path long', 'a'*100_000
    if how == 'folder': return 'path folder', d
    if how == 'fifo':
        if not (d/'fifo.png').exists(): os.mkfifo(d/'fifo.png')
        return 'path fifo', d/'fifo.png'
    if how == 'sparse':
        if not (d/'sparse.png').exists():
            with open(d/'sparse.png', 'wb') as f: f.write(png(writing(rng, 9, 9))[:30]); f.truncate(3_000_000_000)
        return 'path sparse', d/'sparse.png'
    if how == 'secret': p = d/'secret.png'; p.exists() or (put('secret.png', b'x'), p.chmod(0)); return 'path secret', p
    if how == 'loop':
        if not (d/'loop.png').is_symlink(): (d/'loop.png').symlink_to(d/'loop.png')
        return 'path loop', d/'loop.png'
    if how == 'empty': return 'path empty', put('empty.png')
    if how == 'below': return 'path below', put('file.png', b'x')/'deep.png'
    if how == 'good': return 'path good', put('good.png', png(writing(rng, 60, 40)))
    if how == 'str': return 'path str', str(put('good2.png', jpeg(rng)))
    if how == 'odd name': return 'path odd name', put('ö\udcff \n.png', png(writing(rng, 60, 40)))
    if how == 'socket':
        import socket
        s = socket.socket(socket.AF_UNIX); p = str(d/'s.png'); os.path.exists(p) or s.bind(p); return 'path socket', p
    if how == 'fspath': return 'path fspath', type('P', (os.PathLike,), dict(__fspath__=lambda s: pick(rng, [3, None, b'gone.png', 'gone.png'])))()
    return f'path {how}', dict(gone='gone.png', zero='/dev/zero', null='/dev/null', mem='/proc/self/mem', dash='-', tty='/dev/tty')[how]

def data_uri(rng):
    body = base64.b64encode(png(writing(rng, 40, 30))).decode()
    return 'data uri', pick(rng, ['data:image/png;base64,' + body, 'data:image/png;base64,' + body[:-7], 'data:image/png;base64,é' + body, 'data:,', 'data:', 'data:image/png;base64,', 'data:image/png,%89PNG', 'data:;base64,====',
        'data:image/png;base64,' + 'A'*100_000, 'data:text/plain;base64,aGFsbG8=', 'data:image/png;base64,\ud800', 'data:image/svg+xml;base64,PHN2Zy8+', 'data:image/png;base64,' + body[:9] + ' \n' + body[9:]])

class BadArray:
    def __array__(self, *a, **k): raise RuntimeError('no array')
def thing(rng):
    return 'thing', pick(rng, [None, 0, 3.5, True, {}, {1}, (1, 2), [], [[]], [None], object(), BadArray(), [BadArray()], int, lambda: 0, range(5), memoryview(b'abc'), bytearray(b'abc'), b'', '', ' ', Image, np.float32(3), np.str_('gone.png'), (o for o in 'ab'), Ellipsis, 1j, [[1, 2], [3, 4]], [[10**400]], [[float('nan')]]])

KINDS = dict(file=(file, 9), bomb=(bomb, 2), exif=(exif, 2), not_a_picture=(not_a_picture, 1), mode=(mode, 3), array=(array, 3), tensor=(tensor, 2), stream=(stream, 1), path=(path, 1.5), data_uri=(data_uri, 1), thing=(thing, 1), picture=(picture, 4))
TMP = tempfile.TemporaryDirectory(prefix='hostile')

def cases(n, seed, most=90_000, kinds=KINDS):
    "`n` pairs of a name and a function that makes the input anew."
    names, p = list(kinds), np.array([KINDS[o][1] for o in kinds], float)
    for i in range(n):
        kind = names[np.random.default_rng([seed, i]).choice(len(names), p=p/p.sum())]
        kw = dict(most=most) if kind == 'picture' else {}
        make = lambda k=kind, i=i, kw=kw: KINDS[k][0](np.random.default_rng([seed, i, 1]), **kw)
        yield f'{seed}/{i} {kind}', make

def large(seed=0):
    "Sound pictures of 100 megapixels and long strips, as files."
    rng = np.random.default_rng(seed)
    tile = np.asarray(writing(rng, 1000, 1000))
    def page(): return np.tile(tile, (10, 10)) # made anew each time, so that the memory that is measured is the reader's
    def rough(): return np.random.default_rng(seed).integers(0, 256, (10_000, 10_000), np.uint8)
    def save(a, fmt, mode='L', **kw): b = io.BytesIO(); Image.fromarray(a).convert(mode).save(b, fmt, **kw); return b.getvalue()
    yield 'white PNG', lambda: ('', save(np.full((10_000, 10_000), 255, np.uint8), 'PNG'))
    yield 'page PNG', lambda: ('', save(page(), 'PNG', compress_level=1))
    yield 'noise PNG', lambda: ('', save(rough(), 'PNG', compress_level=1))
    yield 'page RGB PNG', lambda: ('', save(page(), 'PNG', 'RGB', compress_level=1))
    yield 'page RGBA PNG', lambda: ('', save(page(), 'PNG', 'RGBA', compress_level=1))
    yield 'page JPEG', lambda: ('', save(page(), 'JPEG', 'RGB'))
    yield 'noise JPEG', lambda: ('', save(rough(), 'JPEG', 'RGB'))
    yield 'progressive JPEG', lambda: ('', save(page(), 'JPEG', 'RGB', progressive=True))
    yield 'noise TIFF', lambda: ('', save(rough(), 'TIFF'))
    yield 'LZW TIFF', lambda: ('', save(page(), 'TIFF', compression='tiff_lzw'))
    yield 'fax TIFF', lambda: ('', save(rough(), 'TIFF', '1', compression='group4'))
    yield 'GIF', lambda: ('', save(page(), 'GIF'))
    yield 'BMP', lambda: ('', save(page(), 'BMP', 'RGB'))
    yield 'WebP 36 MP', lambda: ('', save(page()[:6000, :6000], 'WEBP', 'RGB', method=0))
    yield 'AVIF 36 MP', lambda: ('', save(page()[:6000, :6000], 'AVIF', 'RGB', speed=10))
    yield 'checkerboard', lambda: ('', save(np.add.outer(*[np.arange(10_000, dtype=np.uint8) % 2]*2) % 2*np.uint8(255), 'PNG', '1'))
    yield 'array RGB', lambda: ('', np.broadcast_to(page()[..., None], (10_000, 10_000, 3)))
    yield 'array float', lambda: ('', page().astype(np.float32)/255)
    yield '65535 x 1500', lambda: ('', save(np.tile(tile, (2, 66))[:1500, :65_535], 'PNG'))
    yield '1500 x 65535', lambda: ('', save(np.tile(tile, (66, 2))[:65_535, :1500], 'PNG'))
    yield '65535 x 1', lambda: ('', save(np.tile(tile, (1, 66))[:1, :65_535], 'PNG'))
    yield '16 bit PNG', lambda: ('', save_deep(page().astype(np.uint16)*257))
    yield 'float TIFF', lambda: ('', save_deep(page().astype(np.float32)/255, 'TIFF'))

def save_deep(a, fmt='PNG'): b = io.BytesIO(); Image.fromarray(a).save(b, fmt, **(dict(compress_level=1) if fmt == 'PNG' else {})); return b.getvalue()

# Readers -------------------------------------------------------------------------------------------------------------

class Hang(BaseException): "Raised by the alarm; no reader can catch it as an Exception."

def readers(names):
    "What each reader does with a source; an answer that is not sound is an AssertionError."
    import torch
    from text_recognizer.core import load_image, load_picture
    torch.set_num_threads(1)
    unit = lambda p: isinstance(p, float) and 0 <= p <= 1
    def image(o):
        ink = load_image(o, max_area=16_000_000)
        assert ink.dtype == np.float32 and ink.ndim == 3 and len(ink) == 1 and 0 <= ink.min() and ink.max() <= 1, ink.shape
        return f'{tuple(ink.shape)}'
    def colour(o):
        rgb, k = load_picture(o, max_side=2000)
        assert rgb.dtype == np.uint8 and rgb.ndim == 3 and rgb.shape[2] == 3 and max(rgb.shape) <= 2000 and 0 < k <= 1
        return f'{rgb.shape}'
    def answer(res):
        assert isinstance(res.text, str) and unit(res.conf), res
        return res.text
    out = dict(image=image, picture=colour)
    if 'character' in names:
        from text_recognizer.character import CharacterPredictor
        chars = CharacterPredictor()
        def character(o):
            res = chars.predict(o); assert bool(res.text) != bool(res.reason), res
            return answer(res)
        out['character'] = character
    if 'line' in names:
        from text_recognizer.line import LinePredictor
        lines = LinePredictor()
        def line(o):
            res = lines.predict(o); assert bool(res.text) != bool(res.reason), res
            return answer(res)
        out['line'] = line
    if 'page' in names:
        from text_recognizer.paragraph import ParagraphTextRecognizer
        pages = ParagraphTextRecognizer()
        def page(o):
            res = pages.predict(o)
            assert res.lines or res.reason
            for l in res.lines: answer(l); assert len(l.box) == 4 and all(math.isfinite(v) for v in l.box), l.box
            return res.text
        out['page'] = page
    return {k: out[k] for k in names}

@contextmanager
def silent():
    "Pillow and libtiff also complain while a damaged picture is made; that is not what is judged."
    old, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        try: os.dup2(null, 2); yield
        finally: os.dup2(old, 2); os.close(old); os.close(null)

def memory():
    "Most memory that was resident since `forget`, MB."
    try: return next(int(o.split()[1]) for o in Path('/proc/self/status').read_text().splitlines() if o.startswith('VmHWM'))//1024
    except (OSError, StopIteration): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss//1024

def forget():
    "Begin to measure anew: what it took to make an input does not count."
    try: Path('/proc/self/clear_refs').write_text('5')
    except OSError: pass

def judge(inputs, names, limit=10, verbose=False):
    "Give every input to every reader; the limit is in seconds of the processor for a read."
    from text_recognizer.core import TextRecognizerError
    def alarm(*_): raise Hang
    signal.signal(signal.SIGALRM, alarm)
    tell, bad, slow, ends, reads, most = readers(names), [], [], Counter(), 0, 0
    for name, make in inputs:
        for r, read in tell.items():
            with silent(): what, source = make()
            forget()
            t = time.process_time()
            try:
                signal.setitimer(signal.ITIMER_REAL, 30*limit)
                with warnings.catch_warnings():
                    warnings.simplefilter('error', RuntimeWarning)
                    try: end, said = 'answer', read(source)
                    finally: signal.setitimer(signal.ITIMER_REAL, 0)
            except TextRecognizerError as e:
                end, said = 'refused', str(e)
                if not said or '\n' in said or len(said) > 600: bad.append(f'{name} {what} {r}: no sentence: {said[:300]!r}')
            except Hang: end, said = 'hang', ''; bad.append(f'{name} {what} {r}: over {30*limit} s')
            except BaseException as e:
                if isinstance(e, KeyboardInterrupt): raise
                end, said = 'error', repr(e); at = traceback.extract_tb(e.__traceback__)[-1]
                mine = next((o for o in reversed(traceback.extract_tb(e.__traceback__)) if 'text_recognizer' in o.filename), at)
                bad.append(f'{name} {what} {r}: {e!r:.200} at {Path(mine.filename).name}:{mine.lineno}')
            t = time.process_time() - t; reads += 1; ends[f'{r} {end}'] += 1
            used = memory(); most = max(most, used); slow.append((round(t, 2), f'{name} {what} {r}', used))
            if end != 'hang' and t > limit: bad.append(f'{name} {what} {r}: {t:.1f} s')
            if used > 1500: bad.append(f'{name} {what} {r}: {used} MB')
            if verbose: print(f'{t:6.2f} s {used:5} MB {name} {what} {r}: {end} {said[:90]!r}', file=sys.stderr, flush=True)
            del source
    return dict(reads=reads, bad=bad, slow=sorted(slow, reverse=True)[:8], memory=most, ends=dict(sorted(ends.items())))

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--n', type=int, default=300); p.add_argument('--seed', type=int, default=0); p.add_argument('--most', type=int, default=90_000, help='pixels of a pattern')
    p.add_argument('--readers', default='image,picture,character,line,page'); p.add_argument('--limit', type=float, default=10); p.add_argument('--kinds', default='')
    p.add_argument('--large', action='store_true', help='100 megapixels instead of the corpus'); p.add_argument('--verbose', action='store_true'); p.add_argument('--only', type=int, help='this input alone')
    a = p.parse_args()
    inputs = list(large(a.seed) if a.large else cases(a.n, a.seed, a.most, a.kinds.split(',') if a.kinds else KINDS))
    if a.only is not None: inputs = inputs[a.only:a.only + 1]
    print(json.dumps(judge(inputs, a.readers.split(','), a.limit, a.verbose), indent=1))
