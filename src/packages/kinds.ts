/** A file of the package, and its template in templates/packages/KIND or common. `NAME` in a path is the model's. */
type Entry = readonly [path: string, template: string];

/** How a build system wants C to lie. */
export interface PackageKind {
  /** What the README calls it. */
  readonly title: string;
  /** The folders of NAME.h and of the C. */
  readonly header: string;
  readonly source: string;
  readonly files: readonly Entry[];
  /** How the README says it is used. */
  readonly how: string;
}

const EXAMPLE: Entry = ['example/main.c', 'main.c'];

/** By the name that --package takes. */
export const PACKAGE_KINDS: Readonly<Record<string, PackageKind>> = {
  cmake: {
    title: 'a CMake project',
    header: 'include',
    source: 'src',
    files: [['CMakeLists.txt', 'CMakeLists.txt'], ['toolchain.cmake', 'toolchain.cmake'], EXAMPLE],
    how:
      '`add_subdirectory()` this folder, then `target_link_libraries(... NAME)`; where CPU flags stand on targets, as in the Pico SDK,\n' +
      'link `NAME_sources` instead. By itself: `cmake -B build -DCMAKE_TOOLCHAIN_FILE=toolchain.cmake && cmake --build build`.',
  },
  make: {
    title: 'a library for make',
    header: 'include',
    source: 'src',
    files: [['Makefile', 'Makefile'], EXAMPLE],
    how: '`make` builds `libNAME.a`, `make example` a program around it.',
  },
  platformio: {
    title: 'a PlatformIO library',
    header: 'include',
    source: 'src',
    files: [
      ['library.json', 'library.json'],
      ['examples/run/main.cpp', 'sketch'],
    ],
    how: 'Put this folder into `lib/` of your PlatformIO project.',
  },
  arduino: {
    title: 'an Arduino library',
    header: 'src',
    source: 'src',
    files: [
      ['library.properties', 'library.properties'],
      ['examples/run/run.ino', 'sketch'],
    ],
    how: 'Put this folder, under the name `NAME`, into `libraries/` of your sketchbook, or a ZIP of it through the IDE.',
  },
  zephyr: {
    title: 'a Zephyr module',
    header: 'include',
    source: 'src',
    files: [
      ['zephyr/module.yml', 'module.yml'],
      ['zephyr/CMakeLists.txt', 'CMakeLists.txt'],
      ['zephyr/Kconfig', 'Kconfig'],
      ['samples/run/CMakeLists.txt', 'sample.cmake'],
      ['samples/run/prj.conf', 'prj.conf'],
      ['samples/run/src/main.c', 'main.c'],
    ],
    how: 'Name this folder in `ZEPHYR_EXTRA_MODULES` and set `CONFIG_NIBBLEC_UPPER=y`; `west build samples/run` builds an application.',
  },
  'esp-idf': {
    title: 'an ESP-IDF component',
    header: 'include',
    source: 'src',
    files: [
      ['CMakeLists.txt', 'CMakeLists.txt'],
      ['idf_component.yml', 'idf_component.yml'],
      ['examples/run/CMakeLists.txt', 'project.cmake'],
      ['examples/run/main/CMakeLists.txt', 'main.cmake'],
      ['examples/run/main/idf_component.yml', 'main.yml'],
      ['examples/run/main/main.c', 'app_main.c'],
    ],
    how: 'Put this folder, under the name `NAME`, into `components/` of your project; `idf.py build` in `examples/run` builds an application.',
  },
  'cmsis-pack': {
    title: 'a CMSIS-Pack',
    header: 'include',
    source: 'src',
    files: [['nibblec.NAME.pdsc', 'pdsc'], EXAMPLE],
    how: '`cpackget add nibblec.NAME.pdsc` makes it known from this folder; the component is Machine Learning:NN Model:NAME.',
  },
};
