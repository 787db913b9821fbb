import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { emitSelfTest } from '../../src/codegen/emit-self-test.ts';
import { datasetInputs } from '../../src/data/graph-inputs.ts';
import { randomDataset } from '../../src/data/random-dataset.ts';
import { packageFiles } from '../../src/packages/package-files.ts';
import { knownAnswers } from '../../src/verify/known-answers.ts';
import { toolAvailable } from '../../src/verify/run-tool.ts';
import { describeWith, inFolder } from '../verify/native.ts';
import { compiled, layout } from './layouts.ts';

const available = async () => {
  for (const tool of ['gcc', 'g++', 'cmake', 'make', 'arm-none-eabi-gcc', 'riscv64-unknown-elf-gcc']) {
    const verdict = await toolAvailable(tool);
    if (verdict !== true) return verdict;
  }
  return true;
};

/** Writes a package into a fresh folder, and further files beside it. */
function inPackage<T>(files: ReadonlyMap<string, string>, work: (folder: string) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    for (const [path, text] of files) {
      await mkdir(join(folder, dirname(path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    return work(folder);
  });
}

const STRICT = '-Wall -Wextra -Werror';
const M4 = ['-mthumb', '-mcpu=cortex-m4', '-mfloat-abi=hard', '-mfpu=fpv4-sp-d16'];

await describeWith('packages', available, () => {
  const run = (folder: string, command: string, ...args: string[]) => execa(command, args, { cwd: folder });

  async function cmake(folder: string, ...options: string[]): Promise<void> {
    // Beside the flags of a toolchain file, which CMAKE_C_FLAGS would replace.
    await execa('cmake', ['-B', 'build', ...options], { cwd: folder, env: { CFLAGS: STRICT } });
    await run(folder, 'cmake', '--build', 'build');
  }

  test.each(['host', 'cortex-m4f', 'cortex-m0plus', 'rv32imc'])('make for %s, with an example', async (target) => {
    const files = await layout('make', target, target === 'host');
    await inPackage(files, async (folder) => {
      await run(folder, 'make', `CFLAGS=-O2 ${STRICT}`, 'example');
      if (target !== 'host') return;
      expect((await run(folder, 'example/tiny')).stdout).toMatch(/^tiny: the largest output is number [012]$/);
    });
  });

  test('an example hands on rows where the image comes by rows, as a self-test does', async () => {
    const model = await compiled('host', false, { inputRows: true });
    const answers = await knownAnswers(model, randomDataset(datasetInputs(model.imported), 2, 3), 2);
    const selfTest = emitSelfTest(model.program, answers, { files: model.files });
    const main = '#include "tiny_selftest.h"\nint main(void) { static tiny_arena a; return tiny_selftest(&a); }\n';
    const files = packageFiles('make', model, new Map([...model.files, ...selfTest]));
    await inPackage(new Map([...files, ['answers.c', main] as const]), async (folder) => {
      await run(folder, 'make', `CFLAGS=-O2 ${STRICT}`, 'example');
      expect((await run(folder, 'example/tiny')).stdout).toMatch(/^tiny: the largest output is number \d+$/);
      await run(folder, 'gcc', ...STRICT.split(' '), '-Iinclude', 'answers.c', 'libtiny.a', '-o', 'answers');
      expect((await run(folder, './answers')).exitCode).toBe(0);
    });
  });

  test('cmake for this computer: the library alone, with its example, libm where it is needed', async () => {
    await inPackage(await layout('cmake', 'host', true), async (folder) => {
      await cmake(folder);
      expect((await run(folder, 'build/tiny_example')).stdout).toMatch(/^tiny: the largest output/);
    });
  });

  test.each(['cortex-m4f', 'cortex-m0plus', 'rv32imc'])('cmake with the toolchain file of %s', async (target) => {
    await inPackage(await layout('cmake', target), (folder) => cmake(folder, '-DCMAKE_TOOLCHAIN_FILE=toolchain.cmake'));
  });

  /** As SDKs do it: no flags in CMAKE_C_FLAGS, all of them on an interface target. */
  const project = (link: string) => `
cmake_minimum_required(VERSION 3.13)
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_C_COMPILER arm-none-eabi-gcc)
project(firmware C)
add_library(board INTERFACE)
target_compile_options(board INTERFACE ${M4.join(' ')})
target_link_options(board INTERFACE ${M4.join(' ')} --specs=rdimon.specs)
add_subdirectory(model)
add_executable(firmware main.c)
target_link_libraries(firmware PRIVATE board ${link})
`;

  test.each(['cmake', null])('CPU flags on an interface target: NAME_sources of %s', async (kind) => {
    const packed = await layout('cmake', 'cortex-m4f');
    const flat = [...packed]
      .filter(([path]) => /^(src|include)\//.test(path))
      .map(([path, text]) => [path.split('/')[1], text] as const);
    const own = kind
      ? packed
      : new Map([
          ...flat,
          ['CMakeLists.txt', (await compiled('cortex-m4f')).files.get('CMakeLists.txt') ?? ''] as const,
        ]);
    const main = packed.get('example/main.c') ?? '';
    const files = new Map([
      ...[...own].map(([path, text]) => [`model/${path}`, text] as const),
      ['main.c', main] as const,
    ]);
    await inPackage(new Map([...files, ['CMakeLists.txt', project('tiny_sources')]]), (folder) => cmake(folder));
  });

  test('an imitated Zephyr builds the module with its flags, when the option is set and not else', async () => {
    const zephyr = `
cmake_minimum_required(VERSION 3.13)
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_C_COMPILER arm-none-eabi-gcc)
project(zephyr_like C)
add_library(zephyr_interface INTERFACE)
target_compile_options(zephyr_interface INTERFACE ${M4.join(' ')})
function(zephyr_include_directories)
  foreach(path \${ARGN})
    get_filename_component(absolute \${path} ABSOLUTE)
    target_include_directories(zephyr_interface INTERFACE \${absolute})
  endforeach()
endfunction()
macro(zephyr_library_named name)
  set(ZEPHYR_CURRENT_LIBRARY \${name})
  add_library(\${name} STATIC)
  target_link_libraries(\${name} PUBLIC zephyr_interface)
endmacro()
function(zephyr_library_sources)
  foreach(path \${ARGN})
    get_filename_component(absolute \${path} ABSOLUTE)
    target_sources(\${ZEPHYR_CURRENT_LIBRARY} PRIVATE \${absolute})
  endforeach()
endfunction()
set(CONFIG_NIBBLEC_TINY \${OPTION})
add_subdirectory(module/zephyr module)
if(OPTION)
  add_library(app STATIC module/samples/run/src/main.c)
  target_link_libraries(app PUBLIC zephyr_interface)
endif()
`;
    const module = [...(await layout('zephyr', 'cortex-m4f'))].map(([path, text]) => [`module/${path}`, text] as const);
    await inPackage(new Map([...module, ['CMakeLists.txt', zephyr] as const]), (folder) =>
      cmake(folder, '-DOPTION=ON'),
    );
  });

  test('an imitated ESP-IDF builds the component and its application', async () => {
    const idf = `
cmake_minimum_required(VERSION 3.13)
project(idf_like C)
function(idf_component_register)
  cmake_parse_arguments(PARSE_ARGV 0 own "" "" "SRCS;INCLUDE_DIRS")
  get_filename_component(name \${CMAKE_CURRENT_SOURCE_DIR} NAME)
  add_library(idf_\${name} STATIC \${own_SRCS})
  target_include_directories(idf_\${name} PUBLIC \${own_INCLUDE_DIRS})
endfunction()
add_subdirectory(tiny)
add_subdirectory(tiny/examples/run/main main)
target_link_libraries(idf_main PRIVATE idf_tiny)
`;
    const component = [...(await layout('esp-idf', 'host'))].map(([path, text]) => [`tiny/${path}`, text] as const);
    await inPackage(new Map([...component, ['CMakeLists.txt', idf] as const]), (folder) => cmake(folder));
  });

  describe.each([
    ['arduino', 'src', 'examples/run/run.ino'],
    ['platformio', 'include', 'examples/run/main.cpp'],
  ])('%s', (kind, include, sketch) => {
    let files: ReadonlyMap<string, string>;
    beforeAll(async () => {
      files = await layout(kind, 'cortex-m4f');
    });

    test('the bare compilers build every file, and the sketch as C++', async () => {
      const arduino =
        '#pragma once\nstruct Printer { void begin(long); void print(const char *); void println(int); };\nextern Printer Serial;\nvoid delay(unsigned long);\n';
      await inPackage(new Map([...files, ['stub/Arduino.h', arduino]]), async (folder) => {
        const flags = [...M4, '-O2', ...STRICT.split(' '), `-I${include}`, '-Istub', '-c', '-o', '/dev/null'];
        for (const path of files.keys()) {
          if (path.endsWith('.c')) await run(folder, 'arm-none-eabi-gcc', '-std=gnu11', ...flags, path);
        }
        await run(folder, 'g++', '-std=gnu++11', ...flags.slice(M4.length), '-x', 'c++', sketch);
      });
    });
  });
});
