import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PlataformaError } from '@plataforma/core'
import { invalidFile } from './invalid-file.js'
import { needsLoader } from './needs-loader.js'

/** A migration in code, as it is named in errors. */
export interface CodeFile {
  readonly module: string
  readonly name: string
  readonly file: string
}

/**
 * What a file exports. TypeScript is left to Node, or to whatever loader the process was started
 * with.
 *
 * @throws PlataformaError `PLT_MIGRATION_TS_UNSUPPORTED`, `PLT_MIGRATION_INVALID`
 */
export async function loadCode({ module, name, file }: CodeFile): Promise<object> {
  try {
    return await import(
      /* webpackIgnore: true */ /* @vite-ignore */ pathToFileURL(resolve(file)).href
    )
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    if (needsLoader(file, cause)) {
      throw new PlataformaError(
        'PLT_MIGRATION_TS_UNSUPPORTED',
        `This Node.js cannot load ${file} as it is: ${message}`,
        {
          module,
          remedy:
            'Compile it to a .js file beside it, or start Node.js with a loader, such as "node --import tsx"; Node.js 22.18 or newer strips types by itself where a file uses no enum, imports types with "import type" and names imported files with their extension .ts.',
          cause,
          details: { file, migration: name },
        },
      )
    }
    throw invalidFile(file, {
      module,
      name,
      message: `${file} cannot be loaded: ${message}`,
      remedy: 'See "cause"; what a migration imports has to be there where migrations run.',
      cause,
    })
  }
}
