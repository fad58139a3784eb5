"Package metadata comes from settings.ini; this file only hands it to setuptools."
from configparser import ConfigParser
from pathlib import Path

import setuptools

cfg_path = Path(__file__).parent/'settings.ini'
parser = ConfigParser(delimiters=['='])
parser.read(cfg_path, encoding='utf-8')
cfg = parser['DEFAULT']

statuses = ['0 - Pre-Planning', '1 - Planning', '2 - Pre-Alpha', '3 - Alpha', '4 - Beta', '5 - Production/Stable', '6 - Mature', '7 - Inactive']
pythons = ['3.11', '3.12']

def extras(cfg):
    "Every `<name>_requirements` of settings.ini is an extra; `dev` holds the others as well."
    named = {k.removesuffix('_requirements'): v.split() for k, v in cfg.items() if k.endswith('_requirements')}
    return {**named, 'dev': list(dict.fromkeys(sum(named.values(), [])))}

setuptools.setup(
    name=cfg['lib_name'], version=cfg['version'], description=cfg['description'], keywords=cfg['keywords'],
    author=cfg['author'], author_email=cfg['author_email'], url=cfg['git_url'], license='Apache-2.0',
    classifiers=[f'Development Status :: {statuses[int(cfg["status"])]}', f'Intended Audience :: {cfg["audience"]}',
                 f'Natural Language :: {cfg["language"]}'] + [f'Programming Language :: Python :: {v}' for v in pythons],
    long_description=(cfg_path.parent/'README.md').read_text(encoding='utf-8'), long_description_content_type='text/markdown',
    packages=setuptools.find_packages(include=['text_recognizer', 'text_recognizer.*']),
    package_data={'text_recognizer': ['weights/*.h5', 'metadata/*.toml', 'metadata/*.json', 'samples/*', 'samples/*/*', 'runtime.txt']},
    python_requires=f'>={cfg["min_python"]}',
    install_requires=cfg['requirements'].split(),
    extras_require=extras(cfg),
    entry_points={'console_scripts': cfg['console_scripts'].split(),
                  'nbdev': [f'{cfg["lib_path"]}={cfg["lib_path"]}._modidx:d']},
    zip_safe=False)
