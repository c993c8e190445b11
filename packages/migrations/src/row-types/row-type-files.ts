import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { PlataformaError } from '@plataforma/core'
import { byCodeUnits } from './code-unit-order.js'
import { HEADER } from './render-row-types.js'
import { rowTypesFailed } from './row-types-failed.js'

const OUT_DIR = './generated/database'

/** The folder of the generated files, where they are read, written and removed. */
export class RowTypeFiles {
  readonly directory: string

  constructor(outDir: string = OUT_DIR) {
    this.directory = resolve(outDir)
  }

  /** What was generated into the folder before, by names; lines ended by LF. */
  async read(): Promise<ReadonlyMap<string, string>> {
    return await this.#do('read', async () => {
      const names = await readdir(this.directory).catch(ifMissing([]))
      const files = names.filter((name) => name.endsWith('.ts')).sort(byCodeUnits)
      const texts = await Promise.all(
        files.map(async (name): Promise<[string, string]> => [name, await this.#text(name)]),
      )
      return new Map(texts.filter(([, text]) => text.startsWith(HEADER)))
    })
  }

  /** Takes the place of what is there at once: nobody reads half a file. */
  async write(name: string, text: string): Promise<void> {
    await this.#do('written', async () => {
      await mkdir(this.directory, { recursive: true })
      const before = await this.#text(name)
      if (before !== '' && !before.startsWith(HEADER)) {
        throw rowTypesFailed(`${this.#path(name)} was not generated and is not overwritten.`, {
          remedy: 'Move the file, or give another `outDir`.',
        })
      }
      const temporary = this.#path(`.${name}.${randomUUID()}`)
      try {
        await writeFile(temporary, text, { flag: 'wx' })
        await rename(temporary, this.#path(name))
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined)
        throw error
      }
    })
  }

  async remove(name: string): Promise<void> {
    await this.#do('removed', () => rm(this.#path(name), { force: true }))
  }

  #path(name: string): string {
    return join(this.directory, name)
  }

  async #text(name: string): Promise<string> {
    const text = await readFile(this.#path(name), 'utf8').catch(ifMissing(''))
    return text.replaceAll('\r\n', '\n')
  }

  async #do<Result>(what: string, action: () => Promise<Result>): Promise<Result> {
    try {
      return await action()
    } catch (cause) {
      if (cause instanceof PlataformaError) throw cause
      throw rowTypesFailed(`Row types cannot be ${what} in ${this.directory}.`, {
        remedy: 'Generate them where the folder can be written, and deploy them with the program.',
        cause,
      })
    }
  }
}

function ifMissing<Value>(value: Value): (error: NodeJS.ErrnoException) => Value {
  return (error) => {
    if (error.code === 'ENOENT') return value
    throw error
  }
}
