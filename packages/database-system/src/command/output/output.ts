import { styleText } from 'node:util'
import { PlataformaError } from '@plataforma/core'

type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan'

/** Where a command writes: its report to stdout, errors to stderr, colours on a terminal alone. */
export class Output {
  readonly json: boolean

  constructor({ json }: { readonly json: boolean }) {
    this.json = json
  }

  /** The report, in the form that was asked for. */
  report(data: object, text: () => string): void {
    process.stdout.write(this.json ? `${JSON.stringify(data, undefined, 2)}\n` : `${text()}\n`)
  }

  style(style: Style, text: string): string {
    return styleText(style, text, { stream: process.stdout })
  }

  /** One line: what happened, and what to do about it. */
  error(error: unknown): void {
    const message = messageOf(error)
    const known = error instanceof PlataformaError ? error : undefined
    if (this.json) {
      this.report({ error: { code: known?.code, message, remedy: known?.remedy } }, () => '')
    }
    this.#line([message, known?.remedy].filter(Boolean).join(' '))
  }

  usageError(message: string): void {
    const text = oneLine(message)
      .replace(/^error: /, '')
      .replace(/\.? \((Did you mean .*\?)\)$/, '. $1')
    if (this.json) this.report({ error: { message: text } }, () => '')
    this.#line(`${sentence(text)} See plataforma --help.`)
  }

  #line(text: string): void {
    const name = styleText('red', 'plataforma:', { stream: process.stderr })
    process.stderr.write(`${name} ${text}\n`)
  }
}

function messageOf(error: unknown): string {
  const text = oneLine(error instanceof Error ? error.message : String(error))
  const isConnection = error instanceof PlataformaError && error.code === 'PLT_DATABASE_UNAVAILABLE'
  return sentence(isConnection ? `Cannot connect to PostgreSQL: ${text}` : text)
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ')
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?)]$/.test(capital) ? capital : `${capital}.`
}
