import { styleText } from 'node:util'
import { type Log, PlataformaError } from '@plataforma/core'

type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan'

/** Where a command writes: its report to stdout, errors to stderr, colours on a terminal alone. */
export class Output {
  readonly json: boolean
  readonly #program: string

  constructor({ program, json }: { readonly program: string; readonly json: boolean }) {
    this.#program = program
    this.json = json
  }

  /** The report, in the form that was asked for. */
  report(data: object, text: () => string): void {
    process.stdout.write(this.json ? `${JSON.stringify(data, rounded, 2)}\n` : `${text()}\n`)
  }

  style(style: Style, text: string): string {
    return styleText(style, text, { stream: process.stdout })
  }

  /** What happened and what to do about it: one line, and those that show a place in a file. */
  error(error: unknown): void {
    const known = error instanceof PlataformaError ? error : undefined
    const remedy = known?.remedy
    if (this.json) this.report({ error: dataOf(error) }, () => '')
    const [first = '', ...place] = linesOf(error)
    if (place.length === 0) this.#line([sentence(first), remedy].filter(Boolean).join(' '))
    else this.#line([first, ...[...place, ...(remedy ? [remedy] : [])].map(indented)].join('\n'))
  }

  /** Shows warnings and errors of a log, where nobody else hears them. */
  readonly log: Log = (level, message, data) => {
    if (level !== 'warn' && level !== 'error') return
    const remedy = typeof data?.remedy === 'string' ? data.remedy : undefined
    this.#line([`Warning: ${sentence(oneLine(message))}`, remedy].filter(Boolean).join(' '))
  }

  /** A signal came, and the work is being ended. */
  interrupted(): void {
    this.#line('Interrupted: ending what runs. Once more leaves at once.')
  }

  usageError(message: string): void {
    const text = oneLine(message)
      .replace(/^error: /, '')
      .replace(/\.? \((Did you mean .*\?)\)$/, '. $1')
    if (this.json) this.report({ error: { message: text } }, () => '')
    this.#line(`${sentence(text)} See ${this.#program} --help.`)
  }

  #line(text: string): void {
    const name = styleText('red', `${this.#program}:`, { stream: process.stderr })
    process.stderr.write(`${name} ${text}\n`)
  }
}

/** Digits of a duration beyond a tenth of a millisecond are noise. */
function rounded(key: string, value: unknown): unknown {
  return key === 'durationMs' && typeof value === 'number' ? Math.round(value * 10) / 10 : value
}

function dataOf(error: unknown): object {
  const message = linesOf(error).join('\n')
  if (!(error instanceof PlataformaError)) return { message: sentence(message) }
  const { code, remedy, module, sqlState, details } = error
  return { code, message: sentence(message), remedy, module, sqlState, details }
}

/** The message; of a migration with the lines that show the place. */
function linesOf(error: unknown): readonly string[] {
  const text = error instanceof Error ? error.message : String(error)
  if (!(error instanceof PlataformaError)) return [oneLine(text)]
  if (/^PLT_(MIGRATION|TYPES)_/.test(error.code)) return text.trim().split('\n')
  const isConnection = error.code === 'PLT_DATABASE_UNAVAILABLE'
  return [isConnection ? `Cannot connect to PostgreSQL: ${oneLine(text)}` : oneLine(text)]
}

function indented(line: string): string {
  return `  ${line}`
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ')
}

/** Not a path or a name of something. */
const FIRST_WORD = /^[a-z]+(?![\w/:@-]|\.\w)/

function sentence(text: string): string {
  const capital = text.replace(FIRST_WORD, (word) => word.charAt(0).toUpperCase() + word.slice(1))
  return text.includes('\n') || /[.!?)]$/.test(capital) ? capital : `${capital}.`
}
